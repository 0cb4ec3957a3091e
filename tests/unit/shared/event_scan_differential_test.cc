// The scanner against jansson, on thousands of random bodies and as many damaged ones.
//
// Whatever the scanner takes, jansson must read with the same id, type and call; and whatever jansson takes (duplicate
// keys rejected) the scanner must take, except where it is stricter on purpose: values on our way that are not
// printable ASCII, escapes in keys on our way, reals of 1e308 and more, depth.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "seeded.h"
#include "shared/event_scan.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using test::Seeded;

// Writes random JSON text, also in spellings that no encoder would choose.
class Writer {
 public:
  explicit Writer(Seeded& seeded) : seeded_(seeded) {}

  std::string event() {
    out_.clear();
    space();
    object(1, {"meta", "data", "x"}, "data", [this](std::string_view key) {
      if (key != "data" || seeded_.one_in(20)) return value(2);
      object(2, {"record_type", "id", "event_type", "payload", "occurred_at"}, "id", [this](std::string_view inner) {
        if (inner == "payload" && !seeded_.one_in(10)) {
          return object(3, {"call_session_id", "call_leg_id", "from", "client_state"}, "",
                        [this](std::string_view k) { k == "call_session_id" ? token(4) : value(4); });
        }
        inner == "id" || inner == "event_type" ? token(3) : value(3);
      });
    });
    space();
    return out_;
  }

 private:
  void space() {
    static constexpr std::string_view kSpaces[] = {" ", "\n", "\t", "\r\n", "  "};
    while (seeded_.one_in(4)) out_ += seeded_.pick(kSpaces);
  }

  template <class Member>
  void object(std::size_t, std::initializer_list<std::string_view> names, std::string_view always, Member member) {
    out_ += '{';
    space();
    bool first = true;
    const auto write = [&](std::string_view name) {
      if (!first) {
        out_ += ',';
        space();
      }
      first = false;
      out_.append("\"").append(name).append("\"");
      space();
      out_ += ':';
      space();
      member(name);
      space();
    };
    for (const std::string_view name : names) {
      if (name == always ? !seeded_.one_in(30) : seeded_.below(3) > 0) write(name);
      if (seeded_.one_in(60)) write(name);  // a duplicate
      if (seeded_.one_in(6)) {
        static constexpr std::string_view kOther[] = {"other", "ID",       "i", "id ",
                                                      "datum", "\xc3\xa9", "",  "esc\\u0061pe"};
        write(seeded_.pick(kOther));
      }
    }
    out_ += '}';
  }

  void token(std::size_t depth) {
    if (seeded_.one_in(12)) return value(depth);
    static constexpr std::string_view kTokens[] = {"call.initiated", "0ccc7b54-4df3-4bca", "a", "~!#", "v3:abc/def=="};
    out_.append("\"").append(seeded_.pick(kTokens)).append("\"");
  }

  void string() {
    static constexpr std::string_view kPieces[] = {"a",
                                                   "Zofie",
                                                   " ",
                                                   "\\n",
                                                   "\\\"",
                                                   "\\\\",
                                                   "\\/",
                                                   "\\u00e9",
                                                   "\\ud83d\\ude80",
                                                   "\xc3\xa9",
                                                   "\xe4\xb8\xad",
                                                   "\xf0\x9f\x9a\x80",
                                                   "{",
                                                   "}",
                                                   "[",
                                                   ":",
                                                   ",",
                                                   "\x7f",
                                                   "long plain run of text "};
    out_ += '"';
    for (std::size_t left = seeded_.below(5); left > 0; --left) out_ += seeded_.pick(kPieces);
    out_ += '"';
  }

