// Numbers that are not put through: whole ones, ranges (+49900*), and callers who show none. A value, asked without
// I/O. Used by directory.cc. Must not know: in which direction it is used.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace ringfence {

class Blocklist {
 public:
  static constexpr std::string_view kAnonymous = "anonymous";

  [[nodiscard]] static bool is_pattern(std::string_view text) noexcept;
  void add(std::string pattern) { patterns_.insert(std::move(pattern)); }
  [[nodiscard]] bool blocks(std::string_view number) const;
  [[nodiscard]] const std::set<std::string, std::less<>>& patterns() const noexcept { return patterns_; }

 private:
  std::set<std::string, std::less<>> patterns_;
};

// A number as the provider may write it, in the one form the directory has: without `sip:` and host, with a plus.
[[nodiscard]] std::string plain_number(std::string_view number);
// What networks send instead of a withheld number.
[[nodiscard]] bool is_anonymous(std::string_view number) noexcept;

}  // namespace ringfence
