// Schemes that compile: what each line becomes, what follows from the whole, what is said to be left open.
#include "scheme/recipe.h"

#include <gtest/gtest.h>

#include <string>

#include "recipe_lines.h"

namespace ringfence::scheme {
namespace {

using test::ReadRecipe;

constexpr std::string_view kHmac = "algorithm hmac-sha256; key raw; signature header=x-sig; ";

std::string hmac(std::string_view rest) { return std::string(kHmac) + std::string(rest); }

TEST(Recipe, EveryLineArrivesInThePlan) {
  const ReadRecipe recipe(R"(
      algorithm  hmac-sha512;
      key        base64 prefix=whsec_;
      signature  header=acme-signature list=, separator== name=v1 prefix=x encoding=base64 unset=none;
      timestamp  field=t unit=ms;
      tolerance  5m future=30s;
      content    "v0:{{{timestamp}}}.{body}{method}{header:x-id}";
      content    "{timestamp}{url}{form-sorted}" form;
      id         json=/a/b,/c except=x,y;
      id         form=MessageSid;
      id         hash=content;
      type       json=/type;
      partition  header=x-shop;
      attempt    form=Attempt;
      media      application/json application/x-www-form-urlencoded;)");
  ASSERT_EQ(recipe.message(), "");
  const Plan& plan = recipe.plan();
  EXPECT_EQ(plan.name, "acme");
  ASSERT_EQ(plan.method_count, 1U);
  const Method& method = plan.methods[0];
  EXPECT_EQ(method.algorithm, Algorithm::hmac_sha512);
  EXPECT_EQ(method.key_encoding, KeyEncoding::base64);
  EXPECT_EQ(method.key_prefix, "whsec_");
  EXPECT_EQ(method.signature.place, Place::header);
  EXPECT_EQ(plan.headers[method.signature.index], "acme-signature");
  EXPECT_EQ(method.list, ',');
  EXPECT_EQ(method.separator, '=');
  EXPECT_EQ(method.name, "v1");
  EXPECT_EQ(method.prefix, "x");
  EXPECT_EQ(method.encoding, TextEncoding::base64);
  EXPECT_EQ(method.unset, "none");
  EXPECT_EQ(plan.timestamp.place, Place::field);
  EXPECT_EQ(plan.timestamp.name, "t");
  EXPECT_EQ(plan.unit, Unit::milliseconds);
  EXPECT_EQ(plan.past_s, 300);
  EXPECT_EQ(plan.future_s, 30);

  ASSERT_EQ(plan.content_count, 2U);
  const Content& content = plan.contents[0];
  ASSERT_EQ(content.count, 7U);
  EXPECT_EQ(content.pieces[0].text, "v0:{");
  EXPECT_EQ(content.pieces[1].kind, PieceKind::timestamp);
  EXPECT_EQ(content.pieces[2].text, "}");
  EXPECT_EQ(content.pieces[3].text, ".");
  EXPECT_EQ(content.pieces[4].kind, PieceKind::body);
  EXPECT_EQ(content.pieces[5].kind, PieceKind::method);
  EXPECT_EQ(content.pieces[6].kind, PieceKind::header);
  EXPECT_EQ(plan.headers[content.pieces[6].index], "x-id");
  EXPECT_FALSE(content.for_form);
  EXPECT_TRUE(plan.contents[1].for_form);

  ASSERT_EQ(plan.id_count, 3U);
  ASSERT_EQ(plan.ids[0].count, 2U);
  EXPECT_EQ(plan.ids[0].sources[1].place, Place::json);
  EXPECT_EQ(plan.paths.at(plan.ids[0].sources[1].index).text, "/c");
  ASSERT_EQ(plan.ids[0].except_count, 2U);
  EXPECT_EQ(plan.ids[0].except[1], "y");
  EXPECT_EQ(plan.ids[1].sources[0].place, Place::form);
  EXPECT_EQ(plan.ids[1].sources[0].name, "MessageSid");
  EXPECT_EQ(plan.ids[2].sources[0].place, Place::hash_content);
  EXPECT_EQ(plan.type.place, Place::json);
  EXPECT_EQ(plan.headers[plan.partition.index], "x-shop");
  EXPECT_EQ(plan.attempt.name, "Attempt");
  EXPECT_EQ(plan.header_count, 3U);
  EXPECT_EQ(plan.paths.size(), 3U);
  ASSERT_EQ(plan.media_count, 2U);
  EXPECT_EQ(plan.media[1], "application/x-www-form-urlencoded");
}

TEST(Recipe, DefaultsAreThoseOfTheReadme) {
  const ReadRecipe recipe(hmac("timestamp header=x-ts; content '{timestamp}{body}'; id hash=body;"));
  ASSERT_EQ(recipe.message(), "");
  EXPECT_EQ(recipe.plan().past_s, 300);
  EXPECT_EQ(recipe.plan().future_s, 300);
  EXPECT_EQ(recipe.plan().unit, Unit::seconds);
  EXPECT_EQ(recipe.plan().methods[0].encoding, TextEncoding::hex);
  const ReadRecipe token("algorithm token; key raw; signature header=x-secret; id hash=body;");
  ASSERT_EQ(token.message(), "");
  EXPECT_EQ(token.plan().methods[0].encoding, TextEncoding::plain);
  const ReadRecipe both(hmac("timestamp header=x-ts; tolerance 2m; content '{timestamp}{body}'; id hash=body;"));
  EXPECT_EQ(both.plan().future_s, 120);
}

TEST(Recipe, EveryPlaceholderIsAPiece) {
  const ReadRecipe recipe(
      hmac("timestamp header=x-ts; id hash=body; "
           "content '{timestamp}{body}{method}{url}{url-decoded}{url-sorted}{header:x-id}{json:/a/0}';"));
  ASSERT_EQ(recipe.message(), "");
  const PieceKind kinds[] = {PieceKind::timestamp,   PieceKind::body,       PieceKind::method, PieceKind::url,
                             PieceKind::url_decoded, PieceKind::url_sorted, PieceKind::header, PieceKind::json};
  ASSERT_EQ(recipe.plan().contents[0].count, std::size(kinds));
  for (std::size_t i = 0; i < std::size(kinds); ++i) EXPECT_EQ(recipe.plan().contents[0].pieces[i].kind, kinds[i]);
  const ReadRecipe form(hmac("content '{form-sorted}-{form-plivo}' form; id hash=content;"));
  ASSERT_EQ(form.message(), "");
  EXPECT_EQ(form.plan().contents[0].pieces[0].kind, PieceKind::form_sorted);
  EXPECT_EQ(form.plan().contents[0].pieces[2].kind, PieceKind::form_plivo);
}

struct FlagRow {
  std::string_view rest;
  bool needs_url, needs_json, signed_in_body, covers_body, covers_id, has_timestamp;
};
TEST(Recipe, FlagsFollowFromTheLines) {
  const FlagRow rows[] = {
      {"content '{body}'; id hash=body;", false, false, false, true, true, false},
      {"content '{body}'; id json=/id;", false, true, false, true, true, false},
      {"content '{body}'; id header=x-id;", false, false, false, true, false, false},
      {"content '{header:x-id}.{body}'; id header=x-id;", false, false, false, true, true, false},
      {"content '{body}'; id json=/id; id header=x-id;", false, true, false, true, false, false},
      {"timestamp header=x-ts; content '{timestamp}{body}'; id header=x-ts;", false, false, false, true, true, true},
      {"timestamp header=x-ts; content '{header:x-ts}{body}'; id hash=body;", false, false, false, true, true, true},
      {"timestamp json=/ts; content '{body}'; id json=/id;", false, true, true, true, true, true},
      {"timestamp json=/ts; content '{timestamp}{json:/token}'; id json=/token;", false, true, true, false, true, true},
      {"timestamp json=/ts; content '{timestamp}{json:/token}'; id json=/id;", false, true, true, false, false, true},
      {"timestamp header=x-ts; content '{timestamp}'; id hash=body;", false, false, false, false, false, true},
      {"content '{url}{body}'; id hash=body;", true, false, false, true, true, false},
      {"content '{url-sorted}{form-plivo}' form; id hash=content;", true, false, false, true, true, false},
      {"content '{url-decoded}' digest=sum; id json=/id;", true, true, false, true, true, false},
      {"content '{url}{form-sorted}' form; content '{url}' digest=s; id form=A; id json=/a;", true, true, false, true,
       false, false},
      {"timestamp header=x-ts; content '{timestamp}{form-sorted}' form; id form=A;", false, false, false, true, false,
       true},
      {"timestamp header=x-ts; content '{timestamp}{form-sorted}' form; id hash=content;", false, false, false, true,
       true, true},
      {"content '{form-sorted}' form; content '{method}'; id form=A;", false, false, false, false, false, false},
      {"content '{form-sorted}' form; content '{method}'; id json=/a;", false, true, false, false, false, false},
  };
  for (const FlagRow& row : rows) {
    SCOPED_TRACE(row.rest);
    const ReadRecipe recipe(hmac(row.rest));
    ASSERT_EQ(recipe.message(), "");
    const Plan& plan = recipe.plan();
    EXPECT_EQ(plan.needs_url, row.needs_url);
    EXPECT_EQ(plan.needs_json, row.needs_json);
    EXPECT_EQ(plan.signed_in_body, row.signed_in_body);
    EXPECT_EQ(plan.covers_body, row.covers_body);
    EXPECT_EQ(plan.covers_id, row.covers_id);
    EXPECT_EQ(plan.has_timestamp, row.has_timestamp);
  }
}

TEST(Recipe, ATokenCoversNothing) {
  const ReadRecipe recipe("algorithm token; key raw; signature header=x-secret; id json=/id;");
  ASSERT_EQ(recipe.message(), "");
  EXPECT_FALSE(recipe.plan().covers_body);
  EXPECT_FALSE(recipe.plan().covers_id);
  EXPECT_FALSE(recipe.plan().has_timestamp);
}

TEST(Recipe, ASignatureInTheBodyIsSeenAsSuch) {
  const ReadRecipe recipe(
      "algorithm hmac-sha256; key raw; signature json=/sig; content '{json:/token}'; id json=/token;");
  ASSERT_EQ(recipe.message(), "");
  EXPECT_TRUE(recipe.plan().signed_in_body);
}

TEST(Recipe, SaysWhatIsNotProtected) {
  const auto sentences = [](std::string_view lines) {
    const ReadRecipe recipe(lines);
    EXPECT_EQ(recipe.message(), "") << lines;
    std::string found;
    for (const std::string_view sentence : unprotected(recipe.plan())) {
      if (!sentence.empty()) found += std::string(sentence.substr(0, sentence.find(':'))) + "\n";
    }
    return found;
  };
  const std::string body = "the body is not signed\n";
  const std::string id = "the event's id is not signed\n";
  const std::string replay = "there is no signed timestamp\n";
  const std::string hint = "the event's type, partition or attempt is not signed\n";
  EXPECT_EQ(sentences(hmac("timestamp header=x-ts; content '{timestamp}{body}'; id json=/id; type json=/t;")), "");
  EXPECT_EQ(sentences(hmac("content '{body}'; id json=/id;")), replay);
  EXPECT_EQ(sentences(hmac("content '{body}'; id header=x-id; type header=x-type;")), id + replay + hint);
  EXPECT_EQ(sentences(hmac("timestamp json=/ts; content '{timestamp}{json:/k}'; id json=/k;")), body);
  EXPECT_EQ(sentences(hmac("content '{method}'; id header=x-id; attempt header=x-n;")), body + id + replay + hint);
  EXPECT_EQ(sentences("algorithm token; key raw; signature header=x-secret; id json=/id; type header=x-type;"),
            "the token signs nothing\n");
}

TEST(Recipe, TimesAreRead) {
  const struct {
    std::string_view text;
    std::int64_t seconds;
  } rows[] = {{"300", 300}, {"300s", 300}, {"5m", 300}, {"1h", 3600},       {"3d", 259200},
              {"0", 0},     {"", -1},      {"s", -1},   {"-1", -1},         {"1h30m", -1},
              {"5M", -1},   {"5 m", -1},   {"5ms", -1}, {"9999999999", -1}, {"999999999d", 86399999913600},
              {"+5", -1},   {"0x10", -1},  {"1.5h", -1}};
  for (const auto& row : rows) EXPECT_EQ(parse_time_s(row.text), row.seconds) << row.text;
}

}  // namespace
}  // namespace ringfence::scheme
