// The sessions that were written last, the latest first, for listings: an index in the file would cost each commit two
// pages of it. One that is gone since may be among them. Owned by Database; filled from the file when it is opened.
// Must not know: SQL, documents.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ringfence {

class RecentSessions {
 public:
  explicit RecentSessions(std::size_t most) : most_(most) {}

  // Is the latest from now on; the oldest beyond the bound is forgotten.
  void write(std::string_view session);
  [[nodiscard]] const std::list<std::string>& newest_first() const noexcept { return order_; }

 private:
  std::size_t most_;
  std::list<std::string> order_;
  std::unordered_map<std::string_view, std::list<std::string>::iterator> places_;  // the names are those of order_
};

}  // namespace ringfence
