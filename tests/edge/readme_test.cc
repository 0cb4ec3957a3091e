// The configurations in the module's README are loaded by nginx as they stand there, each in the context it is shown
// for: a reader's first paste must work. And it names what there is: every directive, variable and metric, every log
// line by a reason that exists.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "edge/edge_test.h"
#include "support/files.h"

namespace ringfence::test {
namespace {

// The fenced nginx blocks of a Markdown text.
std::vector<std::string> nginx_blocks(std::string_view text) {
  constexpr std::string_view kOpen = "```nginx\n";
  std::vector<std::string> blocks;
  for (std::size_t at = 0; (at = text.find(kOpen, at)) != std::string_view::npos;) {
    at += kOpen.size();
    const std::size_t end = text.find("```", at);
    blocks.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return blocks;
}

std::string readme() { return read_text(RINGFENCE_SOURCE_DIR "/nginx_module/README.md"); }

// What the first group of `pattern` holds, wherever it is found.
std::set<std::string> all_of(const std::string& text, const char* pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at)
    found.insert((*at)[1].str());
  return found;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

class ReadmeTest : public EdgeTest {
 protected:
  // The key files the README names, with keys of the right kind.
  void write_keys() const {
    for (const char* name : {"stripe", "github", "twilio", "retell", "calcom", "shopify", "meta"}) {
      write_text(nginx.file(std::string(name) + ".keys"), "whsec_a7c1f0d29b1e4e558a02 # the only one\n");
    }
    write_text(nginx.file("telnyx.keys"), signer.public_key() + "\n");
  }

  // Where a block belongs, by what it begins with; a whole configuration brings its own http { }.
  [[nodiscard]] NginxSetup placed(std::string block) const {
    replace_all(block, "/etc/nginx/webhook/", nginx.file(""));
    replace_all(block, "include          fastcgi_params", "include /etc/nginx/fastcgi_params");
    NginxSetup made;
    if (const std::size_t http = block.find("http {"); http != std::string::npos) {
      // The fixture has the frame; the block's http context is what counts.
      block = block.substr(http + 6, block.rfind('}') - http - 6);
      made.http = block;
    } else if (block.starts_with("location")) {
      made.http = "webhook_zone hooks:1m;";
      made.server = block;
    } else {
      made.http = "webhook_zone hooks:1m;" + block;
    }
    replace_all(made.http, "listen 8080", "listen unix:" + nginx.file("readme.sock"));
    if (made.http.contains("server {") && !made.http.contains("listen")) {
      replace_all(made.http, "server {", "server { listen unix:" + nginx.file("readme.sock") + ";");
    }
    return made;
  }
};

TEST_F(ReadmeTest, EveryConfigurationInItLoads) {
  const std::vector<std::string> blocks = nginx_blocks(readme());
  ASSERT_GT(blocks.size(), 8U);
  write_keys();
  for (const std::string& block : blocks) {
    const NginxFixture::Check check = nginx.check(placed(block));
    EXPECT_EQ(check.exit_code, 0) << block << "\n" << check.output;
  }
}

TEST_F(ReadmeTest, ItDescribesTheDirectivesThereAreAndNoOthers) {
  const std::string headings = [] {
    std::string text;
    for (const std::string& line : all_of(readme(), "\n### ([a-z_, ]+)")) text += line + ", ";
    return text;
  }();
  const auto table = all_of(read_text(RINGFENCE_SOURCE_DIR "/nginx_module/conf/directives.cc"),
                            R"re(\{ngx_text\("((?:webhook|ringd)[a-z_]*)"\), k)re");
  ASSERT_GT(table.size(), 15U);
  EXPECT_EQ(all_of(headings, "([a-z_]+), "), table);
}

TEST_F(ReadmeTest, ItDescribesEveryVariable) {
  const auto described = all_of(readme(), R"(\$(webhook_[a-z]+))");
  const auto there =
      all_of(read_text(RINGFENCE_SOURCE_DIR "/nginx_module/observe/variables.cc"), "\"(webhook_[a-z]+)\"");
  ASSERT_GT(there.size(), 8U);
  EXPECT_EQ(described, there);
}

// Names in a row of the table may leave out what they have in common, as `..._commits_total`.
TEST_F(ReadmeTest, ItDescribesEveryMetricAndNoOther) {
  NginxSetup with = setup();
  with.server += "location = /metrics { webhook_status prometheus; }\n";
  ASSERT_TRUE(nginx.start(with));
  const auto served = all_of(HttpClient(nginx.http_socket()).get("/metrics").body, "# TYPE nginx_webhook_([a-z_]+) ");
  ASSERT_GT(served.size(), 15U);
  const auto described = all_of(readme(), "`(?:nginx_webhook|\\.\\.\\.)_([a-z_]+)[{`]");
  for (const std::string& name : served) {
    const bool whole = described.contains(name);
    EXPECT_TRUE(whole || (name.starts_with("dedup_") && described.contains(name.substr(6)))) << name;
  }
  for (const std::string& name : described) {
    EXPECT_TRUE(served.contains(name) || served.contains("dedup_" + name)) << name << " is not served";
  }
}

TEST_F(ReadmeTest, ItsLogLinesAreThoseOfRefusals) {
  const std::string table = read_text(RINGFENCE_SOURCE_DIR "/nginx_module/scheme/verdict.cc");
  const auto there =
      all_of(std::regex_replace(table, std::regex(R"re("([a-z_]+)", Outcome::([a-z_]*[a-z])_?\})re"), "<$2 ($1)>"),
             "<([^>]+)>");
  EXPECT_GT(there.size(), 30U);
  const auto shown = all_of(readme(), R"re((?:`|refused: )([a-z_]+ \([a-z_]+\)))re");
  EXPECT_GT(shown.size(), 12U);
  for (const std::string& line : shown) EXPECT_TRUE(there.contains(line)) << line;
}

}  // namespace
}  // namespace ringfence::test
