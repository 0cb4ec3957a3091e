// The scanner over bodies written by hand: paths, what is found, what is refused, and where it is looser than jansson.
// json_scan_differential_test.cc compares it with jansson at random.
#include "shared/json_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/limits.h"

namespace ringfence {
namespace {

using Kind = JsonFound::Kind;
using Fault = JsonPaths::Fault;

struct Scan {
  bool taken = false;
  std::vector<JsonFound> found;
};

Scan scan(std::string_view body, std::initializer_list<std::string_view> wanted) {
  JsonPaths paths;
  std::uint8_t index = 0;
  for (const std::string_view path : wanted) EXPECT_EQ(paths.add(path, index), Fault::ok) << path;
  Scan result;
  result.found.resize(paths.size());
  result.taken = scan_json(as_bytes(body), paths, result.found);
  return result;
}
// "token:x", "number:5", "other", "absent" or "refused".
std::string at(std::string_view path, std::string_view body) {
  const Scan result = scan(body, {path});
  if (!result.taken) return "refused";
  const JsonFound& found = result.found[0];
  if (found.kind == Kind::token) return "token:" + std::string(found.text);
  if (found.kind == Kind::number) return "number:" + std::string(found.text);
  EXPECT_EQ(found.text, "");
  return found.kind == Kind::other ? "other" : "absent";
}
bool is_json(std::string_view text) { return scan(text, {}).taken; }

constexpr std::string_view kEvent = R"({
    "meta": {"attempt": 1, "id": "not this one", "data": {"id": "nor this"}},
    "data": {
      "record_type": "event",
      "payload": {"direction": "incoming", "client_state": null, "call_session_id": "428c31b6", "id": "nor this",
                  "custom_headers": [{"name": "call_session_id", "value": "x"}], "payload": {"call_session_id": "no"}},
      "event_type": "call.initiated",
      "id": "0ccc7b54",
      "occurred_at": "2018-02-02T22:25:27.521992Z"
    }
  })";

TEST(JsonPaths, ReadsPathsAndKeepsEachOnce) {
  JsonPaths paths;
  std::uint8_t index = 99;
  EXPECT_EQ(paths.add("/data/id", index), Fault::ok);
  EXPECT_EQ(index, 0);
  EXPECT_EQ(paths.add("/events/0/id", index), Fault::ok);
  EXPECT_EQ(index, 1);
  EXPECT_EQ(paths.add("/data/id", index), Fault::ok);
  EXPECT_EQ(index, 0);
  ASSERT_EQ(paths.size(), 2U);
  EXPECT_EQ(paths.at(1).text, "/events/0/id");
  ASSERT_EQ(paths.at(1).count, 3);
  EXPECT_EQ(paths.at(1).segments[0], "events");
  EXPECT_EQ(paths.at(1).segments[1], "0");
  EXPECT_EQ(paths.at(1).segments[2], "id");
}

TEST(JsonPaths, RefusesWhatIsNoPath) {
  JsonPaths paths;
  std::uint8_t index = 99;
  for (const std::string_view text : {"", "data", "data/id", "/", "//", "/data/", "//id", "/data//id", "/a~1b", "/~"}) {
    EXPECT_EQ(paths.add(text, index), Fault::not_a_path) << text;
  }
  EXPECT_EQ(paths.add("/1/2/3/4/5/6/7", index), Fault::too_deep);
  EXPECT_EQ(paths.size(), 0U);
  EXPECT_EQ(index, 99);
  EXPECT_EQ(paths.add("/1/2/3/4/5/6", index), Fault::ok);
  for (std::size_t i = 1; i < JsonPaths::kPaths; ++i) {
    static const std::string kNames = "/a/b/c/d/e/f/g/h/i/j/k/l/m";
    EXPECT_EQ(paths.add(std::string_view(kNames).substr(2 * i, 2), index), Fault::ok);
  }
  EXPECT_EQ(paths.add("/one/more", index), Fault::too_many);
  EXPECT_EQ(paths.add("/1/2/3/4/5/6", index), Fault::ok) << "is there already";
}

