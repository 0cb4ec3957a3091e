// Fair endings, and what is wrong with them. See moves.h.
#include "moves.h"

#include <algorithm>

namespace ringfence::exhaust {
bool Moves::next_fair(const World& world, bool backwards, Move& move) const {
  const auto request = [&]() {
    if (world.requests == 0) return false;
    const auto index = static_cast<std::uint8_t>(backwards ? world.requests - 1 : 0);
    const Request& r = world.request[index];
    move = {r.reply != 0 ? Act::hear : r.forgotten != 0 && backwards ? Act::die : Act::execute, index};
    return true;
  };
  if (backwards && request()) return true;
  if (world.notices > 0) {
    move = {Act::deliver, static_cast<std::uint8_t>(backwards ? world.notices - 1 : 0)};
    return true;
  }
  if (request()) return true;
  const auto ringing = std::ranges::find(world.leg, Truth::ringing);
  if (machine_.info(world.session).gives_up_transfer && ringing != world.leg.end()) {
    move = {Act::leg_ends, static_cast<std::uint8_t>(ringing - world.leg.begin())};
    return true;
  }
  move = {Act::tick, 0};
  return machine_.info(world.session).due >= 0;
}

std::string Moves::wrong_end(const World& world) const {
  const Info& info = machine_.info(world.session);
  for (int i = 0; i < kMostLegs; ++i) {
    const Truth truth = truth_of(world, i);
    if (truth == Truth::ringing) return "I11: a phone rings for ever";
    if (truth == Truth::answered && world.bridged != i + 1) return "I12: an answered leg with nobody on it";
  }
  if (world.parent == Truth::ringing) return "I14: the caller hears ringing for ever";
  if (world.parent == Truth::answered && world.bridged == 0) return "I13: the caller sits in silence for ever";
  if (world.bridged != 0) return info.phase == Phase::connected ? "" : "bridged, and the session does not know";
  if (info.phase != Phase::closed) return "I15: the session never closes";
  if (!info.quiet) return "a closed session waits for something";
  if (world.recorded != 0 && !info.recording_saved) return "I15: a recording exists and the session says it does not";
  if (world.told != info.to_tell) return "I16: the application did not hear what became of everybody";
  return info.no_outcome ? "I16: no outcome" : "";
}

}  // namespace ringfence::exhaust
