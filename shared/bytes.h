// Bounds-checked reading and writing of byte spans, big-endian as on the wire.
// Once a reader or writer has failed it stays failed, so a caller checks once at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace ringfence {

using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads from a borrowed span. Every read past the end yields zero or an empty view and sets failed().
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) noexcept : rest_(bytes) {}
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }
  std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(integer(1)); }
  std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(integer(2)); }
  std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(integer(4)); }
  std::uint64_t u64() noexcept { return integer(8); }
  ByteView take(std::size_t count) noexcept {
    if (count > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

 private:
  std::uint64_t integer(std::size_t width) noexcept {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(width)) value = (value << 8) | byte;
    return value;
  }
  ByteView rest_;
  bool failed_ = false;
};

// Writes into a borrowed span. A write past the end changes nothing and sets failed().
class ByteWriter {
 public:
  explicit ByteWriter(ByteSpan space) noexcept : space_(space) {}
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t written() const noexcept { return written_; }
  void u8(std::uint8_t value) noexcept { integer(value, 1); }
  void u16(std::uint16_t value) noexcept { integer(value, 2); }
  void u32(std::uint32_t value) noexcept { integer(value, 4); }
  void u64(std::uint64_t value) noexcept { integer(value, 8); }
  void put(ByteView bytes) noexcept {
    if (bytes.size() > space_.size() - written_) {
      failed_ = true;
      return;
    }
    if (!bytes.empty()) std::memcpy(space_.data() + written_, bytes.data(), bytes.size());
    written_ += bytes.size();
  }

 private:
  void integer(std::uint64_t value, std::size_t width) noexcept {
    std::uint8_t bytes[8];
    for (std::size_t i = 0; i < width; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)));
    put({bytes, width});
  }
  ByteSpan space_;
  std::size_t written_ = 0;
  bool failed_ = false;
};

}  // namespace ringfence
