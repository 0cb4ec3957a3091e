// See summaries.h.
#include "engine/summaries.h"

#include "shared/limits.h"

namespace ringfence {
namespace {

// Neither a name in a directory nor a number has a line break in it.
std::string key_of(std::string_view organisation, std::string_view caller) {
  return std::string(organisation) + '\n' + std::string(caller);
}

}  // namespace

void Summaries::forget(const std::string& key) {
  const auto old = by_caller_.find(key);
  if (old == by_caller_.end()) return;
  by_end_.erase({old->second.until_ms, key});
  by_caller_.erase(old);
}

void Summaries::put(std::string_view organisation, std::string_view caller, std::string text, Millis until_ms) {
  std::string key = key_of(organisation, caller);
  forget(key);
  if (text.empty()) return;
  if (by_caller_.size() >= limits::kSummaries) forget(std::string(by_end_.begin()->second));
  by_end_.emplace(until_ms, key);
  by_caller_.emplace(std::move(key), Summary{std::move(text), until_ms});
}

std::string_view Summaries::of(std::string_view organisation, std::string_view caller, Millis now_ms) const {
  const auto known = by_caller_.find(key_of(organisation, caller));
  if (known == by_caller_.end() || known->second.until_ms <= now_ms) return {};
  return known->second.text;
}

}  // namespace ringfence
