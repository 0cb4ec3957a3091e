// One pass over a verified body: a complete RFC 8259 check that notes three values on the way.
// Used by nginx_module. Must not know: nginx, frames. Never allocates.
//
// Stricter than jansson, on purpose and tested: keys of the top level, of `data` and of `data.payload` hold no escape
// (it could spell one of ours), and reals of 1e308 and more are refused without working out whether they overflow.
// Looser than jansson's duplicate check: a repeated key is found only where it could change what we read.
#include "shared/event_scan.h"

#include <cstdint>
#include <cstring>

#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::uint64_t kEveryByte = 0x0101010101010101;
static_assert(limits::kJsonDepth <= 64, "the kinds of the open containers are kept in one word");

struct Text {
  std::string_view raw;  // between the quotes
  bool escaped = false;
};

bool is_digit(int c) noexcept { return c >= '0' && c <= '9'; }

// True when one of the eight bytes ends a run of plain characters: a quote, a backslash, a control or a non-ASCII byte.
// May also be true for none; the caller then looks at each byte.
bool has_special(std::uint64_t word) noexcept {
  const auto zero_byte = [](std::uint64_t x) { return (x - kEveryByte) & ~x; };
  const std::uint64_t quote = zero_byte(word ^ (kEveryByte * '"'));
  const std::uint64_t backslash = zero_byte(word ^ (kEveryByte * '\\'));
  const std::uint64_t control = (word - kEveryByte * 0x20) & ~word;
  return ((quote | backslash | control | word) & (kEveryByte << 7)) != 0;
}

class Scanner {
 public:
  explicit Scanner(ByteView body) noexcept : at_(body.data()), end_(body.data() + body.size()) {}

  std::optional<ScannedEvent> scan() noexcept {
    skip_space();
    if (!members(Place::top)) return std::nullopt;
    skip_space();
    if (at_ != end_ || event_.id.empty()) return std::nullopt;
    return event_;
  }

 private:
  enum class Place : std::uint8_t { top, data, payload };
  enum Seen : std::uint8_t { kData = 1, kPayload = 2, kId = 4, kType = 8, kPartition = 16 };

  [[nodiscard]] int peek() const noexcept { return at_ < end_ ? *at_ : -1; }
  bool skip(char c) noexcept {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_space() noexcept {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool skip_digits() noexcept {
    if (!is_digit(peek())) return false;
    while (is_digit(peek())) ++at_;
    return true;
  }
  bool skip_word(std::string_view word) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < word.size()) return false;
    if (std::memcmp(at_, word.data(), word.size()) != 0) return false;
    at_ += word.size();
    return true;
  }

  bool hex4(unsigned& value) noexcept {
    value = 0;
    for (int i = 0; i < 4; ++i) {
      const int c = peek();
      const int lower = c | 0x20;
      if (is_digit(c)) {
        value = value * 16 + static_cast<unsigned>(c - '0');
      } else if (c >= 0 && lower >= 'a' && lower <= 'f') {
        value = value * 16 + static_cast<unsigned>(lower - 'a' + 10);
      } else {
        return false;
      }
      ++at_;
    }
    return true;
  }

  bool escape() noexcept {  // after the backslash
    const int c = peek();
    if (c < 0) return false;
    ++at_;
    if (c != 'u') return std::string_view("\"\\/bfnrt").contains(static_cast<char>(c));
    unsigned unit = 0;
    if (!hex4(unit) || unit == 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return false;
    if (unit < 0xd800 || unit > 0xdbff) return true;
    return skip('\\') && skip('u') && hex4(unit) && unit >= 0xdc00 && unit <= 0xdfff;
  }

  bool utf8() noexcept {  // at a byte of 0x80 or more
    const unsigned first = *at_++;
    if (first < 0xc2 || first > 0xf4) return false;
    // The second byte carries the rules against overlong forms, surrogates and values past U+10FFFF.
    unsigned low = 0x80;
    unsigned high = 0xbf;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
    for (int left = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3; left > 0; --left) {
      if (at_ == end_ || *at_ < low || *at_ > high) return false;
      ++at_;
      low = 0x80;
      high = 0xbf;
    }
    return true;
  }

  bool string(Text& text) noexcept {
    if (!skip('"')) return false;
    const std::uint8_t* begin = at_;
    text.escaped = false;
    while (at_ < end_) {
      for (std::uint64_t word = 0; end_ - at_ >= 8; at_ += 8) {
        std::memcpy(&word, at_, 8);
        if (has_special(word)) break;
      }
      if (at_ == end_) return false;
      const std::uint8_t c = *at_;
      if (c == '"') {
        text.raw = as_text({begin, at_});
        ++at_;
        return true;
      }
      if (c < 0x20) return false;
      if (c >= 0x80) {
        if (!utf8()) return false;
        continue;
      }
      ++at_;
      if (c == '\\') {
        text.escaped = true;
        if (!escape()) return false;
      }
    }
    return false;
  }

  // Integers must fit 64 bits and reals a double, as jansson has it.
  bool number() noexcept {
    const bool negative = skip('-');
    const std::uint8_t* digits = at_;
    if (!skip('0') && !skip_digits()) return false;
    const std::string_view whole = as_text({digits, at_});
    std::string_view fraction;
    if (peek() != '.' && peek() != 'e' && peek() != 'E') return fits_int64(whole, negative);
    if (skip('.')) {
      const std::uint8_t* begin = at_;
      if (!skip_digits()) return false;
      fraction = as_text({begin, at_});
    }
    std::int64_t exponent = 0;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      const bool minus = peek() == '-';
      if (minus || peek() == '+') ++at_;
      const std::uint8_t* begin = at_;
      if (!skip_digits()) return false;
      exponent = bounded_integer(as_text({begin, at_}));
      if (minus) exponent = -exponent;
    }
    return is_below_1e308(whole, fraction, exponent);
  }

