// Schemes that are refused, each with its sentence: words nobody knows, lines that repeat, contradict or protect
// nothing.
#include <gtest/gtest.h>

#include <string>

#include "recipe_lines.h"

namespace ringfence::scheme {
namespace {

using test::ReadRecipe;

struct Row {
  std::string lines;
  std::string_view message;
};

constexpr std::string_view kMethod = "algorithm hmac-sha256; key raw; signature header=x-sig; ";
constexpr std::string_view kRest = "content '{body}'; id hash=body;";

std::string with_method(std::string_view lines) { return std::string(kMethod) + std::string(lines); }
std::string with_signature(std::string_view signature) {
  return "algorithm hmac-sha256; key raw; signature " + std::string(signature) + "; " + std::string(kRest);
}

void expect_refused(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const ReadRecipe recipe(row.lines);
    EXPECT_EQ(recipe.message(), row.message) << row.lines;
  }
}

TEST(RecipeRefusals, UnknownWordsGetTheNearestOrAll) {
  expect_refused({
      {"signatur header=x;", R"(directive "signatur" is unknown; did you mean "signature"?)"},
      {"colour red;",
       R"(directive "colour" is unknown; expected algorithm, key, signature, timestamp, tolerance, content, id, type, )"
       "partition, attempt or media"},
      {"algorithm hmac-sha265;", R"(algorithm "hmac-sha265" is unknown; did you mean "hmac-sha256"?)"},
      {"algorithm rot;",
       R"(algorithm "rot" is unknown; expected hmac-sha1, hmac-sha256, hmac-sha512, ed25519, ecdsa-p256 or token)"},
      {"algorithm HMAC-SHA256;",
       R"(algorithm "HMAC-SHA256" is unknown; expected hmac-sha1, hmac-sha256, hmac-sha512, ed25519, ecdsa-p256 or )"
       "token"},
      {"algorithm hmac-sha1; key bas64;", R"(key encoding "bas64" is unknown; did you mean "base64"?)"},
      {"algorithm hmac-sha1; key raw prefx=a;", R"(option "prefx" is unknown; did you mean "prefix"?, in "key")"},
      {with_signature("header=x encoding=base46"), R"(encoding "base46" is unknown; did you mean "base64"?)"},
      {with_signature("header=x seperator=,"),
       R"(option "seperator" is unknown; did you mean "separator"?, in "signature")"},
      {with_method("timestamp header=t unit=us;"), R"(unit "us" is unknown; expected unit=s or unit=ms)"},
      {with_method("id body=/a;"),
       R"(source "body" is unknown; expected header, json, form or hash, as in json=/data/id)"},
      {with_method("id hash=event;"), R"(hash "event" is unknown; expected hash=body or hash=content)"},
      {with_method("content '{bodi}';"), R"(placeholder "bodi" is unknown; did you mean "body"?)"},
      {with_method("content '{}';"),
       R"(placeholder "" is unknown; expected timestamp, body, method, url, url-decoded, url-sorted, header, json, )"
       "form-sorted or form-plivo"},
      {with_method("content '{body}' from;"), R"(option "from" is unknown; expected digest, in "content")"},
  });
}

TEST(RecipeRefusals, LinesHaveTheirWords) {
  expect_refused({
      {"algorithm;", R"("algorithm" has the wrong number of words; expected algorithm NAME)"},
      {"algorithm token token;", R"("algorithm" has the wrong number of words; expected algorithm NAME)"},
      {"key raw;", R"("key" comes before "algorithm", which says what it belongs to)"},
      {"signature header=x;", R"("signature" comes before "algorithm", which says what it belongs to)"},
      {with_signature("list=,"), R"("signature" needs one source; expected header=NAME or json=/PATH)"},
      {with_signature("header=x json=/x"), R"("signature" needs one source; expected header=NAME or json=/PATH)"},
      {with_signature("header=x name"), R"("name" of "signature" has no value; expected name=...)"},
      {with_signature("header=x prefix="), R"("prefix" of "signature" has no value; expected prefix=...)"},
      {with_signature("header=x header=y"), R"("header=" is repeated in "signature")"},
      {with_method("timestamp unit=s;"),
       R"("timestamp" needs one source; expected header=NAME, field=NAME or json=/PATH)"},
      {with_method("timestamp header=a field=b;"),
       R"("timestamp" needs one source; expected header=NAME, field=NAME or json=/PATH)"},
      {with_method("tolerance soon;"), R"(tolerance "soon" is not a time from 1s to 3d; expected one like 300s or 5m)"},
      {with_method("tolerance 0;"), R"(tolerance "0" is not a time from 1s to 3d; expected one like 300s or 5m)"},
      {with_method("tolerance 4d;"), R"(tolerance "4d" is not a time from 1s to 3d; expected one like 300s or 5m)"},
      {with_method("tolerance 5m future=4d;"),
       R"(tolerance "4d" is not a time from 1s to 3d; expected one like 300s or 5m)"},
      {with_method("type json=/a json=/b;"), R"("type" takes one source; expected type json=/PATH)"},
      {with_method("type json=/a,/b;"), R"("json=/a,/b" has too many values; at most 1)"},
      {with_method("partition hash=body;"), R"("partition" cannot be a hash; only an id can)"},
      {with_method("id json;"), R"("json" does not say which; expected json=...)"},
      {with_method("id json=/a,;"), R"("json=/a," has an empty value)"},
      {with_method("id json=/a except=x,;"), R"("except=x," has an empty value)"},
      {with_method("media json;"),
       R"(media type "json" is not one like application/json, in lower case, without parameters)"},
      {with_method("media 'application/json; charset=utf-8';"),
       R"(media type "application/json; charset=utf-8" is not one like application/json, in lower case, without )"
       "parameters"},
      {with_method("media a/b a/b;"), R"(media type "a/b" is repeated)"},
  });
}

TEST(RecipeRefusals, NothingIsRepeated) {
  expect_refused({
      {"algorithm token; key raw; key raw;", R"("key" is repeated for one algorithm)"},
      {with_method("signature header=y;"), R"("signature" is repeated for one algorithm)"},
      {with_method("timestamp header=a; timestamp header=b;"), R"("timestamp" is repeated)"},
      {with_method("tolerance 5m; tolerance 5m;"), R"("tolerance" is repeated)"},
      {with_method("type json=/a; type json=/b;"), R"("type" is repeated)"},
      {with_method("partition json=/a; partition json=/b;"), R"("partition" is repeated)"},
      {with_method("attempt json=/a; attempt json=/b;"), R"("attempt" is repeated)"},
      {with_method("media a/b; media a/c;"), R"("media" is repeated)"},
      {with_method("content '{body}'; content '{url}';"),
       R"("content" is repeated; a scheme has one, and one more for forms, marked "form")"},
      {with_method("content '{form-sorted}' form; content '{form-plivo}' form;"),
       R"("content" is repeated; a scheme has one, and one more for forms, marked "form")"},
  });
}

TEST(RecipeRefusals, NothingIsTooMuch) {
  std::string headers;
  for (int i = 0; i < 8; ++i) headers += "{header:h" + std::to_string(i) + "}";
  std::string pieces;
  for (int i = 0; i < 6; ++i) pieces += "-{method}";
  std::string paths;
  for (int i = 0; i < 3; ++i) {
    const std::string p = "/p" + std::to_string(i);
    paths += "id json=" + p + "a," + p + "b," + p + "c," + p + "d;";
  }
  expect_refused({
      {with_method("content '" + headers + "';"), R"(header "h7" is one too many; a scheme looks at 8 at most)"},
      {with_method("content '" + pieces + "-';"),
       "the content has too many parts; at most 12 placeholders and texts between them"},
      {with_method(paths + "type json=/more;"), R"(JSON path "/more" is one too many; a scheme looks at 12 at most)"},
      {with_method("type json=/1/2/3/4/5/6/7;"), R"(JSON path "/1/2/3/4/5/6/7" is too deep; at most 6 names)"},
      {with_method("id json=/a,/b,/c,/d,/e;"), R"("json=/a,/b,/c,/d,/e" has too many values; at most 4)"},
      {with_method("id json=/a except=a,b,c,d,e,f,g,h,i;"), R"("except=" has too many values; at most 8)"},
      {with_method("id json=/a; id json=/b; id json=/c; id json=/d; id json=/e;"),
       R"("id" is one too many; a scheme has 4 alternatives at most)"},
      {with_method("media a/a a/b a/c a/d a/e;"), R"("media" has too many types; at most 4)"},
      {with_method("algorithm ed25519; key hex; signature header=x-sig; algorithm token;"),
       R"("algorithm" is one too many; a scheme has 2 at most)"},
  });
}

TEST(RecipeRefusals, NamesAreNames) {
  expect_refused({
      {with_signature("header=X-Sig"), R"(header "X-Sig" has capital letters; write it in lower case)"},
      {with_method("content '{header:X-Id}';"), R"(header "X-Id" has capital letters; write it in lower case)"},
      {with_signature("'header=x sig'"),
       R"(header "x sig" is not a header's name; expected 1 to 64 letters, digits, "-" and "_")"},
      {with_method("content '{header:}';"),
       R"(header "" is not a header's name; expected 1 to 64 letters, digits, "-" and "_")"},
      {with_method("id json=data.id;"), R"("data.id" is not a JSON path; expected one like /data/id or /events/0/id)"},
      {with_method("content '{json:id}';"), R"("id" is not a JSON path; expected one like /data/id or /events/0/id)"},
      {with_method("id 'form=Call Sid';"), R"(form field "Call Sid" is not a name of 1 to 64 printable letters)"},
      {with_method("timestamp 'field=a b';"), R"(field "a b" is not 1 to 64 printable letters)"},
      {with_method("content '{url}' 'digest=a b';"), R"(digest "a b" is not the name of a query argument)"},
  });
  const ReadRecipe off(with_method(kRest), "off");
  EXPECT_EQ(off.message(), R"("off" cannot name a scheme; "webhook off" turns verification off)");
  const ReadRecipe nameless(with_method(kRest), "");
  EXPECT_EQ(nameless.message(), "the name of a scheme is 1 to 64 printable letters without spaces");
}

TEST(RecipeRefusals, TemplatesClose) {
  expect_refused({
      {with_method("content '{body';"),
       R"("{body" of the content has no closing brace; a brace of the text is written twice)"},
      {with_method("content 'a}b';"), R"(the content has a "}" without a "{"; a brace of the text is written twice)"},
      {with_method("content '{header}';"), "placeholder {header} does not say which; expected one like {header:x-id}"},
      {with_method("content '{json}';"), "placeholder {json} does not say which; expected one like {json:/data/id}"},
      {with_method("content '{body:x}';"), "placeholder {body} takes no argument"},
      {with_method("content '{body}{body}';"), "placeholder {body} is repeated; the content can hold it once"},
      {with_method("content '{form-sorted}{form-sorted}' form;"),
       "placeholder {form-sorted} is repeated; the content can hold it once"},
  });
}

TEST(RecipeRefusals, KeysAndEncodingsFitTheirAlgorithm) {
  expect_refused({
      {"algorithm ecdsa-p256; key raw;", R"(key encoding "raw" does not fit algorithm "ecdsa-p256"; expected spki)"},
      {"algorithm ecdsa-p256; key base64;",
       R"(key encoding "base64" does not fit algorithm "ecdsa-p256"; expected spki)"},
      {"algorithm ed25519; key raw;",
       R"(key encoding "raw" does not fit algorithm "ed25519"; expected hex or base64, of 32 bytes)"},
      {"algorithm ed25519; key spki;",
       R"(key encoding "spki" does not fit algorithm "ed25519"; expected hex or base64, of 32 bytes)"},
      {"algorithm hmac-sha1; key spki;",
       R"(key encoding "spki" does not fit algorithm "hmac-sha1"; expected raw, hex or base64)"},
      {"algorithm token; key hex;", R"(key encoding "hex" does not fit algorithm "token"; expected raw)"},
      {"algorithm token; key raw; signature header=x encoding=hex;",
       R"(encoding "hex" does not fit algorithm "token"; expected plain)"},
      {with_signature("header=x encoding=plain"),
       R"(encoding "plain" does not fit algorithm "hmac-sha256"; expected hex or base64)"},
  });
}

TEST(RecipeRefusals, EntriesCanBeToldApart) {
  expect_refused({
      {with_signature("header=x list=ab"),
       R"("list=ab" is not one character that is no letter and no digit; expected one like list=,)"},
      {with_signature("header=x list=a"),
       R"("list=a" is not one character that is no letter and no digit; expected one like list=,)"},
      {with_signature("header=x list=, separator=1 name=v"),
       R"("separator=1" is not one character that is no letter and no digit; expected one like separator==)"},
      {with_signature("header=x list=, name=v1"),
       R"("name=" of "signature" needs separator=, which ends the name of an entry)"},
      {with_signature("header=x list=, separator=="),
       R"("separator=" of "signature" needs name=, which says whose values are signatures)"},
      {with_signature("header=x list=, separator=, name=v1"),
       R"("list=" and "separator=" of "signature" are the same character)"},
      {with_signature("header=x list=+ encoding=base64"), R"("list=+" of "signature" is a character of base64)"},
      {with_signature("header=x list=, prefix=a,b"),
       R"("prefix=" or "name=" of "signature" holds the character of list=, so that nothing could match)"},
      {with_signature("header=x list=, separator== name=a,b"),
       R"("prefix=" or "name=" of "signature" holds the character of list=, so that nothing could match)"},
  });
}

TEST(RecipeRefusals, NothingIsMissing) {
  expect_refused({
      {"", R"("algorithm" is missing; expected algorithm NAME)"},
      {"algorithm token; signature header=x; id hash=body;",
       R"("key" is missing for algorithm "token"; expected key ENCODING [prefix=TEXT])"},
      {"algorithm token; key raw; id hash=body;",
       R"("signature" is missing for algorithm "token"; expected signature header=NAME [list=C] [separator=C] )"
       "[name=TEXT] [prefix=TEXT] [encoding=NAME] [unset=TEXT]"},
      {"algorithm hmac-sha1; key raw; algorithm ed25519;",
       R"("signature" is missing for algorithm "hmac-sha1"; expected signature header=NAME [list=C] [separator=C] )"
       "[name=TEXT] [prefix=TEXT] [encoding=NAME] [unset=TEXT]"},
      {with_method("id hash=body;"), R"("content" is missing; expected what is signed, as in "{timestamp}.{body}")"},
      {with_method("content '{body}';"),
       R"("id" is missing; expected what tells one event from another, hash=content if nothing does)"},
  });
}

TEST(RecipeRefusals, NothingProtectsInLooksOnly) {
  expect_refused({
      {with_method("tolerance 5m; content '{body}'; id hash=body;"),
       R"("tolerance" without "timestamp": there is nothing whose age it could bound)"},
      {with_method("content '{form-sorted}' form; id form=Sid; id hash=body;"),
       "\"id hash=body\" is another one for the same form with its fields in another order, which is not signed; "
       "expected hash=content"},
      {with_method("content '{timestamp}{body}'; id hash=body;"),
       R"(the content holds {timestamp}, but "timestamp" is missing)"},
      {with_method("timestamp header=x-ts; content '{body}'; id hash=body;"),
       "the timestamp is not part of the content, so that whoever replays a request may write any; expected "
       R"({timestamp} in it, or no "timestamp")"},
      {with_method("timestamp header=x-ts; content '{timestamp}{body}'; content '{url}{form-sorted}' form; "
                   "id hash=body;"),
       "the timestamp is not part of the content, so that whoever replays a request may write any; expected "
       R"({timestamp} in it, or no "timestamp")"},
      {with_method("timestamp json=/ts; content '{json:/token}'; id json=/token;"),
       "the timestamp is not part of the content, so that whoever replays a request may write any; expected "
       R"({timestamp} in it, or no "timestamp")"},
      {with_method("timestamp header=x-sig; content '{timestamp}{body}'; id hash=body;"),
       R"("timestamp" and "signature" are read from the same place)"},
      {with_method("content 'hello'; id hash=body;"),
       "the content holds nothing of the request; expected {body} or another placeholder in it"},
      {with_method("content '{header:x-sig}{body}'; id hash=body;"),
       "the content holds the signature itself, which cannot sign itself"},
      {with_method("timestamp field=t; content '{timestamp}{body}'; id hash=body;"),
       R"("timestamp field=" needs a signature made of named entries; expected list= and separator= there)"},
      {"algorithm hmac-sha256; key raw; signature header=x list=, separator== name=t; timestamp field=t;"
       "content '{timestamp}{body}'; id hash=body;",
       R"("timestamp field=" names the entry that holds the signature)"},
      {"algorithm token; key raw; signature header=x; timestamp header=t; id hash=body;",
       R"(a token signs no timestamp: whoever has the token writes any; remove "timestamp")"},
      {"algorithm token; key raw; signature header=x; content '{body}'; id hash=body;",
       R"(a token signs nothing, so that "content" would be ignored; remove it)"},
      {"algorithm token; key raw; signature header=x; id hash=content;",
       R"("id hash=content" needs something that is signed, and a token signs nothing; expected hash=body)"},
  });
}

TEST(RecipeRefusals, IdsCanAllBeReached) {
  expect_refused({
      {with_method("content '{body}'; id hash=body; id json=/id;"),
       R"("id hash=" always has a value, so that the "id" after it is never used)"},
      {with_method("content '{body}'; id hash=body,content;"),
       R"("id hash=" stands alone, without other values or except=)"},
      {with_method("content '{body}'; id hash=body except=x;"),
       R"("id hash=" stands alone, without other values or except=)"},
  });
}

TEST(RecipeRefusals, FormsAreForms) {
  expect_refused({
      {with_method("content '{url}{form-sorted}'; id hash=content;"),
       R"(the content holds a form, but is not marked as one; expected content "..." form)"},
      {with_method("content '{form-sorted}{json:/a}' form; id hash=content;"),
       "the content for forms holds {json:...}, which no form has"},
      {with_method("timestamp json=/ts; content '{timestamp}{form-sorted}' form; id hash=content;"),
       "the signature or timestamp is in a JSON body, which no form has; remove the content for forms"},
      {with_method("content '{form-sorted}' form; id hash=content; media application/json;"),
       R"(there is a content for forms, but "media" refuses them; expected application/x-www-form-urlencoded in it)"},
      {with_method("content '{method}' digest=sum; id hash=content;"),
       R"("digest=" is an argument of the URL, which the content does not hold; expected {url} in it)"},
      {with_method("content '{url}{body}' digest=sum; id hash=content;"),
       R"("digest=" stands for the body, which the content holds anyway; remove one of them)"},
  });
}

TEST(RecipeRefusals, TwoAlgorithmsShareOneHeaderAndNothingElse) {
  const auto two = [](std::string_view second) {
    return "algorithm hmac-sha256; key raw prefix=a_; signature header=x list=, separator== name=v1;" +
           std::string(second) + std::string(kRest);
  };
  const ReadRecipe fine(two("algorithm ed25519; key hex prefix=b_; signature header=x list=, separator== name=v2;"));
  EXPECT_EQ(fine.message(), "");
  expect_refused({
      {two("algorithm ed25519; key hex prefix=b_; signature header=y list=, separator== name=v2;"),
       "the two algorithms have different signature sources; expected the same header=, list= and separator="},
      {two("algorithm ed25519; key hex prefix=b_; signature header=x list=; separator== name=v2;"),
       R"("list" of "signature" has no value; expected list=...)"},
      {two("algorithm ed25519; key hex prefix=b_; signature header=x list=, separator=: name=v2;"),
       "the two algorithms have different signature sources; expected the same header=, list= and separator="},
      {two("algorithm ed25519; key hex prefix=b_; signature header=x list=, separator== name=v1;"),
       "the two algorithms' signatures cannot be told apart; expected a name= of its own for each"},
      {two("algorithm ed25519; key hex; signature header=x list=, separator== name=v2;"),
       "the two algorithms' keys cannot be told apart; expected a key prefix= of its own for each"},
      {two("algorithm ed25519; key hex prefix=a_b; signature header=x list=, separator== name=v2;"),
       "the two algorithms' keys cannot be told apart; expected a key prefix= of its own for each"},
      {two("algorithm token; key raw prefix=b_; signature header=x list=, separator== name=v2;"),
       "a token beside another algorithm would make its signature optional; expected a scheme for each"},
  });
}

TEST(RecipeRefusals, LongWordsAreCut) {
  const ReadRecipe recipe("algorithm " + std::string(1000, 'x') + ";");
  EXPECT_LT(recipe.message().size(), 400U);
  EXPECT_TRUE(recipe.message().starts_with("algorithm \"" + std::string(64, 'x') + "\" is unknown"));
}

}  // namespace
}  // namespace ringfence::scheme
