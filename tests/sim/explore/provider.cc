// What the provider does with a request, and what its records say. See world.h.
#include <algorithm>

#include "core/rules.h"
#include "world.h"

namespace ringfence::explore {
namespace {

constexpr Millis kProviderWindowMs = 60'000;  // the provider honours a command_id for this long

bool same_id(const Request& a, const Request& b) {
  return a.verb == b.verb && a.leg == b.leg && a.attempt == b.attempt;
}

void notify(World& world, WebhookType type, int leg) { world.notices.push_back({type, leg}); }

void stop_recording(World& world) {
  if (!world.recording) return;
  world.recording = false;
  world.recorded = true;
  notify(world, WebhookType::recording_saved, kParent);
}

// "" is yes.
std::string try_dial(World& world, int leg) {
  Truth& truth = world.leg[static_cast<std::size_t>(leg)];
  if (truth != Truth::nothing) {
    world.violation = "I5: the same device was dialled twice";
    return "";
  }
  truth = Truth::ringing;
  notify(world, WebhookType::initiated, leg);
  return "";
}

std::string try_answer(World& world) {
  if (world.parent == Truth::ended) return "90018";
  if (world.parent == Truth::answered) return "90053";
  world.parent = Truth::answered;
  notify(world, WebhookType::answered, kParent);
  return "";
}

std::string try_bridge(World& world, int leg, bool fake) {
  const Truth truth = world.leg[static_cast<std::size_t>(leg)];
  if (world.parent == Truth::ended || truth == Truth::ended || truth == Truth::nothing) return "90018";
  if (world.parent != Truth::answered || truth != Truth::answered) return "90034";
  if (world.bridged == leg) return "90054";
  if (world.ever_bridged >= 0 && world.ever_bridged != leg) world.violation = "I1: a second leg was bridged";
  if (fake) return "";
  world.bridged = world.ever_bridged = leg;
  notify(world, WebhookType::bridged, kParent);
  notify(world, WebhookType::bridged, leg);
  return "";
}

std::string try_hangup(World& world, int leg) {
  const Truth truth = leg == kParent ? world.parent : world.leg[static_cast<std::size_t>(leg)];
  if (truth == Truth::ended || truth == Truth::nothing) return "90018";
  if (world.bridged >= 0 && (leg == kParent || leg == world.bridged)) {
    world.violation = "I7: a live conversation was cut by us";
  }
  end_call(world, leg);
  return "";
}

std::string try_media(World& world, Verb verb) {
  if (world.parent == Truth::ended) return "90018";
  if (world.parent != Truth::answered) return "90034";
  if (verb == Verb::speak) {
    notify(world, WebhookType::speak_ended, kParent);
    return "";
  }
  if (world.recording) return "90020";
  world.recording = true;
  return "";
}

// A loser is told why it is about to be hung up.
std::string try_speak_to_leg(World& world, int leg) {
  const Truth truth = world.leg[static_cast<std::size_t>(leg)];
  if (truth == Truth::ended || truth == Truth::nothing) return "90018";
  if (truth != Truth::answered) return "90034";
  if (world.bridged == leg) world.violation = "I7: a live conversation was spoken into";
  notify(world, WebhookType::speak_ended, leg);
  return "";
}

Snapshot snapshot(const World& world) { return {world.parent, world.leg, world.bridged, world.recorded}; }

}  // namespace

void end_call(World& world, int leg) {
  Truth& truth = leg == kParent ? world.parent : world.leg[static_cast<std::size_t>(leg)];
  if (truth == Truth::ended) return;
  truth = Truth::ended;
  notify(world, WebhookType::hangup, leg);
  if (leg == kParent) stop_recording(world);
  if (world.bridged < 0 || (leg != kParent && leg != world.bridged)) return;
  // The provider ends the other side of a bridge by itself.
  const int other = leg == kParent ? world.bridged : kParent;
  world.bridged = -1;
  end_call(world, other);
}

void execute(World& world, std::size_t index) {
  const Request request = world.requests[index];
  world.requests.erase(world.requests.begin() + static_cast<std::ptrdiff_t>(index));
  const auto done = std::ranges::find_if(world.executed, [&](const Request& r) { return same_id(r, request); });
  Response response{.to = request};
  if (done != world.executed.end() && world.now_ms < done->sent_ms + kProviderWindowMs) {
    // A duplicate command_id: ignored, and said yes to.
  } else {
    switch (request.verb) {
      case Verb::dial:
        response.error_code = try_dial(world, request.leg);
        break;
      case Verb::answer:
        response.error_code = try_answer(world);
        break;
      case Verb::bridge:
        response.error_code = try_bridge(world, request.leg, false);
        break;
      case Verb::hangup:
        response.error_code = try_hangup(world, request.leg);
        break;
      case Verb::speak:
        response.error_code =
            request.leg == kParent ? try_media(world, request.verb) : try_speak_to_leg(world, request.leg);
        break;
      case Verb::record_start:
        response.error_code = try_media(world, request.verb);
        break;
      case Verb::audit:
        response.seen = snapshot(world);
        break;
      case Verb::transfer:
      case Verb::reject:
      case Verb::gather:
      case Verb::notify:
        world.violation = "asks for what this model does not know";
        break;
    }
    if (response.error_code.empty() && request.verb != Verb::audit) {
      world.executed.push_back(request);
      world.executed.back().sent_ms = world.now_ms;
    }
  }
  if (!response.error_code.empty()) {
    response.outcome = OutcomeClass::refused;
    response.http_status = 422;
  }
  if (!request.forgotten) world.responses.push_back(std::move(response));
}

CommandOutcome outcome_of(const World& world, const Response& response) {
  CommandOutcome outcome{.outcome = response.outcome, .http_status = response.http_status};
  outcome.error_code = response.error_code;
  const auto name = [](int leg) {
    return leg == kParent ? std::string("P") : std::string(1, static_cast<char>('A' + leg));
  };
  if (response.outcome != OutcomeClass::ok) return outcome;
  if (response.to.verb == Verb::dial) {
    outcome.call_control_id = name(response.to.leg) + "-call";
    outcome.call_leg_id = name(response.to.leg) + "-leg";
  }
  if (response.to.verb != Verb::audit) return outcome;
  outcome.events_read = true;
  const OutboxEntry* look = rules::find_open(world.session, Verb::audit, kParent);
  outcome.audit_complete = look != nullptr && look->about == About::live_calls;
  const Snapshot& seen = response.seen;
  for (int leg = kParent; leg < world.legs; ++leg) {
    const Truth truth = leg == kParent ? seen.parent : seen.legs[static_cast<std::size_t>(leg)];
    if (truth == Truth::nothing) continue;
    AuditedLeg one{.call_control_id = name(leg) + "-call", .call_leg_id = name(leg) + "-leg"};
    one.client_state = encode_client_state({.session = world.session.id, .leg = leg});
    one.ended = truth == Truth::ended;
    one.alive = !one.ended;
    one.answered = truth == Truth::answered;
    one.bridged = seen.bridged >= 0 && (leg == kParent || leg == seen.bridged);
    one.recording_saved = leg == kParent && seen.recorded;
    outcome.legs.push_back(std::move(one));
  }
  return outcome;
}

}  // namespace ringfence::explore
