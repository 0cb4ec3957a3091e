// The grammar as nginx reads it, and errors that name the line an operator has to look at.
#include "shared/conf_grammar.h"

#include <gtest/gtest.h>

#include "seeded.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

// A tree as text: name<arg>{block}; with every token in angle brackets.
std::string shown(const std::vector<ConfDirective>& directives) {
  std::string text;
  for (const ConfDirective& directive : directives) {
    text += directive.name;
    for (const std::string& arg : directive.args) text += "<" + arg + ">";
    text += directive.has_block ? "{" + shown(directive.block) + "}" : ";";
  }
  return text;
}
std::string read(std::string_view text) {
  const auto parsed = parse_conf("ringd.conf", text);
  return parsed ? shown(*parsed) : parsed.error().text;
}
bool fails_in_line(std::string_view text, int line, std::string_view words) {
  const std::string message = read(text);
  const bool ok = message.starts_with("ringd.conf:" + std::to_string(line) + ": ") &&
                  message.find(words) != std::string::npos && message.find("; expected ") != std::string::npos;
  if (!ok) ADD_FAILURE() << "got: " << message << "\nfor: " << text.substr(0, 200);
  return ok;
}

TEST(ConfGrammar, ReadsDirectivesAndBlocks) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read(" \t\r\n"), "");
  EXPECT_EQ(read("a;"), "a;");
  EXPECT_EQ(read("a b c;d;"), "a<b><c>;d;");
  EXPECT_EQ(read("a{b;}c;"), "a{b;}c;");
  EXPECT_EQ(read("user 7 {\n  device \"a b\";\n  nested x y { }\n}\n"), "user<7>{device<a b>;nested<x><y>{}}");
  EXPECT_EQ(read("a\n  b\n;"), "a<b>;");
  EXPECT_EQ(read("\"quoted name\" x;"), "quoted name<x>;");
}

TEST(ConfGrammar, ReadsComments) {
  EXPECT_EQ(read("# all of it"), "");
  EXPECT_EQ(read("a b; # rest; x {\nc;"), "a<b>;c;");
  EXPECT_EQ(read("a # between\n b;"), "a<b>;");
  EXPECT_EQ(read("a b#c;"), "a<b#c>;") << "inside a word it is no comment";
  EXPECT_EQ(read("a \"#b\";"), "a<#b>;");
}

