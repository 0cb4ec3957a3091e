// Strict base64 by a table: what is decoded for every request is a signature, which is public; keys are decoded once,
// at load. Used by signature.cc, schemes, key files and the provider client. Must not know: what the bytes mean.
#include "shared/base64.h"

#include <algorithm>
#include <array>

namespace ringfence {
namespace {

constexpr std::uint8_t kNoDigit = 0x80;  // a bit that no digit has

constexpr std::array<std::uint8_t, 256> kDigits = [] {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

std::uint32_t digit_of(char c) noexcept { return kDigits[static_cast<std::uint8_t>(c)]; }

// Four characters into one to three bytes. What pads counts as zeros, and so must every bit behind the last byte.
bool decode_group(const char* text, ByteSpan out) noexcept {
  const bool padded = out.size() < 3;
  if (padded && text[3] != '=') return false;
  if (out.size() < 2 && text[2] != '=') return false;
  const std::uint32_t third = out.size() < 2 ? 0 : digit_of(text[2]);
  const std::uint32_t fourth = padded ? 0 : digit_of(text[3]);
  const std::uint32_t first = digit_of(text[0]);
  const std::uint32_t second = digit_of(text[1]);
  if (((first | second | third | fourth) & kNoDigit) != 0) return false;
  const std::uint32_t group = first << 18 | second << 12 | third << 6 | fourth;
  if (padded && (group & (0xffffffU >> 8 * out.size())) != 0) return false;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(group >> (16 - 8 * i));
  return true;
}

}  // namespace

bool decode_base64_exact(std::string_view text, ByteSpan out) noexcept {
  if (text.size() != (out.size() + 2) / 3 * 4) return false;
  for (const char* at = text.data(); !out.empty(); at += 4) {
    const ByteSpan bytes = out.first(std::min<std::size_t>(out.size(), 3));
    if (!decode_group(at, bytes)) return false;
    out = out.subspan(bytes.size());
  }
  return true;
}

}  // namespace ringfence
