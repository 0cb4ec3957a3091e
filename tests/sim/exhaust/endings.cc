// Fair endings, what is wrong with them, and moves in words. See moves.h.
#include "moves.h"

#include <algorithm>

namespace ringfence::exhaust {
namespace {

const char* name_of_leg(int leg) {
  static constexpr std::array<const char*, kMostLegs + 1> kNames{"P", "A", "B", "C", "D", "E", "F"};
  return kNames[static_cast<std::size_t>(leg + 1)];
}

const char* name_of_said(std::uint8_t said) {
  static constexpr std::array<const char*, 13> kNames{
      "initiated",   "answered",   "bridged",         "hangup",           "hangup (declined)",
      "speak ended", "hold ended", "recording saved", "gather ended (1)", "gather ended (none)",
      "a person",    "a machine",  "who knows"};
  return kNames[said];
}

const char* name_of_reply(std::uint8_t reply) {
  static constexpr std::array<const char*, 11> kNames{"nothing", "yes",   "90018", "90034", "90053",   "90054",
                                                      "90020",   "90041", "lost",  "5xx",   "not sent"};
  return kNames[reply];
}

std::string describe_screening(Act act, const std::string& leg) {
  if (act == Act::presses) return leg + " presses 1";
  if (act == Act::presses_not) return leg + " presses nothing";
  if (act == Act::is_person) return "the provider hears a person on " + leg;
  if (act == Act::is_machine) return "the provider hears a machine on " + leg;
  return "the provider cannot tell who is on " + leg;
}

}  // namespace

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
  return info.no_outcome ? "I16: no outcome" : "";
}

std::string Moves::describe(const World& world, Move move) const {
  const auto notice = [&] {
    const Notice& n = world.notice[move.index];
    return std::string(name_of_said(n.said)) + " of " + name_of_leg(static_cast<int>(n.place) - 1);
  };
  const auto request = [&] {
    const Request& r = world.request[move.index];
    return std::string(name_of(r.what())) + " " + name_of_leg(r.leg()) + " #" + std::to_string(r.attempt) +
           (r.forgotten != 0 ? " (forgotten)" : "");
  };
  const std::string leg = name_of_leg(move.index);
  switch (move.act) {
    case Act::caller_hangs_up:
      return "the caller hangs up";
    case Act::leg_answers:
      return leg + " answers";
    case Act::leg_ends:
      return leg + " hangs up or is not reached";
    case Act::leg_declines:
      return leg + " declines";
    case Act::recording_full:
      return "the recording reaches its limit";
    case Act::presses:
    case Act::presses_not:
    case Act::is_person:
    case Act::is_machine:
    case Act::is_unsure:
      return describe_screening(move.act, leg);
    case Act::deliver:
      return "webhook " + notice();
    case Act::lose:
      return "LOST webhook " + notice();
    case Act::duplicate:
      return "DUPLICATED webhook " + notice();
    case Act::initiated_again:
      return "DUPLICATED webhook initiated of P";
    case Act::execute:
      return "the provider executes " + request();
    case Act::refuse:
      return "the provider REFUSES " + request();
    case Act::fake_bridge:
      return "the provider ACCEPTS AND NEVER MAKES " + request();
    case Act::time_out:
      return "TIMEOUT of " + request() + ", still on its way";
    case Act::lose_request:
      return "LOST request " + request();
    case Act::not_send:
      return "NOT SENT " + request();
    case Act::die:
      return "the network drops " + request();
    case Act::hear:
      return "answer to " + request() + ": " + name_of_reply(world.request[move.index].reply);
    case Act::lose_answer:
      return "executed, and its answer LOST: " + request();
    case Act::crash:
      return "the worker CRASHES";
    case Act::roll_back:
      return "the store FORGETS the last commit";
    case Act::cancel:
      return "an operator ends the call";
    case Act::join:
      return "a device registers";
    case Act::tick:
      return "tick, " + std::to_string(machine_.info(world.session).due * kGrain) + " ms later";
  }
  return "?";
}

}  // namespace ringfence::exhaust