TEST(ScanJson, FindsValuesByTheirPaths) {
  const Scan result = scan(kEvent, {"/data/id", "/data/event_type", "/data/payload/call_session_id", "/meta/attempt",
                                    "/data/payload", "/id", "/data/payload/client_state", "/data/payload/payload/id"});
  ASSERT_TRUE(result.taken);
  EXPECT_EQ(result.found[0].text, "0ccc7b54");
  EXPECT_EQ(result.found[1].text, "call.initiated");
  EXPECT_EQ(result.found[2].text, "428c31b6");
  EXPECT_EQ(result.found[3].kind, Kind::number);
  EXPECT_EQ(result.found[3].text, "1");
  EXPECT_EQ(result.found[4].kind, Kind::other);
  EXPECT_EQ(result.found[5].kind, Kind::absent);
  EXPECT_EQ(result.found[6].kind, Kind::other);
  EXPECT_EQ(result.found[7].kind, Kind::absent);
}

TEST(ScanJson, ArraysAreIndexed) {
  EXPECT_EQ(at("/events/0/id", R"({"events":[{"id":"a"},{"id":"b"}]})"), "token:a");
  EXPECT_EQ(at("/events/1/id", R"({"events":[{"id":"a"},{"id":"b"}]})"), "token:b");
  EXPECT_EQ(at("/events/2/id", R"({"events":[{"id":"a"},{"id":"b"}]})"), "absent");
  EXPECT_EQ(at("/events/0/id", R"({"events":[]})"), "absent");
  EXPECT_EQ(at("/10", "[0,1,2,3,4,5,6,7,8,9,10,11]"), "number:10");
  EXPECT_EQ(at("/0", "[[1]]"), "other");
  EXPECT_EQ(at("/0/0/0", R"([[["x"]]])"), "token:x");
  EXPECT_EQ(at("/01", "[0,1]"), "absent") << "RFC 6901: no leading zeros";
  EXPECT_EQ(at("/-", "[0,1]"), "absent");
  EXPECT_EQ(at("/length", "[0,1]"), "absent");
  EXPECT_EQ(at("/4294967296", "[0,1]"), "absent") << "2^32";
  EXPECT_EQ(at("/4294967295", "[0,1]"), "absent");
  const Scan both = scan(R"([{"a":1},{"a":2},{"a":3}])", {"/2/a", "/0", "/0/a"});
  ASSERT_TRUE(both.taken);
  EXPECT_EQ(both.found[0].text, "3");
  EXPECT_EQ(both.found[1].kind, Kind::other);
  EXPECT_EQ(both.found[2].text, "1");
}

TEST(ScanJson, NumbersAreNamesInObjects) {
  EXPECT_EQ(at("/events/0/id", R"({"events":{"0":{"id":"a"}}})"), "token:a");
  EXPECT_EQ(at("/01", R"({"01":1})"), "number:1");
  EXPECT_EQ(at("/0", R"({"0":1,"\u0030":2})"), "refused");
}

TEST(ScanJson, TellsKindsApart) {
  const auto value = [](std::string_view text) { return at("/id", R"({"id":)" + std::string(text) + "}"); };
  EXPECT_EQ(value(R"("!~")"), "token:!~");
  EXPECT_EQ(value("\"" + std::string(limits::kFieldBytes, 'i') + "\""),
            "token:" + std::string(limits::kFieldBytes, 'i'));
  EXPECT_EQ(value("\"" + std::string(limits::kFieldBytes + 1, 'i') + "\""), "other");
  for (const std::string_view other : {R"("")", R"("a b")", "\"a\x7f\"", "\"\xc3\xa9\"", R"("a\u0062")", R"("a\/b")",
                                       "true", "false", "null", "{}", "[]", R"({"id":"x"})", R"(["x"])"}) {
    EXPECT_EQ(value(other), "other") << other;
  }
  for (const std::string_view number : {"0", "-0", "17", "1e5", "-2.5E-3", "123456789012345678901234567890", "1e999"}) {
    EXPECT_EQ(value(number), "number:" + std::string(number));
  }
}

