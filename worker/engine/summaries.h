// What earlier conversations with a caller were about, as the organisation's own application told us: a cache that an
// AI agent's transfer looks into and never waits for. Lost with the process; whoever is asked without it just knows
// less. Owned by the engine. Must not know: how a summary is made, who an agent is.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/plan.h"

namespace ringfence {

class Summaries {
 public:
  // Until `until_ms`; an empty text is forgotten at once. When there are too many, the one that would end first goes.
  void put(std::string_view organisation, std::string_view caller, std::string text, Millis until_ms);
  // Empty when there is none any more.
  [[nodiscard]] std::string_view of(std::string_view organisation, std::string_view caller, Millis now_ms) const;
  [[nodiscard]] std::size_t size() const noexcept { return by_caller_.size(); }

 private:
  struct Summary {
    std::string text;
    Millis until_ms = 0;
  };
  void forget(const std::string& key);
  std::map<std::string, Summary, std::less<>> by_caller_;
  std::set<std::pair<Millis, std::string>> by_end_;
};

}  // namespace ringfence