// Worked out with nginx itself (`set $x ...; return 200 $x;`).
TEST(ConfGrammar, ReadsQuotesAndBackslashesAsNginxDoes) {
  EXPECT_EQ(read(R"(a "b c" 'd e';)"), "a<b c><d e>;");
  EXPECT_EQ(read(R"(a "";)"), "a<>;");
  EXPECT_EQ(read(R"(a "it's" 'say "x"';)"), R"(a<it's><say "x">;)");
  EXPECT_EQ(read(R"(a "b\"c" 'd\'e';)"), R"(a<b"c><d'e>;)");
  EXPECT_EQ(read(R"(a b\"c b\\c;)"), R"(a<b"c><b\c>;)");
  EXPECT_EQ(read(R"(a "t\tn\nr\r";)"), "a<t\tn\nr\r>;");
  EXPECT_EQ(read(R"(a "\d+\.x";)"), R"(a<\d+\.x>;)") << "other backslashes stay";
  EXPECT_EQ(read(R"(a b\ c b\;c b\{c;)"), R"(a<b\ c><b\;c><b\{c>;)") << "they protect, and stay";
  EXPECT_EQ(read(R"(a b"c d"e;)"), R"(a<b"c><d"e>;)") << "quotes inside a word are plain";
  EXPECT_EQ(read("a \"b{c;}\";"), "a<b{c;}>;");
  EXPECT_EQ(read("a \"b\nc\";d;"), "a<b\nc>;d;");
  EXPECT_EQ(read("a ${b}c $d;"), "a<${b}c><$d>;");
  EXPECT_EQ(read("a b}c;"), "a<b}c>;");
  EXPECT_EQ(read("a \"b\"{c;}"), "a<b>{c;}");
}

TEST(ConfGrammar, KeepsLineNumbers) {
  const auto parsed = parse_conf("f", "\n# x\na\n b;\nc {\n\n \"d\ne\" f; g;\n}\nh;");
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 3U);
  EXPECT_EQ((*parsed)[0].line, 3);
  EXPECT_EQ((*parsed)[1].line, 5);
  EXPECT_EQ((*parsed)[1].block[0].line, 7);
  EXPECT_EQ((*parsed)[1].block[1].line, 8);
  EXPECT_EQ((*parsed)[2].line, 10);
}

TEST(ConfGrammar, ErrorsNameTheLineAndWhatWasExpected) {
  fails_in_line("\n;", 2, "unexpected \";\"");
  fails_in_line("a;;", 1, "unexpected \";\"");
  fails_in_line("a;\n{", 2, "unexpected \"{\"");
  fails_in_line("a;\n}", 2, "no block is open");
  fails_in_line("a { b }", 1, "unexpected \"}\"");
  fails_in_line("a {\n b;\n", 3, "block opened in line 1");
  fails_in_line("a b\n\n", 3, "after \"a\"");
  fails_in_line("a;\nb \"c\n\n\n", 2, "not closed");
  fails_in_line("a 'b", 1, "not closed");
  fails_in_line("a \"b\\\"", 1, "not closed");
  fails_in_line("a \"b\"c;", 1, "after a quoted string");
  fails_in_line("a \"b\"\"c\";", 1, "after a quoted string");
  fails_in_line("a \"b\"}", 1, "after a quoted string");
  fails_in_line(std::string_view("a;\nb\0;", 6), 2, "NUL");
}

TEST(ConfGrammar, ErrorsAreSafeOnATerminal) {
  const std::string message = read("\x1b[31m" + std::string(500, 'x'));
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_LT(message.size(), 250U);
}

TEST(ConfGrammar, EverythingIsBounded) {
  const auto code = [](const std::string& text) {
    const auto parsed = parse_conf("f", text);
    return parsed ? std::nullopt : std::optional(parsed.error().code);
  };
  std::string deep;
  for (std::size_t i = 0; i < limits::kConfDepth; ++i) deep += "a{";
  EXPECT_EQ(code(deep + std::string(limits::kConfDepth, '}')), std::nullopt);
  EXPECT_EQ(code(deep + "a{}" + std::string(limits::kConfDepth, '}')), ErrorCode::limit);
  std::string very_deep;
  for (int i = 0; i < 100'000; ++i) very_deep += "a{";
  EXPECT_EQ(code(very_deep), ErrorCode::limit);

  EXPECT_EQ(code("a " + std::string(limits::kConfArgBytes, 'x') + ";"), std::nullopt);
  EXPECT_EQ(code("a " + std::string(limits::kConfArgBytes + 1, 'x') + ";"), ErrorCode::limit);
  EXPECT_EQ(code("a \"" + std::string(limits::kConfArgBytes + 1, 'x') + "\";"), ErrorCode::limit);

  std::string args = "a";
  for (std::size_t i = 0; i < limits::kConfArgs; ++i) args += " b";
  EXPECT_EQ(code(args + ";"), std::nullopt);
  EXPECT_EQ(code(args + " b;"), ErrorCode::limit);

  std::string many;
  for (std::size_t i = 0; i < limits::kConfDirectives; ++i) many += "a;";
  EXPECT_EQ(code(many), std::nullopt);
  EXPECT_EQ(code(many + "a;"), ErrorCode::limit);
}

TEST(ConfGrammar, RandomTextNeverHarmsIt) {
  test::Seeded seeded(11);
  constexpr std::string_view kAlphabet = "ab;{}\"'\\#$ \n\t\r)\x80";
  std::size_t parsed = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (std::size_t left = seeded.below(24); left > 0; --left) text += kAlphabet[seeded.below(kAlphabet.size())];
    const auto result = parse_conf("f", text);
    parsed += result ? 1 : 0;
    EXPECT_TRUE(result || result.error().text.starts_with("f:")) << text;
  }
  EXPECT_GT(parsed, 2'000U);
}

}  // namespace
}  // namespace ringfence