TEST(ScanJson, AnyValueMayBeTheWhole) {
  for (const std::string_view body : {"5", "\"x\"", "null", "[]", "{}", " true "}) {
    EXPECT_EQ(at("/id", body), "absent") << body;
  }
  for (const std::string_view body : {R"({"data":null})", R"({"data":[]})", R"({"data":"id"})", R"({"data":{}})",
                                      R"([{"data":{"id":"i"}}])", R"({"data":{"ID":"i"}})", R"({"Data":{"id":"i"}})",
                                      R"({"id":"i"})", R"({"data":{"payload":{"id":"i"}}})", R"({"data":{"id ":1}})"}) {
    EXPECT_EQ(at("/data/id", body), "absent") << body;
  }
}

TEST(ScanJson, RepeatedKeysOnTheWayAreRefused) {
  const auto refused = [](std::string_view body) {
    return !scan(body, {"/data/id", "/data/type", "/data/payload/call", "/events/1/id"}).taken;
  };
  for (const std::string_view body :
       {R"({"data":{"id":"a"},"data":{"id":"b"}})", R"({"data":1,"data":{"id":"b"}})",
        R"({"data":{"id":"a"},"data":1})", R"({"data":{"id":"a","id":"a"}})", R"({"data":{"id":"a","id":5}})",
        R"({"data":{"type":1,"type":2}})", R"({"data":{"payload":{},"payload":{}}})",
        R"({"data":{"payload":{"call":1}},"data":null})", R"({"data":{"payload":{"call":"x","x":0,"call":"y"}}})",
        R"({"events":[{},{"id":1,"id":1}]})", R"({"events":[],"events":[]})", R"({"data":1,"x":1,"data":2})"}) {
    EXPECT_TRUE(refused(body)) << body;
  }
  for (const std::string_view body :
       {R"({"data":{"id":"a","x":{"id":"b","id":"c"}}})", R"({"x":1,"x":2,"data":{"y":1,"y":2}})",
        R"({"events":[{"id":1,"id":2},{"id":3}]})", R"([{"data":1,"data":2}])", R"({"data":[{"id":1,"id":2}]})",
        R"({"id":1,"id":2})"}) {
    EXPECT_FALSE(refused(body)) << body;
  }
}

// An escape can spell `id` as `\u0069d`, which every reader takes for the id.
TEST(ScanJson, EscapedKeysCountAsWhatTheySpell) {
  EXPECT_EQ(at("/data/id", R"({"data":{"\u0069d":"b"}})"), "token:b");
  EXPECT_EQ(at("/data/id", R"({"data":{"i\u0064":"b"}})"), "token:b");
  EXPECT_EQ(at("/data/id", R"({"d\u0061t\u0061":{"\u0069\u0064":"b"}})"), "token:b");
  EXPECT_EQ(at("/data/id", R"({"data":{"id":"a","\u0069d":"b"}})"), "refused");
  EXPECT_EQ(at("/data/id", R"({"data":{"\u0069d":"b","id":"a"}})"), "refused");
  EXPECT_EQ(at("/data/id", R"({"data":{"id":"a"},"d\u0061ta":1})"), "refused");
  EXPECT_EQ(at("/data/id", R"({"data":{"id":"a","harmless\n":1,"\u0069":2,"\u0069dd":3,"i\u0000d":4,"id\u0000":5}})"),
            "token:a");
  EXPECT_EQ(at("/data/id", R"({"data":{"id":"a","\ud83d\ude80":1,"\ud83d":2,"\ude80":3,"\ud83d\u0069d":4}})"),
            "token:a");
  EXPECT_EQ(at("/\"\\\b\f\n\r\t", R"({"\"\\\b\f\n\r\t":"b"})"), "token:b");
  EXPECT_EQ(at("/\"\\\b\f\n\r\t", R"({"\u0022\u005C\u0008\u000c\u000A\u000d\u0009":"b"})"), "token:b");
  EXPECT_EQ(at("/\xc3\xa9", R"({"\u00e9":"b"})"), "token:b");
  EXPECT_EQ(at("/\xc3\xa9", R"({"\u00E9":1,"é":2})"), "refused");
  EXPECT_EQ(at("/\xe4\xb8\xad!", R"({"\u4e2d!":"b"})"), "token:b");
  EXPECT_EQ(at("/\xf0\x9f\x9a\x80", R"({"\ud83d\ude80":"b"})"), "token:b");
  EXPECT_EQ(at("/\xf0\x9f\x9a\x80", R"({"\ud83d\ude81":"b"})"), "absent");
  EXPECT_EQ(at("/\xf0\x9f\x9a\x80", R"({"\ud83d":1,"\ude80":2,"\ud83d\ud83d\ude80":3})"), "absent");
  EXPECT_EQ(at("/\xed\xa0\xbd", R"({"\ud83d":1})"), "absent") << "a path that is not UTF-8";
  EXPECT_EQ(at("/id", R"({"id\u002F":1,"\/id":2,"\u0069":3,"id\u0021":4})"), "absent");
}

