// The target of an operator's request, `/path/segments?name=value`, taken apart and percent-decoded.
// Used by control.cc. Must not know: which requests exist.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence {

class RequestTarget {
 public:
  // nullopt: not an absolute path, a broken %XX, or more segments or parameters than any request of ours has.
  [[nodiscard]] static std::optional<RequestTarget> parse(std::string_view target);

  [[nodiscard]] const std::vector<std::string>& path() const noexcept { return path_; }
  // nullptr: not given.
  [[nodiscard]] const std::string* parameter(std::string_view name) const noexcept;
  // `fallback` when not given; nullopt when it is not a decimal number.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t fallback) const noexcept;

 private:
  std::vector<std::string> path_;
  std::vector<std::pair<std::string, std::string>> query_;
};

}  // namespace ringfence