  void value(std::size_t depth) {
    static constexpr std::string_view kScalars[] = {"0",
                                                    "-0",
                                                    "1",
                                                    "-17",
                                                    "0.5",
                                                    "1e5",
                                                    "-2.5E-3",
                                                    "9223372036854775807",
                                                    "-9223372036854775808",
                                                    "true",
                                                    "false",
                                                    "null",
                                                    "1e307",
                                                    "1e-400",
                                                    "0e999",
                                                    "12345678901234567",
                                                    "0.1e308",
                                                    "5e306"};
    const std::size_t kind = seeded_.below(depth > 6 ? 5 : 8);
    if (kind < 3) {
      out_ += seeded_.pick(kScalars);
    } else if (kind < 5) {
      string();
    } else if (kind == 5) {
      object(depth, {"id", "data", "event_type", "n"}, "", [this, depth](std::string_view) { value(depth + 1); });
    } else {
      out_ += '[';
      space();
      for (std::size_t left = seeded_.below(4); left > 0; --left) {
        value(depth + 1);
        space();
        if (left > 1) out_ += ',';
        space();
      }
      out_ += ']';
    }
  }

  Seeded& seeded_;
  std::string out_;
};

std::string damaged(std::string text, Seeded& seeded) {
  static constexpr std::string_view kSplices[] = {"\"",
                                                  "\\",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  "0",
                                                  "-",
                                                  "e",
                                                  ".",
                                                  "\\u0000",
                                                  "\\ud800",
                                                  "\\udc00",
                                                  "\\u0069",
                                                  "\xff",
                                                  "\xc3",
                                                  "\xe2\x82",
                                                  "\xed\xa0\x80",
                                                  "1e400",
                                                  "1e308",
                                                  "1.7e308",
                                                  "1.8e308",
                                                  "9223372036854775808",
                                                  "-9223372036854775809",
                                                  "99999999999999999999",
                                                  "1.",
                                                  "01",
                                                  "null",
                                                  "tru",
                                                  "\n",
                                                  "\x01",
                                                  "\"id\":\"b\",",
                                                  "\"data\":{},",
                                                  "\"payload\":{},",
                                                  "\"event_type\":\"x\",",
                                                  "\"call_session_id\":\"y\",",
                                                  "\"\\u0069d\":\"b\",",
                                                  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                                                  " "};
  for (std::size_t changes = 1 + seeded.below(2); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = seeded.below(text.size());
    switch (seeded.below(6)) {
      case 0:
        text[at] = static_cast<char>(seeded.below(256));
        break;
      case 1:
        text.erase(at, 1 + seeded.below(4));
        break;
      case 2:
        text.insert(at, seeded.pick(kSplices));
        break;
      case 3: {  // after an opening brace or a comma, where a whole member may stand
        const std::size_t place = text.find_first_of("{,", at);
        if (place != std::string::npos) text.insert(place + 1, seeded.pick(kSplices));
        break;
      }
      case 4:
        text.insert(at, text.substr(seeded.below(text.size()), seeded.below(30)));
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

Json load(std::string_view text, std::size_t flags, json_error_t& error) {
  return Json(json_loadb(text.data(), text.size(), flags, &error));
}

// A value on our way that the scanner takes: absent, of another type, or printable ASCII of bounded length.
bool is_plain(std::string_view value) {
  if (value.size() > limits::kFieldBytes) return false;
  return std::ranges::all_of(value, [](char c) { return c >= 0x21 && c <= 0x7e; });
}

bool has_huge_real(const json_t* json) {
  if (json_is_real(json)) return std::abs(json_real_value(json)) >= 1e308;
  bool found = false;
  std::size_t index = 0;
  const char* key = nullptr;
  json_t* child = nullptr;
  if (json_is_array(json)) json_array_foreach(json, index, child) found = found || has_huge_real(child);
  if (json_is_object(json)) {
    json_object_foreach(const_cast<json_t*>(json), key, child) found = found || has_huge_real(child);
  }
  return found;
}

// True when some key, or a value of one of our three keys, is spelled with an escape. `text` is known to be JSON.
bool has_escape_on_our_way(std::string_view text) {
  std::string_view last_key;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '"') continue;
    const std::size_t begin = at + 1;
    for (++at; text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
    const std::string_view raw = text.substr(begin, at - begin);
    const std::size_t next = text.find_first_not_of(" \t\r\n", at + 1);
    const bool is_key = next != std::string_view::npos && text[next] == ':';
    const bool is_ours = last_key == "id" || last_key == "event_type" || last_key == "call_session_id";
    if (raw.contains('\\') && (is_key || is_ours)) return true;
    last_key = is_key ? raw : std::string_view();
  }
  return false;
}

struct Tally {
  std::size_t taken = 0;
  std::size_t refused = 0;
  std::size_t stricter = 0;
  std::size_t duplicates = 0;
};

void compare(const std::string& text, Tally& tally) {
  const auto event = scan_event(as_bytes(text));
  json_error_t error;
  const Json last_wins = load(text, 0, error);
  const json_t* data = get_object(last_wins.get(), "data");
  const std::string_view id = get_text(data, "id");
  const std::string_view type = get_text(data, "event_type");
  const std::string_view partition = get_text(get_object(data, "payload"), "call_session_id");
  if (event) {
    ++tally.taken;
    ASSERT_TRUE(last_wins) << "jansson refuses: " << error.text << "\n" << text;
    EXPECT_EQ(event->id, id) << text;
    EXPECT_EQ(event->type, type) << text;
    EXPECT_EQ(event->partition, partition) << text;
    // The worker must be able to read all of it too, but for duplicates away from our keys.
    if (!load(text, JSON_REJECT_DUPLICATES, error)) {
      ++tally.duplicates;
      EXPECT_EQ(json_error_code(&error), json_error_duplicate_key) << text;
    }
    return;
  }
  ++tally.refused;
  if (!load(text, JSON_REJECT_DUPLICATES, error) || !json_is_object(last_wins.get()) || id.empty()) return;
  const bool plain = is_plain(id) && is_plain(type) && is_plain(partition);
  const bool is_deep = !parse_json(text);
  if (!plain || is_deep || has_huge_real(last_wins.get()) || has_escape_on_our_way(text)) {
    ++tally.stricter;
    return;
  }
  ADD_FAILURE() << "jansson takes what the scanner refuses:\n" << text;
}

TEST(ScanEventDifferential, AgreesWithJanssonOnRandomBodies) {
  Seeded seeded(20260001);
  Writer writer(seeded);
  Tally tally;
  for (int round = 0; round < 6'000 && !testing::Test::HasFatalFailure(); ++round) compare(writer.event(), tally);
  EXPECT_GT(tally.taken, 2'000U);
  EXPECT_GT(tally.refused, 500U);
  EXPECT_GT(tally.duplicates, 50U);
}

TEST(ScanEventDifferential, AgreesWithJanssonOnDamagedBodies) {
  Seeded seeded(20260002);
  Writer writer(seeded);
  Tally tally;
  for (int round = 0; round < 4'000 && !testing::Test::HasFatalFailure(); ++round) {
    const std::string body = writer.event();
    for (int copy = 0; copy < 10; ++copy) compare(damaged(body, seeded), tally);
  }
  EXPECT_GT(tally.taken, 2'000U) << "the damage must not always show";
  EXPECT_GT(tally.refused, 10'000U);
  EXPECT_LT(tally.stricter, tally.refused / 8);
}

// Every number's spelling, on its own: these are where hand-written scanners part from libraries.
TEST(ScanEventDifferential, AgreesWithJanssonOnNumbers) {
  Seeded seeded(20260003);
  constexpr std::string_view kAlphabet = "0012359-+.eE";
  std::size_t both = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string number;
    for (std::size_t left = 1 + seeded.below(7); left > 0; --left) number += kAlphabet[seeded.below(kAlphabet.size())];
    const std::string text = R"({"data":{"id":"i","n":)" + number + "}}";
    json_error_t error;
    const Json json = load(text, 0, error);
    const bool expected = json && !has_huge_real(json.get());
    EXPECT_EQ(scan_event(as_bytes(text)).has_value(), expected) << number;
    both += expected ? 1 : 0;
  }
  EXPECT_GT(both, 1'000U);
}

}  // namespace
}  // namespace ringfence