TEST(ScanJson, IsLooserThanJanssonWhereTheRfcIs) {
  for (const std::string_view body :
       {R"("\u0000")", R"({"\u0000":1})", "1e308", "1e309", "9223372036854775808", "-9223372036854775809", "-1e99999",
        R"("\ud800")", R"("\ud800\u0041")", R"("\ud800x")", R"("\udc00")", R"("\ud800\ud800")", R"({"a":1,"a":2})"}) {
    EXPECT_TRUE(is_json(body)) << body;
  }
}

constexpr std::string_view kGoodValues[] = {"1",
                                            "-1",
                                            "0",
                                            "-0",
                                            "0.5",
                                            "-0.5e-10",
                                            "1E+2",
                                            "9.99e307",
                                            "9223372036854775807",
                                            "0e99999999999999999999",
                                            "true",
                                            "false",
                                            "null",
                                            "\"\"",
                                            "[]",
                                            "{}",
                                            "[ ]",
                                            "{ }",
                                            "[1]",
                                            "[[],{},[{}]]",
                                            "[1 , 2]",
                                            "\"[{]}\"",
                                            R"({"a":1,"b":[2],"c":{"d":null}})",
                                            R"("\"\\\/\b\f\n\r\t\u00e9\uD83d\uDe80")",
                                            "\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\"",
                                            "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"",
                                            " \t\r\n1 \t\r\n"};

constexpr std::string_view kBadValues[] = {"",
                                           " ",
                                           "01",
                                           "-",
                                           "+1",
                                           ".5",
                                           "1.",
                                           "1.e5",
                                           "1e",
                                           "1e+",
                                           "-01",
                                           "0x10",
                                           "--1",
                                           "1.2.3",
                                           "1e5.5",
                                           "1e-",
                                           "nan",
                                           "Infinity",
                                           "tru",
                                           "True",
                                           "nulll",
                                           "fals",
                                           "[",
                                           "]",
                                           "[1,]",
                                           "[,1]",
                                           "[1 2]",
                                           "[1}",
                                           "{1:2}",
                                           "{\"a\"}",
                                           "{\"a\":}",
                                           "{\"a\":1,}",
                                           "{,}",
                                           "{a:1}",
                                           "{'a':1}",
                                           "{\"a\":1]",
                                           "{\"a\" 1}",
                                           "'a'",
                                           "\"",
                                           "\"\\\"",
                                           "\"\\x\"",
                                           "\"\\u12\"",
                                           "\"\\u12g4\"",
                                           "\"\\u\"",
                                           "\"\\u00:0\"",
                                           "\"\\u00@0\"",
                                           "\"\\u00`0\"",
                                           "\"\\U0041\"",
                                           "\"\n\"",
                                           "\"\t\"",
                                           "\"\x1f\"",
                                           "\"\x80\"",
                                           "\"\xc0\x80\"",
                                           "\"\xc1\xbf\"",
                                           "\"\xc2\"",
                                           "\"\xe0\x9f\xbf\"",
                                           "\"\xed\xa0\x80\"",
                                           "\"\xf0\x8f\xbf\xbf\"",
                                           "\"\xf4\x90\x80\x80\"",
                                           "\"\xf5\x80\x80\x80\"",
                                           "\"\xff\"",
                                           "\"\xe2\x82\"",
                                           "\"\xe2\x28\xa1\"",
                                           "1,",
                                           "1]",
                                           "1/**/",
                                           "1//x",
                                           "\xc2\xa0 1",
                                           "\v1",
                                           "\"a\" \"b\"",
                                           "\"\\",
                                           "\"\\u",
                                           "\"a"};

