// The scanner over bodies written by hand: what it finds, what it refuses, and where it is stricter than jansson.
// event_scan_differential_test.cc compares it with jansson at random.
#include "shared/event_scan.h"

#include <gtest/gtest.h>

#include <string>

#include "shared/limits.h"

namespace ringfence {
namespace {

std::optional<ScannedEvent> scan(std::string_view body) { return scan_event(as_bytes(body)); }
// A body that is good but for `value`, which stands where any value may.
bool takes(std::string_view value) { return scan(R"({"data":{"id":"i","x":)" + std::string(value) + "}}").has_value(); }
std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ScanEvent, FindsTheThreeValues) {
  const auto event = scan(R"({
    "meta": {"attempt": 1, "id": "not this one", "data": {"id": "nor this"}},
    "data": {
      "record_type": "event",
      "payload": {"direction": "incoming", "client_state": null, "call_session_id": "428c31b6", "id": "nor this",
                  "custom_headers": [{"name": "call_session_id", "value": "x"}], "payload": {"call_session_id": "no"}},
      "event_type": "call.initiated",
      "id": "0ccc7b54",
      "occurred_at": "2018-02-02T22:25:27.521992Z"
    }
  })");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->id, "0ccc7b54");
  EXPECT_EQ(event->type, "call.initiated");
  EXPECT_EQ(event->partition, "428c31b6");
}

TEST(ScanEvent, TypeAndCallMayBeAbsent) {
  for (const std::string_view body :
       {R"({"data":{"id":"i"}})", R"({"data":{"id":"i","event_type":null,"payload":null}})",
        R"({"data":{"id":"i","event_type":5,"payload":[]}})", R"({"data":{"id":"i","event_type":{},"payload":{}}})",
        R"({"data":{"id":"i","event_type":"","payload":{"call_session_id":null}}})",
        R"({"data":{"id":"i","payload":{"call_session_id":[1,{"a":2}]}}})", R"({"data":{"id":"i","payload":"text"}})",
        R"({"data":{"id":"i","payload":[{"call_session_id":"no"}]}})"}) {
    const auto event = scan(body);
    ASSERT_TRUE(event) << body;
    EXPECT_EQ(event->id, "i");
    EXPECT_EQ(event->type, "");
    EXPECT_EQ(event->partition, "");
  }
}

TEST(ScanEvent, TheIdIsRequired) {
  for (const std::string_view body :
       {"", " ", "{}", "[]", "null", R"({"data":null})", R"({"data":[]})", R"({"data":"id"})", R"({"data":{}})",
        R"({"id":"i"})", R"({"data":{"id":null}})", R"({"data":{"id":5}})", R"({"data":{"id":""}})",
        R"({"data":{"id":["i"]}})", R"({"data":{"payload":{"id":"i"}}})", R"([{"data":{"id":"i"}}])", R"("data")",
        R"({"data":{"ID":"i"}})", R"({"Data":{"id":"i"}})"}) {
    EXPECT_FALSE(scan(body)) << body;
  }
}

TEST(ScanEvent, ValuesAreSafeInLogsAndHeaders) {
  const auto with_id = [](std::string_view id) { return scan(R"({"data":{"id":")" + std::string(id) + "\"}}"); };
  EXPECT_TRUE(with_id("!~"));
  EXPECT_TRUE(with_id(std::string(limits::kFieldBytes, 'i')));
  EXPECT_FALSE(with_id(std::string(limits::kFieldBytes + 1, 'i')));
  EXPECT_FALSE(with_id("a b"));
  EXPECT_FALSE(with_id("a\x7f"));
  EXPECT_FALSE(with_id("\xc3\xa9"));
  EXPECT_FALSE(with_id("a\\u0062"));
  EXPECT_FALSE(with_id("a\\/b"));
  for (const std::string_view key : {R"("event_type":)", R"("payload":{"call_session_id":)"}) {
    const std::string head = R"({"data":{"id":"i",)" + std::string(key);
    const std::string tail = key.starts_with("\"p") ? "}}}" : "}}";
    EXPECT_TRUE(scan(head + "\"plain\"" + tail));
    EXPECT_TRUE(scan(head + "\"" + std::string(limits::kFieldBytes, 'x') + "\"" + tail));
    EXPECT_FALSE(scan(head + "\"" + std::string(limits::kFieldBytes + 1, 'x') + "\"" + tail));
    EXPECT_FALSE(scan(head + R"("esc\u0061ped")" + tail));
    EXPECT_FALSE(scan(head + "\"new line\"" + tail));
  }
}

TEST(ScanEvent, RepeatedKeysOnOurWayAreRefused) {
  for (const std::string_view body :
       {R"({"data":{"id":"a"},"data":{"id":"b"}})", R"({"data":1,"data":{"id":"b"}})",
        R"({"data":{"id":"a"},"data":1})", R"({"data":{"id":"a","id":"a"}})", R"({"data":{"id":"a","id":5}})",
        R"({"data":{"id":"a","event_type":"x","event_type":"y"}})",
        R"({"data":{"id":"a","event_type":1,"event_type":2}})", R"({"data":{"id":"a","payload":{},"payload":{}}})",
        R"({"data":{"id":"a","payload":{},"payload":null}})",
        R"({"data":{"id":"a","payload":{"call_session_id":"x","call_session_id":"y"}}})"}) {
    EXPECT_FALSE(scan(body)) << body;
  }
  EXPECT_TRUE(scan(R"({"data":{"id":"a","x":{"id":"b","id":"c"}}})")) << "elsewhere they are the worker's to find";
}

