// See watch_ring.h.
#include "engine/watch_ring.h"

#include <algorithm>

namespace ringfence {

void WatchRing::push(std::string line) {
  if (lines_.size() >= capacity_) lines_.pop_front();
  lines_.push_back(std::move(line));
  ++last_;
}

WatchRing::Slice WatchRing::after(std::uint64_t sequence, std::size_t limit) const {
  const std::uint64_t oldest = last_ - lines_.size();  // everything up to here is gone
  Slice slice;
  // Below base_: the watcher's number is from before a restart, and what it missed cannot be counted.
  if (sequence >= base_ && sequence < oldest) slice.missed = oldest - sequence;
  const std::uint64_t from = std::clamp(sequence, oldest, last_);
  const std::size_t first = static_cast<std::size_t>(from - oldest);
  const std::size_t count = std::min(limit, lines_.size() - first);
  for (std::size_t i = first; i < first + count; ++i) slice.lines.push_back(lines_[i]);
  slice.next = from + count;
  return slice;
}

}  // namespace ringfence
