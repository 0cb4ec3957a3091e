// See breaker.h.
#include "adapters/telnyx/breaker.h"

#include <algorithm>

#include "shared/limits.h"

namespace ringfence {

std::string_view name_of(Breaker::State state) noexcept {
  switch (state) {
    case Breaker::State::closed:
      return "closed";
    case Breaker::State::open:
      return "open";
    case Breaker::State::probing:
      break;
  }
  return "probing";
}

Breaker::Pass Breaker::pass(bool safe, Millis now_ms) const noexcept {
  if (state_ == State::closed) return Pass::yes;
  if (state_ == State::probing) return Pass::no;
  return now_ms >= probe_at_ms_ + (safe ? 0 : limits::kProbeGraceMs) ? Pass::probe : Pass::no;
}

Millis Breaker::wait_ms(bool safe, Millis now_ms) const noexcept {
  if (state_ == State::probing) return limits::kBreakerFirstMs;
  return std::max<Millis>(probe_at_ms_ + (safe ? 0 : limits::kProbeGraceMs) - now_ms, 1);
}

void Breaker::probe_left() noexcept {
  state_ = State::probing;
  ++probes_;
}

bool Breaker::note(bool failed, bool probe, std::uint64_t left_at, Millis now_ms) noexcept {
  if (failed) ++failures_;
  if (state_ == State::closed) {
    if (left_at != opened_) return false;
    count(failed, now_ms);
    if (!too_many()) return false;
    opened_ms_ = now_ms;
    ++opened_;
    open(limits::kBreakerFirstMs, now_ms);
    return true;
  }
  if (!probe) return false;
  if (failed) {
    open(std::min(pause_ms_ * 2, limits::kBreakerMostMs), now_ms);
    return false;
  }
  state_ = State::closed;
  now_ = before_ = {};
  in_a_row_ = 0;
  return true;
}

void Breaker::count(bool failed, Millis now_ms) noexcept {
  if (now_ms >= span_ends_ms_) {
    before_ = now_ms < span_ends_ms_ + limits::kBreakerSpanMs ? now_ : Share{};
    now_ = {};
    span_ends_ms_ = now_ms + limits::kBreakerSpanMs;
  }
  ++now_.all;
  now_.failed += failed ? 1 : 0;
  in_a_row_ = failed ? in_a_row_ + 1 : 0;
}

bool Breaker::too_many() const noexcept {
  if (in_a_row_ >= limits::kBreakerInARow) return true;
  const int all = now_.all + before_.all;
  return all >= limits::kBreakerShareOf && 2 * (now_.failed + before_.failed) >= all;
}

void Breaker::open(Millis pause_ms, Millis now_ms) noexcept {
  state_ = State::open;
  pause_ms_ = pause_ms;
  probe_at_ms_ = now_ms + pause_ms;
}

}  // namespace ringfence
