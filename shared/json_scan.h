// Finds a few values in a JSON body by their paths, in one pass, without building a tree: complete RFC 8259 check,
// bounded depth, no allocation. What jansson refuses and RFC 8259 allows (numbers out of range, \u0000, an escaped
// surrogate without its partner as in a text cut inside an emoji, keys repeated away from our paths) is accepted here
// and left to whoever reads the body. Used by the edge. Must not know: events.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "shared/bytes.h"

namespace ringfence {

// Paths as RFC 6901 writes them, without its ~ escapes and without empty segments: "/data/id", "/events/0/id".
// A segment that is a number stands for an array's element and for a member of that name. Fixed size; views are kept.
class JsonPaths {
 public:
  static constexpr std::size_t kPaths = 12;    // the widest scheme looks at 6 values
  static constexpr std::size_t kSegments = 6;  // of one path; provider events are found at 4

  enum class Fault : std::uint8_t { ok, not_a_path, too_deep, too_many };
  // `index` says where the value will be found; a path that is there already keeps its index.
  [[nodiscard]] Fault add(std::string_view path, std::uint8_t& index) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  static constexpr std::uint32_t kNoIndex = 0xffffffff;
  struct Path {
    std::array<std::string_view, kSegments> segments{};
    std::array<std::uint32_t, kSegments> indices{};  // of an array; kNoIndex
    std::uint8_t count = 0;
    std::string_view text;  // as written
  };
  [[nodiscard]] const Path& at(std::size_t index) const noexcept { return paths_[index]; }

 private:
  std::array<Path, kPaths> paths_{};
  std::size_t count_ = 0;
};

struct JsonFound {
  enum class Kind : std::uint8_t {
    absent,
    token,   // a string of printable ASCII without spaces and escapes, 1 to limits::kFieldBytes bytes; text: between
             // the quotes
    number,  // text: as written
    other,   // any other string, and true, false, null, objects, arrays
  };
  Kind kind = Kind::absent;
  std::string_view text;
};

// False: not one complete JSON value, nested deeper than limits::kJsonDepth, or a key on the way to one of the paths is
// repeated, so that two readers could find two values. A key spelled with escapes counts by what it spells.
// `found` has paths.size() elements; after false they say nothing.
[[nodiscard]] bool scan_json(ByteView body, const JsonPaths& paths, std::span<JsonFound> found) noexcept;

}  // namespace ringfence
