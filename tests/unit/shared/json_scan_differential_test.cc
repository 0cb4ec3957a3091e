// The scanner against jansson (support/json_oracle.h) on thousands of random bodies and as many damaged ones: taken and
// refused alike, and the same values found, to the byte they begin at.
#include <gtest/gtest.h>

#include "seeded.h"
#include "support/json_oracle.h"

namespace ringfence {
namespace {

using test::Seeded;

// Writes random JSON text, also in spellings that no encoder would choose, around the names that the oracle looks for.
class Writer {
 public:
  explicit Writer(Seeded& seeded) : seeded_(seeded) {}

  std::string body() {
    out_.clear();
    space();
    value(0);
    space();
    return out_;
  }

 private:
  void space() {
    static constexpr std::string_view kSpaces[] = {" ", "\n", "\t", "\r\n", "  "};
    while (seeded_.one_in(6)) out_ += seeded_.pick(kSpaces);
  }

  void name() {
    static constexpr std::string_view kNames[] = {"data",
                                                  "data",
                                                  "id",
                                                  "id",
                                                  "event_type",
                                                  "payload",
                                                  "call_session_id",
                                                  "events",
                                                  "events",
                                                  "0",
                                                  "0",
                                                  "10",
                                                  "\xc3\xa9",
                                                  "\xf0\x9f\x9a\x80",
                                                  "a b",
                                                  "ID",
                                                  "i",
                                                  "id ",
                                                  "datum",
                                                  "",
                                                  "d\\u0061ta",
                                                  "\\u0069d",
                                                  "\\u0030",
                                                  "i\\u0064",
                                                  "\\u00E9",
                                                  "\\ud83d\\ude80",
                                                  "\\uD83D\\uDE81",
                                                  "\\ud83d",
                                                  "event\\u005ftype",
                                                  "id\\u0000",
                                                  "\\ude80",
                                                  "a\\u0020b",
                                                  "pa\\u0079load",
                                                  "other",
                                                  "more",
                                                  "\\n\\/"};
    out_.append("\"").append(seeded_.pick(kNames)).append("\"");
  }

  void members(std::size_t depth) {
    out_ += '{';
    space();
    for (std::size_t left = seeded_.below(depth == 0 ? 6 : 4); left > 0; --left) {
      name();
      space();
      out_ += ':';
      space();
      value(depth + 1);
      space();
      if (left > 1) out_ += ',';
      space();
    }
    out_ += '}';
  }

  void items(std::size_t depth) {
    out_ += '[';
    space();
    for (std::size_t left = seeded_.below(seeded_.one_in(10) ? 14 : 4); left > 0; --left) {
      value(depth + 1);
      space();
      if (left > 1) out_ += ',';
      space();
    }
    out_ += ']';
  }

  void string() {
    static constexpr std::string_view kPieces[] = {"a",
                                                   "0ccc7b54-4df3-4bca",
                                                   "~!#",
                                                   " ",
                                                   "\\n",
                                                   "\\\"",
                                                   "\\\\",
                                                   "\\u00e9",
                                                   "\\u0000",
                                                   "\\ud83d\\ude80",
                                                   "\\ud83d",
                                                   "\\udc00",
                                                   "\xc3\xa9",
                                                   "\xf0\x9f\x9a\x80",
                                                   "{",
                                                   "]",
                                                   ",",
                                                   "\x7f",
                                                   "a-long-plain-run-of-text-"};
    out_ += '"';
    const std::size_t same = seeded_.one_in(20) ? 11 : 1;
    for (std::size_t left = seeded_.below(4); left > 0; --left) {
      const std::string_view piece = seeded_.pick(kPieces);
      for (std::size_t i = 0; i < same; ++i) out_ += piece;
    }
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
                                                    "true",
                                                    "false",
                                                    "null",
                                                    "1e308",
                                                    "1e400",
                                                    "0e999",
                                                    "1e-400",
                                                    "9223372036854775808",
                                                    "-99999999999999999999"};
    const std::size_t kind = depth > 7 ? seeded_.below(4) : depth == 0 ? 4 + seeded_.below(4) : seeded_.below(8);
    if (kind < 2) {
      out_ += seeded_.pick(kScalars);
    } else if (kind < 4) {
      string();
    } else if (kind < 6) {
      members(depth);
    } else {
      items(depth);
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
                                                  "99999999999999999999",
                                                  "1.",
                                                  "01",
                                                  "null",
                                                  "tru",
                                                  "\n",
                                                  "\x01",
                                                  " ",
                                                  "\"id\":\"b\",",
                                                  "\"data\":{},",
                                                  "\"0\":{},",
                                                  "\"events\":[],",
                                                  "\"\\u0069d\":\"b\",",
                                                  "\"d\\u0061ta\":0,",
                                                  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["};
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

struct Tally {
  std::size_t taken = 0;
  std::size_t refused = 0;
};

void compare(const std::string& text, Tally& tally) {
  bool accepted = false;
  ASSERT_EQ(test::scan_and_compare(text, accepted), "") << text;
  ++(accepted ? tally.taken : tally.refused);
}

TEST(ScanJsonDifferential, AgreesWithJanssonOnRandomBodies) {
  Seeded seeded(20260011);
  Writer writer(seeded);
  Tally tally;
  for (int round = 0; round < 20'000 && !HasFatalFailure(); ++round) compare(writer.body(), tally);
  EXPECT_GT(tally.taken, 10'000U);
  EXPECT_GT(tally.refused, 500U) << "for repeated keys";
}

TEST(ScanJsonDifferential, AgreesWithJanssonOnDamagedBodies) {
  Seeded seeded(20260012);
  Writer writer(seeded);
  Tally tally;
  for (int round = 0; round < 4'000 && !HasFatalFailure(); ++round) {
    const std::string body = writer.body();
    for (int copy = 0; copy < 10; ++copy) compare(damaged(body, seeded), tally);
  }
  EXPECT_GT(tally.taken, 4'000U) << "the damage must not always show";
  EXPECT_GT(tally.refused, 10'000U);
}

// Every number's spelling, on its own: these are where hand-written scanners part from libraries.
TEST(ScanJsonDifferential, AgreesWithJanssonOnNumbers) {
  Seeded seeded(20260013);
  constexpr std::string_view kAlphabet = "0012359-+.eE";
  Tally tally;
  for (int round = 0; round < 60'000 && !HasFatalFailure(); ++round) {
    std::string number;
    for (std::size_t left = 1 + seeded.below(7); left > 0; --left) number += kAlphabet[seeded.below(kAlphabet.size())];
    compare(R"({"id":)" + number + "}", tally);
  }
  EXPECT_GT(tally.taken, 1'000U);
}

}  // namespace
}  // namespace ringfence