TEST(ScanJson, ChecksTheGrammarOfEveryValue) {
  // At the top, off the way, on the way, and as the value itself: different code reads each.
  const auto everywhere = [](std::string_view value) {
    const std::string text(value);
    std::vector<std::string> bodies{text, R"({"x":)" + text + "}", R"({"data":)" + text + "}"};
    bodies.push_back(R"({"data":{"id":)" + text + "}}");
    bodies.push_back("[[" + text + "]]");
    return bodies;
  };
  for (const std::string_view good : kGoodValues) {
    for (const std::string& body : everywhere(good)) {
      EXPECT_TRUE(scan(body, {"/data/id", "/0/0"}).taken) << body;
    }
  }
  for (const std::string_view bad : kBadValues) {
    for (const std::string& body : everywhere(bad)) {
      if (body == "[[]]" || body == "[[ ]]") continue;
      EXPECT_FALSE(scan(body, {"/data/id", "/0/0"}).taken) << body;
    }
  }
  EXPECT_FALSE(is_json(std::string_view("\"\0\"", 3)));
  EXPECT_FALSE(is_json(std::string_view("\0", 1)));
  EXPECT_FALSE(is_json(std::string_view("[22\0]", 5))) << "jansson takes it, found by fuzzing";
  EXPECT_FALSE(is_json(std::string_view("[true\0]", 7)));
}

// What ends a run of plain characters must be seen at every place of an eight-byte word.
TEST(ScanJson, SeesEveryByteOfAString) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t after = 0; after < 20; ++after) {
      for (int byte = 0; byte < 256; ++byte) {
        const std::string body =
            "\"" + std::string(before, 'a') + static_cast<char>(byte) + std::string(after, 'a') + "\"";
        const bool good = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
        ASSERT_EQ(is_json(body), good) << before << ' ' << byte << ' ' << after;
      }
    }
  }
}

TEST(ScanJson, NothingMayFollowOrPrecede) {
  const std::string good = R"({"data":{"id":"i"}})";
  EXPECT_TRUE(is_json(" \n\t\r" + good + " \n\t\r"));
  for (const std::string_view after : {"x", "{}", ",", "}", "\xef\xbb\xbf", "\v"}) {
    EXPECT_FALSE(is_json(good + std::string(after)));
    EXPECT_FALSE(is_json(std::string(after) + good));
  }
  EXPECT_FALSE(is_json(good + std::string(1, '\0')));
}

TEST(ScanJson, EveryTruncationIsRefused) {
  const std::string body = R"({"meta":[1.5e3,true,null,"\u00e9"],"data":{"id":"i","event_type":"t",)"
                           R"("payload":{"call_session_i\u0064":"s","a":[{}]}}})";
  ASSERT_TRUE(scan(body, {"/data/payload/call_session_id", "/meta/3"}).taken);
  for (std::size_t size = 0; size < body.size(); ++size) {
    const std::vector<char> cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));  // ASan sees its end
    EXPECT_FALSE(scan({cut.data(), cut.size()}, {"/data/payload/call_session_id", "/meta/3"}).taken) << size;
  }
}

TEST(ScanJson, BoundsTheDepth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  const auto taken = [](std::string_view body) { return scan(body, {"/0/0/0", "/a/a/a"}).taken; };
  EXPECT_TRUE(taken(nested(limits::kJsonDepth)));
  EXPECT_FALSE(taken(nested(limits::kJsonDepth + 1)));
  EXPECT_TRUE(is_json(nested(limits::kJsonDepth)));
  EXPECT_FALSE(is_json(nested(limits::kJsonDepth + 1)));
  std::string objects;
  for (std::size_t i = 0; i < limits::kJsonDepth; ++i) objects += "{\"a\":";
  EXPECT_TRUE(taken(objects + "1" + std::string(limits::kJsonDepth, '}')));
  EXPECT_FALSE(taken("[" + objects + "1" + std::string(limits::kJsonDepth, '}') + "]"));
  EXPECT_FALSE(taken(std::string(1'000'000, '[')));
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "{\"a\":";
  EXPECT_FALSE(taken(many));
  // Kinds of closed containers must not be forgotten or mixed up.
  EXPECT_TRUE(is_json(R"([{"a":[{"b":[]}]},[{"c":{}}]])"));
  EXPECT_FALSE(is_json(R"([{"a":[{"b":[]]}},[{"c":{}}]])"));
}

}  // namespace
}  // namespace ringfence
