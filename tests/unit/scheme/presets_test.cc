// The presets are nothing but schemes: each is found by its name, has a name of its own and compiles without complaint.
#include "scheme/presets.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "recipe_lines.h"

namespace ringfence::scheme {
namespace {

std::vector<std::string_view> preset_names() {
  std::vector<std::string_view> names;
  for (std::string_view name = preset_after(""); !name.empty() && names.size() < 1000; name = preset_after(name)) {
    names.push_back(name);
  }
  return names;
}

TEST(Presets, EveryOneCompiles) {
  const auto names = preset_names();
  EXPECT_GE(names.size(), 20U);
  for (const std::string_view name : names) {
    const auto lines = find_preset(name);
    ASSERT_TRUE(lines) << name;
    const test::ReadRecipe recipe(*lines, name);
    EXPECT_EQ(recipe.message(), "") << name;
    EXPECT_EQ(recipe.plan().name, name);
  }
}

TEST(Presets, NamesAreDistinctAndFitALabel) {
  std::set<std::string_view> seen;
  for (const std::string_view name : preset_names()) {
    EXPECT_TRUE(seen.insert(name).second) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string_view::npos) << name;
  }
}

// What nginx would make of the whole file is what the search by text finds in it.
TEST(Presets, TheFileHasNoOtherBlocks) {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/nginx_module/scheme/presets.conf");
  std::stringstream text;
  text << file.rdbuf();
  const auto parsed = parse_conf("presets.conf", text.str());
  ASSERT_TRUE(parsed) << parsed.error().text;
  std::vector<std::string> names;
  for (const ConfDirective& directive : *parsed) {
    EXPECT_EQ(directive.name, "webhook_scheme") << directive.line;
    ASSERT_EQ(directive.args.size(), 1U) << directive.line;
    names.push_back(directive.args[0]);
  }
  const auto found = preset_names();
  EXPECT_EQ(names, std::vector<std::string>(found.begin(), found.end()));
}

TEST(Presets, UnknownNamesAreNotFound) {
  for (const std::string_view name : {"", "acme", "telny", "telnyx ", "webhook_scheme", "{"}) {
    EXPECT_FALSE(find_preset(name)) << name;
  }
  EXPECT_EQ(preset_after("acme"), "");
}

TEST(Presets, AreWhatTheirProvidersDocument) {
  const auto lines = find_preset("telnyx");
  ASSERT_TRUE(lines);
  const test::ReadRecipe telnyx(*lines);
  const Plan& plan = telnyx.plan();
  EXPECT_EQ(plan.methods[0].algorithm, Algorithm::ed25519);
  EXPECT_TRUE(plan.has_timestamp && plan.covers_body && plan.covers_id);
  EXPECT_EQ(unprotected(plan)[0], "");

  const auto two = find_preset("standard-webhooks");
  ASSERT_TRUE(two);
  const test::ReadRecipe standard(*two);
  EXPECT_EQ(standard.plan().method_count, 2U);
  EXPECT_EQ(standard.plan().methods[0].list, ' ');
  EXPECT_TRUE(standard.plan().covers_id);
}

}  // namespace
}  // namespace ringfence::scheme