  static bool fits_int64(std::string_view digits, bool negative) noexcept {
    const std::string_view max = negative ? "9223372036854775808" : "9223372036854775807";
    return digits.size() < max.size() || (digits.size() == max.size() && digits <= max);
  }
  // Saturates far above any count of digits in a body, so that the sum in is_below_1e308() cannot overflow.
  static std::int64_t bounded_integer(std::string_view digits) noexcept {
    std::int64_t value = 0;
    for (const char digit : digits) {
      value = value * 10 + (digit - '0');
      if (value > INT64_C(1'000'000'000'000)) return INT64_C(1'000'000'000'000);
    }
    return value;
  }
  static bool is_below_1e308(std::string_view whole, std::string_view fraction, std::int64_t exponent) noexcept {
    const auto as_signed = [](std::size_t size) { return static_cast<std::int64_t>(size); };
    if (whole != "0") return exponent + as_signed(whole.size()) <= 308;
    const std::size_t zeros = fraction.find_first_not_of('0');
    return zeros == std::string_view::npos || exponent - as_signed(zeros) <= 308;
  }

  bool scalar() noexcept {
    Text ignored;
    switch (peek()) {
      case '"':
        return string(ignored);
      case 't':
        return skip_word("true");
      case 'f':
        return skip_word("false");
      case 'n':
        return skip_word("null");
      default:
        return number();
    }
  }

  bool key(Text& text) noexcept {
    if (!string(text)) return false;
    skip_space();
    if (!skip(':')) return false;
    skip_space();
    return true;
  }

  // Any value, whatever it holds. A bit of `objects` says for each open container whether it is an object.
  bool value(std::size_t outer_depth) noexcept {
    std::uint64_t objects = 0;
    std::size_t depth = outer_depth;
    for (;;) {
      const int c = peek();
      if (c == '{' || c == '[') {
        ++at_;
        if (++depth > limits::kJsonDepth) return false;
        objects = objects << 1 | (c == '{' ? 1U : 0U);
        skip_space();
        if (peek() != (c == '{' ? '}' : ']')) {
          Text ignored;
          if (c == '{' && !key(ignored)) return false;
          continue;
        }
      } else if (!scalar()) {
        return false;
      }
      if (!close_containers(objects, depth, outer_depth)) return false;
      if (depth == outer_depth) return true;
    }
  }

  // After a value or an empty container's bracket: closes what ends here and stands at the next value, if any.
  bool close_containers(std::uint64_t& objects, std::size_t& depth, std::size_t outer_depth) noexcept {
    while (depth > outer_depth) {
      const bool object = (objects & 1) != 0;
      skip_space();
      if (skip(',')) {
        skip_space();
        Text ignored;
        return !object || key(ignored);
      }
      if (!skip(object ? '}' : ']')) return false;
      objects >>= 1;
      --depth;
    }
    return true;
  }

  // The object at `place`, which is one of the three on our way. Recursion is bounded by their number.
  bool members(Place place) noexcept {
    if (!skip('{')) return false;
    skip_space();
    if (skip('}')) return true;
    do {
      skip_space();
      Text name;
      if (!key(name) || name.escaped || !member(place, name.raw)) return false;
      skip_space();
    } while (skip(','));
    return skip('}');
  }

  bool member(Place place, std::string_view name) noexcept {
    const std::size_t depth = static_cast<std::size_t>(place) + 1;
    if (place == Place::top && name == "data") return first(kData) && members(Place::data);
    if (place == Place::data && name == "id") return first(kId) && peek() == '"' && token(event_.id);
    if (place == Place::data && name == "event_type") return first(kType) && optional_token(event_.type, depth);
    if (place == Place::data && name == "payload") {
      return first(kPayload) && (peek() == '{' ? members(Place::payload) : value(depth));
    }
    if (place == Place::payload && name == "call_session_id") {
      return first(kPartition) && optional_token(event_.partition, depth);
    }
    return value(depth);
  }

  bool first(Seen seen) noexcept {
    if ((seen_ & seen) != 0) return false;
    seen_ |= seen;
    return true;
  }

  // A value that is not a string counts as absent, as it does for the worker's get_text().
  bool optional_token(std::string_view& out, std::size_t depth) noexcept {
    return peek() == '"' ? token(out) : value(depth);
  }

  // Printable ASCII without space, so that it is safe in logs, headers and keys.
  bool token(std::string_view& out) noexcept {
    Text text;
    if (!string(text) || text.escaped || text.raw.size() > limits::kFieldBytes) return false;
    for (const char c : text.raw) {
      if (c < 0x21 || c > 0x7e) return false;
    }
    out = text.raw;
    return true;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  ScannedEvent event_;
  std::uint8_t seen_ = 0;
};

}  // namespace

std::optional<ScannedEvent> scan_event(ByteView body) noexcept { return Scanner(body).scan(); }

}  // namespace ringfence