// An escape can spell `id` as `\u0069d`, which jansson would take for a second id.
TEST(ScanEvent, KeysWithEscapesAreRefusedOnOurWayOnly) {
  EXPECT_FALSE(scan(R"({"data":{"id":"a","\u0069d":"b"}})"));
  EXPECT_FALSE(scan(R"({"data":{"\u0069d":"b"}})"));
  EXPECT_FALSE(scan(R"({"data":{"id":"a"},"d\u0061ta":{"id":"b"}})"));
  EXPECT_FALSE(scan(R"({"data":{"id":"a","payload":{"call_session_i\u0064":"b"}}})"));
  EXPECT_FALSE(scan(R"({"data":{"id":"a","harmless\n":"b"}})"));
  EXPECT_TRUE(scan(R"({"data":{"id":"a","x":{"\u0069d":"b"}},"meta":{"\n":1}})"));
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
                                            "-9223372036854775808",
                                            "0e99999999999999999999",
                                            "1e-99999999999999999999",
                                            "0.0000001e314",
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
                                            R"({"a":1,"b":[2],"c":{"d":null}})",
                                            R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude80")",
                                            "\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\"",
                                            "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"",
                                            " \t\r\n1 \t\r\n",
                                            "[1 , 2]",
                                            "\"[{]}\""};

constexpr std::string_view kBadValues[] = {"",
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
                                           "1e308",
                                           "1e309",
                                           "123e306",
                                           "0.1e310",
                                           "9223372036854775808",
                                           "-9223372036854775809",
                                           "10000000000000000000",
                                           "nan",
                                           "Infinity",
                                           "tru",
                                           "True",
                                           "nulll",
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
                                           "'a'",
                                           "\"",
                                           "\"\\\"",
                                           "\"\\x\"",
                                           "\"\\u12\"",
                                           "\"\\u12g4\"",
                                           "\"\\U0041\"",
                                           "\"\\ud800\"",
                                           "\"\\ud800\\u0041\"",
                                           "\"\\ud800x\"",
                                           "\"\\udc00\"",
                                           "\"\\ud800\\ud800\"",
                                           "\"\\u0000\"",
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
                                           ("\xc2\xa0"
                                            "1"),
                                           "\v1",
                                           "\"a\" \"b\""};

TEST(ScanEvent, ChecksTheGrammarOfEveryValue) {
  for (const std::string_view good : kGoodValues) {
    EXPECT_TRUE(takes(good)) << good;
  }
  for (const std::string_view bad : kBadValues) {
    EXPECT_FALSE(takes(bad)) << bad;
  }
  EXPECT_FALSE(takes(std::string_view("\"\0\"", 3)));
  EXPECT_FALSE(takes(std::string_view("\0", 1)));
}

TEST(ScanEvent, NothingMayFollowOrPrecede) {
  const std::string good = R"({"data":{"id":"i"}})";
  EXPECT_TRUE(scan(" \n\t\r" + good + " \n\t\r"));
  for (const std::string_view after : {"x", "{}", ",", "}", "\xef\xbb\xbf", "\v"}) {
    EXPECT_FALSE(scan(good + std::string(after)));
    EXPECT_FALSE(scan(std::string(after) + good));
  }
  EXPECT_FALSE(scan(good + std::string(1, '\0')));
}

TEST(ScanEvent, EveryTruncationIsRefused) {
  const std::string body = R"({"meta":[1.5e3,true,null,"\u00e9"],"data":{"id":"i","event_type":"t",)"
                           R"("payload":{"call_session_id":"s","a":[{}]}}})";
  ASSERT_TRUE(scan(body));
  for (std::size_t size = 0; size < body.size(); ++size) {
    const std::string cut = body.substr(0, size);  // a copy of its own, so that ASan sees one byte too far
    EXPECT_FALSE(scan(cut)) << cut;
  }
}

TEST(ScanEvent, BoundsTheDepth) {
  EXPECT_TRUE(takes(nested(limits::kJsonDepth - 2)));
  EXPECT_FALSE(takes(nested(limits::kJsonDepth - 1)));
  std::string objects;
  for (std::size_t i = 0; i < limits::kJsonDepth - 2; ++i) objects += "{\"a\":";
  EXPECT_TRUE(takes(objects + "1" + std::string(limits::kJsonDepth - 2, '}')));
  EXPECT_FALSE(takes(std::string(1'000'000, '[')));
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "{\"a\":";
  EXPECT_FALSE(takes(many));
  // Kinds of closed containers must not be forgotten or mixed up.
  EXPECT_TRUE(takes(R"([{"a":[{"b":[]}]},[{"c":{}}]])"));
  EXPECT_FALSE(takes(R"([{"a":[{"b":[]]}},[{"c":{}}]])"));
}

}  // namespace
}  // namespace ringfence
