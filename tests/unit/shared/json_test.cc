// The bounded JSON wrapper over hostile and ordinary text.
#include "shared/json.h"

#include <gtest/gtest.h>

#include "seeded.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ParseJson, ReadsObjectsAndArrays) {
  const auto json = parse_json(R"({"text":"a\u00e9","int":-5,"yes":true,"no":false,"null":null,"o":{},"a":[]})");
  ASSERT_TRUE(json);
  EXPECT_EQ(get_text(json->get(), "text"), "a\xc3\xa9");
  EXPECT_EQ(get_int(json->get(), "int", 7), -5);
  EXPECT_TRUE(get_bool(json->get(), "yes"));
  EXPECT_FALSE(get_bool(json->get(), "no", true));
  EXPECT_NE(get_object(json->get(), "o"), nullptr);
  EXPECT_NE(get_array(json->get(), "a"), nullptr);
}

TEST(ParseJson, GettersGiveTheFallbackForAnythingElse) {
  const auto json = parse_json(R"({"text":"a","int":1.5,"null":null,"o":[],"a":{}})");
  ASSERT_TRUE(json);
  for (const char* key : {"absent", "null", "o", "a", "int"}) EXPECT_EQ(get_text(json->get(), key), "") << key;
  for (const char* key : {"absent", "null", "text", "int"}) EXPECT_EQ(get_int(json->get(), key, 7), 7) << key;
  for (const char* key : {"absent", "null", "text"}) EXPECT_TRUE(get_bool(json->get(), key, true)) << key;
  EXPECT_EQ(get_object(json->get(), "o"), nullptr);
  EXPECT_EQ(get_array(json->get(), "a"), nullptr);
  EXPECT_EQ(get_text(nullptr, "a"), "");
  EXPECT_EQ(get_int(nullptr, "a", 3), 3);
  EXPECT_EQ(get_object(nullptr, "a"), nullptr);
  EXPECT_EQ(get_text(get_object(json->get(), "absent"), "a"), "") << "chains over an absent child are safe";
}

TEST(ParseJson, RefusesWhatIsNotOneStrictDocument) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{\"a\" 1}",
                                      "{} {}",
                                      "{}x",
                                      "[01]",
                                      "[+1]",
                                      "[.5]",
                                      "[1.]",
                                      "[nan]",
                                      "{'a':1}",
                                      "{\"a\":1,\"a\":2}",
                                      "[\"\\u0000\"]",
                                      "{\"\\u0000\":1}",
                                      "[\"\\ud800\"]",
                                      "[\"\xff\"]",
                                      "[\"\xc0\xaf\"]",
                                      "[\"\xed\xa0\x80\"]",
                                      "[\"\n\"]",
                                      "[1e999]",
                                      "[9223372036854775808]",
                                      "\"text\"",
                                      "5",
                                      "\xef\xbb\xbf{}"}) {
    const auto json = parse_json(text);
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().code, ErrorCode::invalid);
  }
  EXPECT_FALSE(parse_json(std::string_view("{}\0", 3)));
}

TEST(ParseJson, BoundsTheDepth) {
  EXPECT_TRUE(parse_json(nested(limits::kJsonDepth)));
  const auto deep = parse_json(nested(limits::kJsonDepth + 1));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, ErrorCode::limit);
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
  EXPECT_TRUE(parse_json("[\"" + std::string(100, '[') + "\\\"{{\"]")) << "brackets inside a string do not count";
  std::string wide = "[";
  for (int i = 0; i < 100; ++i) wide += "[],";
  EXPECT_TRUE(parse_json(wide + "[]]"));
}

TEST(ParseJson, ErrorsNameThePlaceAndNeverTheInput) {
  const auto json = parse_json("{\n  \"password\": hunter2\n}");
  ASSERT_FALSE(json);
  EXPECT_NE(json.error().text.find("line 2"), std::string::npos) << json.error().text;
  EXPECT_EQ(json.error().text.find("hunter2"), std::string::npos) << json.error().text;
  EXPECT_NE(parse_json("{\"a\":1,\"a\":2}").error().text.find("twice"), std::string::npos);
}

TEST(ParseJson, RandomBytesNeverCrashIt) {
  test::Seeded seeded(3);
  constexpr std::string_view kAlphabet = "{}[]\",:\\u0daeE+-.1 tfn\n\xff\xc3\xa9";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t left = seeded.below(60); left > 0; --left) text += kAlphabet[seeded.below(kAlphabet.size())];
    const auto json = parse_json(text);
    EXPECT_TRUE(!json || parse_json(dump_json(json->get()))) << text;
  }
}

TEST(WriteJson, DumpsCompactlyAndReadsBack) {
  Json json = json_object_new();
  set_text(json.get(), "t", "a\"b\xc3\xa9");
  set_int(json.get(), "i", -9007199254740993);
  set_bool(json.get(), "b", true);
  Json array = json_array_new();
  append_json(array.get(), json_object_new());
  set_json(json.get(), "a", std::move(array));
  EXPECT_EQ(dump_json(json.get()), "{\"t\":\"a\\\"b\xc3\xa9\",\"i\":-9007199254740993,\"b\":true,\"a\":[{}]}");
  EXPECT_TRUE(parse_json(dump_json(json.get())));
  EXPECT_EQ(dump_json(nullptr), "");
}

TEST(WriteJson, ReplacesInvalidTextInsteadOfDroppingIt) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"ok", "ok"},
      {"a\xffz", "a?z"},
      {"\xc3", "?"},
      {"\xc0\xaf", "??"},
      {"\xed\xa0\x80", "???"},
      {"\xe2\x82\xac!", "\xe2\x82\xac!"},
      {"\xf0\x9f\x9a\x80\xf0\x9f", "\xf0\x9f\x9a\x80??"},
      {"\xf4\x90\x80\x80", "????"},
      {"\xe0\x80\x80", "???"},
      {std::string_view("a\0b", 3), "a?b"},
      {"", ""},
  };
  for (const auto& [value, expected] : cases) {
    Json json = json_object_new();
    set_text(json.get(), "k", value);
    EXPECT_EQ(get_text(json.get(), "k"), expected);
    EXPECT_TRUE(parse_json(dump_json(json.get()))) << "what we write we can read";
  }
}

TEST(WriteJson, AnyBytesMakeReadableText) {
  test::Seeded seeded(4);
  for (int round = 0; round < 5'000; ++round) {
    Json json = json_object_new();
    set_text(json.get(), "k", seeded.bytes(seeded.below(12)));
    EXPECT_EQ(json_object_size(json.get()), 1U);
    EXPECT_TRUE(parse_json(dump_json(json.get())));
  }
}

}  // namespace
}  // namespace ringfence
