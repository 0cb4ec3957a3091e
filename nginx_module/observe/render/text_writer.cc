// See text_writer.h.
#include "observe/text_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ringfence::observe {
namespace {

constexpr std::size_t kDigits = 20;  // of the largest 64-bit number

[[nodiscard]] std::string_view decimal(std::uint64_t number, std::array<char, kDigits>& room) noexcept {
  const auto [end, error] = std::to_chars(room.data(), room.data() + room.size(), number);
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

[[nodiscard]] bool continues(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xC0U) == 0x80U;
}

// Length of the UTF-8 sequence `text` begins with; 0: it begins with none (overlong, surrogate, beyond U+10FFFF).
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !continues(text, 1)) return 0;
  const auto second = static_cast<std::uint8_t>(text[1]);
  if (lead < 0xE0) return 2;
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || !continues(text, 2)) return 0;
  if (lead < 0xF0) return 3;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return continues(text, 3) ? 4 : 0;
}

// Calls write(character) for each character, "?" for what is none or would control a terminal.
template <class Write>
void each_character(std::string_view text, Write write) noexcept {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view taken = text.substr(0, std::max<std::size_t>(length, 1));
    const auto lead = static_cast<std::uint8_t>(taken[0]);
    write(length == 0 || lead < 0x20 || lead == 0x7F ? std::string_view("?") : taken);
    text.remove_prefix(taken.size());
  }
}

[[nodiscard]] std::string_view html_entity(std::string_view character) noexcept {
  switch (character[0]) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return character;
  }
}

}  // namespace

TextWriter& TextWriter::operator<<(std::string_view text) noexcept {
  if (size_ < out_.size()) {
    const std::size_t fitting = std::min(text.size(), out_.size() - size_);
    std::copy_n(text.begin(), fitting, out_.begin() + static_cast<std::ptrdiff_t>(size_));
  }
  size_ += text.size();
  return *this;
}

TextWriter& TextWriter::operator<<(std::uint64_t number) noexcept {
  std::array<char, kDigits> room{};
  return *this << decimal(number, room);
}

TextWriter& TextWriter::json(std::string_view text) noexcept {
  each_character(text, [this](std::string_view c) { *this << (c[0] == '"' || c[0] == '\\' ? "\\" : "") << c; });
  return *this;
}

// The same two need a backslash; a line feed would too, but no control character gets here.
TextWriter& TextWriter::label(std::string_view text) noexcept { return json(text); }

TextWriter& TextWriter::html(std::string_view text) noexcept {
  each_character(text, [this](std::string_view c) { *this << html_entity(c); });
  return *this;
}

TextWriter& TextWriter::quotient(std::uint64_t number, std::uint64_t divisor, unsigned digits) noexcept {
  if (divisor == 0) return *this << "0";
  std::uint64_t scaled = number / divisor;
  std::uint64_t rest = number % divisor;
  std::uint64_t scale = 1;
  for (unsigned i = 0; i < digits; ++i) {
    rest *= 10;
    scaled = scaled * 10 + rest / divisor;
    rest %= divisor;
    scale *= 10;
  }
  if (rest >= divisor - rest) ++scaled;
  *this << scaled / scale;
  if (digits == 0) return *this;
  std::array<char, kDigits> room{};
  const std::string_view fraction = decimal(scaled % scale, room);
  *this << ".";
  for (std::size_t i = fraction.size(); i < digits; ++i) *this << "0";
  return *this << fraction;
}

TextWriter& TextWriter::grouped(std::uint64_t number) noexcept {
  std::array<char, kDigits> room{};
  std::string_view rest = decimal(number, room);
  std::size_t head = rest.size() % 3 == 0 ? 3 : rest.size() % 3;
  while (!rest.empty()) {
    *this << rest.substr(0, head);
    rest.remove_prefix(std::min(head, rest.size()));
    if (!rest.empty()) *this << ",";
    head = 3;
  }
  return *this;
}

}  // namespace ringfence::observe
