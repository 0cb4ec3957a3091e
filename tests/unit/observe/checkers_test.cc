// The two strict readers that judge webhook_status: they find what is wrong.
#include <gtest/gtest.h>

#include "support/exposition.h"
#include "support/markup.h"

namespace ringfence::test {
namespace {

TEST(Exposition, ReadsWhatIsRight) {
  const Exposition good("# HELP a_total Help.\n# TYPE a_total counter\na_total{b=\"c\\\"\\\\\",d=\"\"} 3\na_total 4\n");
  EXPECT_EQ(good.error(), "");
  EXPECT_EQ(good.value("a_total"), 4);
  EXPECT_EQ(good.value(R"(a_total{b="c\"\\",d=""})"), 3);
  EXPECT_EQ(good.value("b_total"), -1);
}

TEST(Exposition, FindsWhatIsWrong) {
  const std::string head = "# HELP a Help.\n# TYPE a gauge\n";
  const std::string histogram = "# HELP h Help.\n# TYPE h histogram\n";
  const std::vector<std::string> wrong{
      "",
      head + "a 1",
      head + "a 1\na 1\n",
      head + "a{x=\"1\",x=\"2\"} 1\n",
      head + "a{x=\"1} 1\n",
      head + "a{x=\"\\t\"} 1\n",
      head + "a{x=1} 1\n",
      head + "a one\n",
      head + "a 1 \n",
      head + "b 1\n",
      head + "a 1\n\n",
      head + head,
      "a 1\n",
      "# TYPE a gauge\na 1\n",
      "# HELP a Help.\n# TYPE a counter\na 1\n",
      "# HELP 1a Help.\n# TYPE 1a gauge\n",
      histogram + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
      histogram + "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
      histogram + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n",
      histogram + "h_bucket{le=\"+Inf\"} 1\nh_count 1\n",
  };
  for (const std::string& text : wrong) EXPECT_NE(Exposition(text).error(), "") << text;
}

TEST(Markup, ReadsWhatIsRight) {
  const Markup good("<!DOCTYPE html>\n<html lang=\"en\"><p class=\"a b\">1 &lt; 2<br/>&#160;3 > 2</p></html>\n");
  EXPECT_EQ(good.error(), "");
  EXPECT_TRUE(good.has("br"));
  EXPECT_TRUE(good.has_attribute("class"));
  EXPECT_FALSE(good.has_attribute("href"));
}

TEST(Markup, FindsWhatIsWrong) {
  for (const std::string text :
       {"", "<p>", "<p><b></p></b>", "<p>a & b</p>", "<p>1 < 2</p>", "<p a=b></p>", "<p a=\"b></p>",
        "<p a=\"1\" a=\"2\"></p>", "<p>&nbsp;</p>", "<p>\x01</p>", "<p></p></b>"}) {
    EXPECT_NE(Markup("<!DOCTYPE html>\n<html>" + text + "</html>\n" + (text.empty() ? "<p></p>" : "")).error(), "")
        << text;
  }
  EXPECT_NE(Markup("<html></html>\n").error(), "");
}

}  // namespace
}  // namespace ringfence::test
