// Text into a span that may be too small, or empty: counts what it would write, writes what fits. Names from the
// configuration are escaped for where they stand, and whatever is not UTF-8 in them becomes '?'.
// Used by the renderers. Must not know: what the text means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ringfence::observe {

class TextWriter {
 public:
  explicit TextWriter(std::span<char> out) noexcept : out_(out) {}

  TextWriter& operator<<(std::string_view text) noexcept;
  TextWriter& operator<<(const char* text) noexcept { return *this << std::string_view(text); }
  TextWriter& operator<<(std::uint64_t number) noexcept;
  TextWriter& operator<<(std::uint32_t number) noexcept { return *this << std::uint64_t{number}; }

  TextWriter& json(std::string_view text) noexcept;   // the inside of a JSON string
  TextWriter& label(std::string_view text) noexcept;  // the inside of a Prometheus label value
  TextWriter& html(std::string_view text) noexcept;   // the text of an element or a quoted attribute
  // number / divisor, with so many digits after the point, rounded. divisor 0: nothing counted, "0".
  TextWriter& quotient(std::uint64_t number, std::uint64_t divisor, unsigned digits) noexcept;
  TextWriter& grouped(std::uint64_t number) noexcept;  // 1,234,567

  [[nodiscard]] std::size_t size() const noexcept { return size_; }  // of all that was to be written

 private:
  std::span<char> out_;
  std::size_t size_ = 0;
};

}  // namespace ringfence::observe
