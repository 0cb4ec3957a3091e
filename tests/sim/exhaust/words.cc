// Moves in the words of telephony: who does what, and what we ask for because of it. See moves.h.
#include <algorithm>

#include "core/rules.h"
#include "moves.h"

namespace ringfence::exhaust {
namespace {

std::string name_of_leg(int leg) {
  return leg == kParent ? std::string("the caller") : std::string(1, static_cast<char>('A' + leg));
}

std::string asked_for(const Request& request) {
  const std::string whom = name_of_leg(request.leg());
  switch (request.what()) {
    case Verb::dial:
      return "dial " + whom + (request.attempt > 1 ? " under a NEW id" : "");
    case Verb::transfer:
      return "transfer the caller to " + whom;
    case Verb::answer:
      return "answer the caller";
    case Verb::reject:
      return "reject the caller";
    case Verb::bridge:
      return "bridge the caller with " + whom + (request.attempt > 1 ? " (second attempt)" : "");
    case Verb::hangup:
      return "hang up " + whom +
             (request.attempt > 1 ? " (again, attempt " + std::to_string(request.attempt) + ")" : "");
    case Verb::speak:
      if (request.leg() != kParent) return "apologise to " + whom;
      return request.attempt >= rules::kPleaseHoldAttempt ? "say \"please hold\" to the caller"
                                                          : "speak the greeting to the caller";
    case Verb::gather:
      return "ask " + whom + " to press 1";
    case Verb::record_start:
      return "record the caller";
    case Verb::audit:
      return "list the calls (audit)";
    case Verb::notify:
      return "tell the application about " + whom;
  }
  return "?";
}

std::string told(const Notice& notice) {
  static constexpr std::array<const char*, 13> kNames{"call.initiated",
                                                      "call.answered",
                                                      "call.bridged",
                                                      "call.hangup",
                                                      "call.hangup (declined)",
                                                      "call.speak.ended",
                                                      "call.speak.ended (please hold)",
                                                      "call.recording.saved",
                                                      "call.gather.ended (1)",
                                                      "call.gather.ended (nothing)",
                                                      "machine detection: a person",
                                                      "machine detection: a machine",
                                                      "machine detection: not sure"};
  return std::string(kNames[notice.said]) + " of " + name_of_leg(static_cast<int>(notice.place) - 1);
}

const char* answer_of(std::uint8_t reply) {
  static constexpr std::array<const char*, 11> kNames{"nothing",
                                                      "yes",
                                                      "no, this call has ended (90018)",
                                                      "no, not answered yet (90034)",
                                                      "no, answered already (90053)",
                                                      "no, bridged already (90054)",
                                                      "no, recording already (90020)",
                                                      "no, no channel (90041)",
                                                      "lost",
                                                      "an error (5xx)",
                                                      "not sent"};
  return kNames[reply];
}

Line of_people(Act act, const std::string& leg) {
  switch (act) {
    case Act::caller_hangs_up:
      return {"caller", "hangs up"};
    case Act::leg_answers:
      return {leg, "answers"};
    case Act::leg_ends:
      return {leg, "hangs up, or is not reached"};
    case Act::leg_declines:
      return {leg, "declines"};
    case Act::recording_full:
      return {"provider", "ends the recording at its limit"};
    case Act::presses:
      return {leg, "presses 1"};
    case Act::presses_not:
      return {leg, "presses nothing"};
    case Act::is_person:
      return {"provider", "hears a person on " + leg};
    case Act::is_machine:
      return {"provider", "hears a machine on " + leg};
    default:
      return {"provider", "cannot tell who is on " + leg};
  }
}

Line of_request(Act act, const Request& request) {
  const std::string what = asked_for(request) + (request.forgotten != 0 ? ", which nobody waits for any more" : "");
  switch (act) {
    case Act::execute:
      if (request.what() == Verb::notify) return {"app", "is told about " + name_of_leg(request.leg())};
      return {"provider", (request.age == kPast ? "carries out far too late: " : "carries out: ") + what};
    case Act::refuse:
      return {"provider", "REFUSES, no channel (90041): " + what};
    case Act::fake_bridge:
      return {"provider", "SAYS YES AND NEVER DOES: " + what};
    case Act::time_out:
      return {"worker", "GIVES UP WAITING, the request is still on its way: " + what};
    case Act::lose_request:
      return {"network", "LOSES the request: " + what};
    case Act::not_send:
      return {"worker", "COULD NOT SEND: " + what};
    case Act::die:
      return {"network", "drops the request: " + what};
    case Act::hear:
      return {"provider", std::string("answers ") + answer_of(request.reply) + ": " + what};
    default:
      return {"network", "LOSES the answer to what was carried out: " + what};
  }
}

}  // namespace

Line Moves::describe(const World& world, Move move) const {
  if (move.act <= Act::is_unsure) return of_people(move.act, name_of_leg(move.index));
  if (move.act >= Act::execute && move.act <= Act::lose_answer) return of_request(move.act, world.request[move.index]);
  switch (move.act) {
    case Act::deliver:
      return {"provider", "tells: " + told(world.notice[move.index])};
    case Act::lose:
      return {"network", "LOSES the webhook " + told(world.notice[move.index])};
    case Act::duplicate:
      return {"provider", "TELLS TWICE: " + told(world.notice[move.index])};
    case Act::initiated_again:
      return {"provider", "TELLS AGAIN: call.initiated of the caller"};
    case Act::crash:
      return {"worker", "CRASHES and is started again"};
    case Act::roll_back:
      return {"store", "FORGETS what it wrote last (fail-over)"};
    case Act::cancel:
      return {"operator", "ends the call"};
    case Act::join:
      return {"device", "registers while the others ring"};
    default:
      return {"time", std::to_string(machine_.info(world.session).due * kGrain) + " ms pass"};
  }
}

std::string Moves::asked() const {
  std::string text;
  for (std::size_t i = 0; made_ != nullptr && i < made_->commands; ++i) {
    text += (i == 0 ? "" : ", ") + asked_for(made_->command[i]);
  }
  return text;
}

}  // namespace ringfence::exhaust
