// One pass over a JSON body that notes the values at a few paths on the way. Containers on the way to a path are walked
// by recursion, bounded by JsonPaths::kSegments; everything else by a loop. Never allocates.
#include "shared/json_scan.h"

#include <bit>
#include <cstring>

#include "shared/limits.h"

namespace ringfence {
namespace {

using Mask = std::uint32_t;  // a set of paths

constexpr std::uint64_t kEveryByte = 0x0101010101010101;
static_assert(limits::kJsonDepth <= 64, "the kinds of the open containers are kept in one word");
static_assert(JsonPaths::kSegments < limits::kJsonDepth, "containers on the way are never too deep");
static_assert(JsonPaths::kPaths <= 32, "a set of paths is one word");

struct Text {
  std::string_view raw;  // between the quotes
  bool escaped = false;
};

bool is_digit(int c) noexcept { return c >= '0' && c <= '9'; }

// As starts_with(), which unoptimised refers to the C++ runtime.
bool begins_with(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() && std::memcmp(text.data(), prefix.data(), prefix.size()) == 0;
}

// -1: not a digit of either case.
int hex_value(int c) noexcept {
  if (is_digit(c)) return c - '0';
  const int lower = c | 0x20;
  return c >= 0 && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The highest bit of each byte that ends a run of plain characters: a quote, a backslash, a control or a non-ASCII
// byte. The lowest such bit is right; those above it may be too many.
std::uint64_t special_bytes(std::uint64_t word) noexcept {
  const auto zero_byte = [](std::uint64_t x) { return (x - kEveryByte) & ~x; };
  const std::uint64_t quote = zero_byte(word ^ (kEveryByte * '"'));
  const std::uint64_t backslash = zero_byte(word ^ (kEveryByte * '\\'));
  const std::uint64_t control = (word - kEveryByte * 0x20) & ~word;
  return (quote | backslash | control | word) & (kEveryByte << 7);
}

// One character of a checked string: `raw` begins with an escape. A surrogate without its partner is returned as such,
// and what is then left of `raw` says nothing.
std::uint32_t take_escape(std::string_view& raw) noexcept {
  const auto unit = [](std::string_view hex) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value * 16 + static_cast<std::uint32_t>(hex_value(hex[i]));
    return value;
  };
  const char c = raw[1];
  raw.remove_prefix(2);
  if (c != 'u') {
    switch (c) {
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      default:
        return static_cast<std::uint32_t>(c);
    }
  }
  const std::uint32_t high = unit(raw);
  raw.remove_prefix(4);
  if (high < 0xd800 || high > 0xdbff || !begins_with(raw, "\\u")) return high;
  raw.remove_prefix(2);
  const std::uint32_t low = unit(raw);
  if (low < 0xdc00 || low > 0xdfff) return high;
  raw.remove_prefix(4);
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

// Does this checked string with escapes spell `text`? Reads no further than the first difference.
bool spells(std::string_view raw, std::string_view text) noexcept {
  while (!raw.empty()) {
    if (raw.front() != '\\') {
      if (text.empty() || text.front() != raw.front()) return false;
      raw.remove_prefix(1);
      text.remove_prefix(1);
      continue;
    }
    const std::uint32_t point = take_escape(raw);
    if (point >= 0xd800 && point <= 0xdfff) return false;  // no text spells that
    const auto tail = [point](unsigned shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3f)); };
    char utf8[4];
    std::size_t size = 1;
    if (point < 0x80) {
      utf8[0] = static_cast<char>(point);
    } else if (point < 0x800) {
      utf8[0] = static_cast<char>(0xc0 | (point >> 6));
      utf8[1] = tail(0);
      size = 2;
    } else if (point < 0x10000) {
      utf8[0] = static_cast<char>(0xe0 | (point >> 12));
      utf8[1] = tail(6);
      utf8[2] = tail(0);
      size = 3;
    } else {
      utf8[0] = static_cast<char>(0xf0 | (point >> 18));
      utf8[1] = tail(12);
      utf8[2] = tail(6);
      utf8[3] = tail(0);
      size = 4;
    }
    if (!begins_with(text, {utf8, size})) return false;
    text.remove_prefix(size);
  }
  return text.empty();
}

class Scanner {
 public:
  Scanner(ByteView body, const JsonPaths& paths, std::span<JsonFound> found) noexcept
      : at_(body.data()), end_(body.data() + body.size()), paths_(paths), found_(found) {
    for (std::size_t i = 0; i < paths.size(); ++i) ends_[paths.at(i).count] |= Mask{1} << i;
  }

  bool scan() noexcept {
    for (JsonFound& found : found_) found = {};
    skip_space();
    if (!wanted_value((Mask{1} << paths_.size()) - 1, 0)) return false;
    skip_space();
    return at_ == end_;
  }

 private:
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

