// V1: which answers count. Several legs may prove themselves at the same time; the others ring on meanwhile. See
// rules.h.
#include "core/rules.h"

namespace ringfence::rules {
namespace {

// When the answer was learnt says nothing: its webhook may have met a restart. One that only the records show, or that
// comes without a time, has to prove itself.
bool is_suspiciously_fast(const Leg& leg, const Policy& policy) {
  const Millis since_ms = leg.ringing_ms != 0 ? leg.ringing_ms : leg.dialled_ms;
  return leg.picked_up_ms == 0 || leg.picked_up_ms - since_ms < policy.fast_answer_ms;
}

// An answer that needs no further proof.
bool counts_at_once(const Leg& leg, const Policy& policy) {
  switch (leg.destination.verify) {
    case Verify::none:
      return true;
    case Verify::press1_if_fast:
      return !is_suspiciously_fast(leg, policy);
    case Verify::press1:
    case Verify::amd:
      return false;
  }
  return false;
}

bool settle(Leg& leg, Millis at_ms, const Policy& policy) {
  if (counts_at_once(leg, policy)) {
    leg.state = LegState::accepted;
    return true;
  }
  const bool machine = leg.destination.verify == Verify::amd && leg.machine;
  if (machine || leg.unproved || passed(leg.screen_until_ms, at_ms)) {
    leg.quit = Quit::screen_failed;
    return true;
  }
  if (leg.screen_until_ms != 0) return false;
  leg.screen_until_ms = at_ms + policy.screen_ms;
  return true;
}

}  // namespace

bool wants_key(const Leg& leg, const Policy& policy) noexcept {
  if (leg.state != LegState::answered || leg.quit != Quit::none || leg.unproved) return false;
  switch (leg.destination.verify) {
    case Verify::none:
      return false;
    case Verify::press1:
      return true;
    case Verify::press1_if_fast:
      return is_suspiciously_fast(leg, policy);
    case Verify::amd:
      return leg.unsure && !leg.machine;
  }
  return false;
}

bool decide_screening(Session& s, Millis at_ms, const Policy& policy) {
  bool moved = false;
  for (std::size_t i = static_cast<std::size_t>(s.round_first); i < s.legs.size(); ++i) {
    Leg& leg = s.legs[i];
    if (leg.state == LegState::answered && leg.quit == Quit::none) moved |= settle(leg, at_ms, policy);
  }
  return moved;
}

}  // namespace ringfence::rules