  bool escape() noexcept {  // after the backslash
    const int c = peek();
    if (c < 0) return false;
    ++at_;
    if (c != 'u') return std::string_view("\"\\/bfnrt").contains(static_cast<char>(c));
    for (int i = 0; i < 4; ++i, ++at_) {
      if (hex_value(peek()) < 0) return false;
    }
    return true;
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

  void skip_plain() noexcept {
    for (std::uint64_t word = 0; end_ - at_ >= 8; at_ += 8) {
      std::memcpy(&word, at_, 8);
      const std::uint64_t special = special_bytes(word);
      if (special == 0) continue;
      if constexpr (std::endian::native == std::endian::little) at_ += std::countr_zero(special) / 8;
      return;
    }
  }

  bool string(Text& text) noexcept {
    if (!skip('"')) return false;
    const std::uint8_t* begin = at_;
    text.escaped = false;
    for (;;) {
      skip_plain();
      const int c = peek();
      if (c == '"') {
        text.raw = as_text({begin, at_});
        ++at_;
        return true;
      }
      if (c < 0x20) return false;  // the end of the body, too
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
  }

  bool number() noexcept {
    skip('-');
    if (!skip('0') && !skip_digits()) return false;
    if (skip('.') && !skip_digits()) return false;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '-' || peek() == '+') ++at_;
      return skip_digits();
    }
    return true;
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

  // The value at the first `level` segments of every path in `wanted`; as many containers are open around it.
  bool wanted_value(Mask wanted, std::size_t level) noexcept {
    const Mask here = wanted & ends_[level];
    const Mask deeper = wanted & ~here;
    JsonFound found{.kind = JsonFound::Kind::other, .text = {}};
    const int c = peek();
    if (c == '{' && deeper != 0) {
      if (!members(deeper, level)) return false;
    } else if (c == '[' && deeper != 0) {
      if (!elements(deeper, level)) return false;
    } else if (c == '"') {
      Text text;
      if (!string(text)) return false;
      if (is_token(text)) found = {.kind = JsonFound::Kind::token, .text = text.raw};
    } else if (c == '-' || is_digit(c)) {
      const std::uint8_t* begin = at_;
      if (!number()) return false;
      found = {.kind = JsonFound::Kind::number, .text = as_text({begin, at_})};
    } else if (!value(level)) {
      return false;
    }
    for (Mask left = here; left != 0; left &= left - 1) found_[first_of(left)] = found;
    return true;
  }

  bool members(Mask wanted, std::size_t level) noexcept {
    ++at_;
    skip_space();
    if (skip('}')) return true;
    Mask seen = 0;
    do {
      skip_space();
      Text name;
      if (!key(name)) return false;
      const Mask hit = named(wanted, level, name);
      if ((seen & hit) != 0) return false;
      seen |= hit;
      if (hit != 0 ? !wanted_value(hit, level + 1) : !value(level + 1)) return false;
      skip_space();
    } while (skip(','));
    return skip('}');
  }

  bool elements(Mask wanted, std::size_t level) noexcept {
    ++at_;
    skip_space();
    if (skip(']')) return true;
    std::uint32_t index = 0;
    do {
      skip_space();
      const Mask hit = numbered(wanted, level, index);
      if (hit != 0 ? !wanted_value(hit, level + 1) : !value(level + 1)) return false;
      wanted &= ~hit;
      ++index;  // a body has fewer bytes than this has values
      skip_space();
    } while (skip(','));
    return skip(']');
  }

  [[nodiscard]] Mask named(Mask wanted, std::size_t level, const Text& name) const noexcept {
    Mask hit = 0;
    for (Mask left = wanted; left != 0; left &= left - 1) {
      const std::string_view segment = paths_.at(first_of(left)).segments[level];
      if (name.escaped ? spells(name.raw, segment) : name.raw == segment) hit |= left & -left;
    }
    return hit;
  }

  [[nodiscard]] Mask numbered(Mask wanted, std::size_t level, std::uint32_t index) const noexcept {
    Mask hit = 0;
    for (Mask left = wanted; left != 0; left &= left - 1) {
      if (paths_.at(first_of(left)).indices[level] == index) hit |= left & -left;
    }
    return hit;
  }

  // Printable ASCII without space, so that it is safe in logs, headers and keys.
  static bool is_token(const Text& text) noexcept {
    if (text.escaped || text.raw.empty() || text.raw.size() > limits::kFieldBytes) return false;
    for (const char c : text.raw) {
      if (c < 0x21 || c > 0x7e) return false;
    }
    return true;
  }

  static std::size_t first_of(Mask mask) noexcept { return static_cast<std::size_t>(std::countr_zero(mask)); }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  const JsonPaths& paths_;
  std::span<JsonFound> found_;
  std::array<Mask, JsonPaths::kSegments + 1> ends_{};  // by how many segments they have
};

// The element of an array that a segment stands for: "0", or digits without a leading zero.
std::uint32_t array_index(std::string_view segment) noexcept {
  if (segment.size() > 9 || (segment.size() > 1 && segment.front() == '0')) return JsonPaths::kNoIndex;
  std::uint32_t index = 0;
  for (const char c : segment) {
    if (!is_digit(c)) return JsonPaths::kNoIndex;
    index = index * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return index;
}

}  // namespace

JsonPaths::Fault JsonPaths::add(std::string_view path, std::uint8_t& index) noexcept {
  if (!path.starts_with('/') || path.contains('~')) return Fault::not_a_path;
  for (std::size_t i = 0; i < count_; ++i) {
    if (paths_[i].text != path) continue;
    index = static_cast<std::uint8_t>(i);
    return Fault::ok;
  }
  Path added;
  added.text = path;
  for (std::string_view rest = path; !rest.empty();) {
    rest.remove_prefix(1);
    const std::size_t slash = rest.find('/');
    const std::string_view segment(rest.data(), slash < rest.size() ? slash : rest.size());
    if (segment.empty()) return Fault::not_a_path;
    if (added.count == kSegments) return Fault::too_deep;
    added.segments[added.count] = segment;
    added.indices[added.count] = array_index(segment);
    ++added.count;
    rest.remove_prefix(segment.size());
  }
  if (count_ == kPaths) return Fault::too_many;
  index = static_cast<std::uint8_t>(count_);
  paths_[count_++] = added;
  return Fault::ok;
}

bool scan_json(ByteView body, const JsonPaths& paths, std::span<JsonFound> found) noexcept {
  return Scanner(body, paths, found).scan();
}

}  // namespace ringfence
