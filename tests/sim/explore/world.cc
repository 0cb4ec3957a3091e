// Actions: which are possible, and what they do. See world.h.
#include "world.h"

#include <algorithm>
#include <utility>

namespace ringfence::explore {
namespace {

const char* name_of_leg(int leg) {
  static constexpr std::array<const char*, kMostLegs + 1> kNames{"P", "A", "B", "C"};
  const int place = leg + 1;  // the parent is leg -1
  return kNames[static_cast<std::size_t>(place)];
}

void happen(World& world, Event event) {
  event.id = {"e" + std::to_string(++world.events)};
  event.session = {"P-leg"};
  event.at_ms = world.now_ms;
  const StepResult result = world.step(world.session, event, world.policy);
  const Session before = std::exchange(world.session, result.next);
  for (const Command& command : result.commands) {
    world.requests.push_back({command.verb, command.leg, command.attempt, command.tries, world.now_ms});
  }
  check_step(world, before, event, result);
}

void deliver(World& world, const Notice& notice) {
  const std::string name = name_of_leg(notice.leg);
  WebhookFact fact{.type = notice.type, .call_control_id = name + "-call", .call_leg_id = name + "-leg"};
  if (notice.leg != kParent) fact.client_state = ClientState{.session = world.session.id, .leg = notice.leg};
  happen(world, Event{.body = std::move(fact)});
}

void hear(World& world, const Request& request, CommandOutcome outcome) {
  const OutboxEntry entry{.verb = request.verb, .leg = request.leg, .attempt = request.attempt};
  happen(world, Event{.body = CommandResult{command_id(world.session, entry), request.tries, std::move(outcome),
                                            request.verb, request.leg}});
}

// A request is executed or lost before this span is over, and its answer heard or given up; audits rely on the first.
bool clock_may_reach(const World& world, Millis at_ms) {
  const auto may_wait = [&](const Request& r) { return at_ms < r.sent_ms + world.policy.quiesce_ms; };
  return std::ranges::all_of(world.requests, may_wait) && std::ranges::all_of(world.responses, may_wait, &Response::to);
}

template <class T>
T take(std::vector<T>& list, int index) {
  const auto at = list.begin() + index;
  T value = std::move(*at);
  list.erase(at);
  return value;
}

bool spend(int& budget) { return budget > 0 && budget-- > 0; }

bool apply_request(World& world, const Action& action) {
  const auto index = static_cast<std::size_t>(action.index);
  if (index >= world.requests.size()) return false;
  const Request request = world.requests[index];
  Budget& budget = world.budget;
  switch (action.act) {
    case Act::execute:
      execute(world, index);
      return true;
    case Act::die:
      if (!request.forgotten) return false;
      take(world.requests, action.index);
      return true;
    case Act::fake_bridge:
      if (request.verb != Verb::bridge || request.forgotten || !spend(budget.fake_bridges)) return false;
      world.executed.push_back(request);
      world.executed.back().sent_ms = world.now_ms;
      world.responses.push_back({.to = take(world.requests, action.index)});
      return true;
    case Act::refuse:
      if (request.forgotten || request.verb == Verb::hangup || !spend(budget.refused)) return false;
      world.responses.push_back({take(world.requests, action.index), OutcomeClass::refused, 422, "90041", {}});
      return true;
    case Act::time_out:
      if (request.forgotten || !spend(budget.unknown)) return false;
      world.requests[index].forgotten = true;
      hear(world, request, {});
      return true;
    case Act::lose_request:
      if (request.forgotten || !spend(budget.unknown)) return false;
      hear(world, take(world.requests, action.index), {});
      return true;
    case Act::not_send:
      if (request.forgotten || !spend(budget.not_sent)) return false;
      hear(world, take(world.requests, action.index), {.outcome = OutcomeClass::not_sent});
      return true;
    default:
      return false;
  }
}

bool apply_people(World& world, const Action& action) {
  const auto leg = static_cast<std::size_t>(action.index);
  switch (action.act) {
    case Act::caller_hangs_up:
      if (world.parent == Truth::ended) return false;
      end_call(world, kParent);
      return true;
    case Act::leg_answers:
      if (world.leg[leg] != Truth::ringing) return false;
      world.leg[leg] = Truth::answered;
      world.notices.push_back({WebhookType::answered, action.index});
      return true;
    case Act::leg_ends:
      if (world.leg[leg] != Truth::ringing && world.leg[leg] != Truth::answered) return false;
      end_call(world, action.index);
      return true;
    case Act::recording_full:
      if (!world.recording || world.bridged >= 0) return false;
      world.recording = false;
      world.recorded = true;
      world.notices.push_back({WebhookType::recording_saved, kParent});
      return true;
    default:
      return false;
  }
}

bool apply_network(World& world, const Action& action) {
  const auto index = static_cast<std::size_t>(action.index);
  const bool about_notice = action.act == Act::deliver || action.act == Act::lose || action.act == Act::duplicate;
  if (about_notice ? index >= world.notices.size() : index >= world.responses.size()) return false;
  switch (action.act) {
    case Act::deliver:
      deliver(world, take(world.notices, action.index));
      return true;
    case Act::lose:
      if (!spend(world.budget.lost)) return false;
      take(world.notices, action.index);
      return true;
    case Act::duplicate:
      if (!spend(world.budget.duplicated)) return false;
      world.notices.push_back(world.notices[index]);
      return true;
    case Act::hear: {
      const Response response = take(world.responses, action.index);
      hear(world, response.to, outcome_of(world, response));
      return true;
    }
    case Act::lose_response:
      if (!spend(world.budget.unknown)) return false;
      hear(world, take(world.responses, action.index).to, {});
      return true;
    default:
      return false;
  }
}

bool apply_tick(World& world) {
  const Millis due = due_ms(world.session);
  const Millis at_ms = std::max(due, world.now_ms);
  if (due == 0 || !clock_may_reach(world, at_ms)) return false;
  world.now_ms = at_ms;
  happen(world, Event{.body = Tick{}});
  const Millis next = due_ms(world.session);
  if (next != 0 && next <= world.now_ms) world.violation = "after a tick the next is due at once: a busy loop";
  return true;
}

bool apply_any(World& world, const Action& action) {
  switch (action.act) {
    case Act::tick:
      return apply_tick(world);
    case Act::crash:
      if (!spend(world.budget.crashes)) return false;
      // Every answer on its way is lost with the process. What was committed but not sent is a request that dies.
      for (Request& request : world.requests) request.forgotten = true;
      world.responses.clear();
      return true;
    case Act::caller_hangs_up:
    case Act::leg_answers:
    case Act::leg_ends:
    case Act::recording_full:
      return apply_people(world, action);
    case Act::deliver:
    case Act::lose:
    case Act::duplicate:
    case Act::hear:
    case Act::lose_response:
      return apply_network(world, action);
    default:
      return apply_request(world, action);
  }
}

}  // namespace

World begin(int legs, const Budget& budget, const Policy& policy, StepFunction step) {
  World world{.legs = legs, .policy = policy, .step = step};
  world.budget = budget;
  world.session.id = {"P-leg"};
  WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "P-call", .call_leg_id = "P-leg"};
  fact.call_session_id = "S";
  fact.connection_id = "C";
  fact.incoming = true;
  Event event{.plan = RingPlan{.organisation = "o", .user = "u", .greeting = "g"}};
  for (int i = 0; i < legs; ++i) event.plan->destinations.push_back({name_of_leg(i), name_of_leg(i)});
  event.body = std::move(fact);
  happen(world, std::move(event));
  return world;
}

std::vector<Action> possible(const World& world) {
  std::vector<Action> actions;
  const auto add = [&](Act act, std::size_t index = 0) { actions.push_back({act, static_cast<int>(index)}); };
  const Budget& budget = world.budget;
  for (std::size_t i = 0; i < world.notices.size(); ++i) {
    if (i > 0 && world.notices[i] == world.notices[i - 1]) continue;
    add(Act::deliver, i);
    if (budget.lost > 0) add(Act::lose, i);
    if (budget.duplicated > 0) add(Act::duplicate, i);
  }
  for (std::size_t i = 0; i < world.requests.size(); ++i) {
    const Request& request = world.requests[i];
    add(Act::execute, i);
    if (request.forgotten) {
      add(Act::die, i);
      continue;
    }
    if (budget.refused > 0 && request.verb != Verb::hangup) add(Act::refuse, i);
    if (budget.fake_bridges > 0 && request.verb == Verb::bridge) add(Act::fake_bridge, i);
    if (budget.not_sent > 0) add(Act::not_send, i);
    if (budget.unknown > 0) add(Act::time_out, i);
    if (budget.unknown > 0) add(Act::lose_request, i);
  }
  for (std::size_t i = 0; i < world.responses.size(); ++i) {
    add(Act::hear, i);
    if (budget.unknown > 0) add(Act::lose_response, i);
  }
  if (world.parent != Truth::ended) add(Act::caller_hangs_up);
  for (std::size_t i = 0; i < static_cast<std::size_t>(world.legs); ++i) {
    if (world.leg[i] == Truth::ringing) add(Act::leg_answers, i);
    if (world.leg[i] == Truth::ringing || world.leg[i] == Truth::answered) add(Act::leg_ends, i);
  }
  if (world.recording && world.bridged < 0) add(Act::recording_full);
  const Millis due = due_ms(world.session);
  if (due != 0 && clock_may_reach(world, std::max(due, world.now_ms))) add(Act::tick);
  if (budget.crashes > 0 && !(world.requests.empty() && world.responses.empty())) add(Act::crash);
  return actions;
}

bool is_fair(const Action& action) noexcept {
  return action.act == Act::deliver || action.act == Act::execute || action.act == Act::hear ||
         action.act == Act::tick || action.act == Act::die;
}

bool apply(World& world, const Action& action) {
  if (!apply_any(world, action)) return false;
  std::ranges::sort(world.notices);
  std::ranges::sort(world.requests);
  std::ranges::sort(world.responses);
  if (world.violation.empty()) check_state(world);
  return true;
}

std::string drain(World& world) {
  // Two days of ticks of a session that never settles would not fit into this; a session that settles needs < 500.
  constexpr int kMostTurns = 5000;
  constexpr Millis kIdleMs = 10 * 60'000;
  Millis busy_ms = world.now_ms;
  for (int turn = 0; turn < kMostTurns; ++turn) {
    if (!world.violation.empty()) return world.violation;
    Action action;
    if (!world.notices.empty()) {
      action = {Act::deliver, 0};
    } else if (!world.responses.empty()) {
      action = {Act::hear, 0};
    } else if (!world.requests.empty()) {
      if (world.requests[0].verb != Verb::audit) busy_ms = world.now_ms;
      action = {Act::execute, 0};
    } else if (due_ms(world.session) == 0 || (world.bridged >= 0 && world.now_ms > busy_ms + kIdleMs)) {
      return check_end(world);  // a conversation may last; the audits it makes are not progress
    } else if (!apply(world, {Act::tick, 0})) {
      return "the clock cannot move and nothing else can";
    } else {
      continue;
    }
    if (!apply(world, action)) return "a fair action was refused";
  }
  return "a fair ending never settles";
}

std::string describe(const World& world, const Action& action) {
  const auto notice = [&] {
    const Notice& n = world.notices[static_cast<std::size_t>(action.index)];
    return std::string(name_of(n.type)) + " of " + name_of_leg(n.leg);
  };
  const auto of = [](const Request& r) {
    return std::string(name_of(r.verb)) + " " + name_of_leg(r.leg) + " #" + std::to_string(r.attempt) + "." +
           std::to_string(r.tries) + (r.forgotten ? " (forgotten)" : "");
  };
  const auto request = [&] { return of(world.requests[static_cast<std::size_t>(action.index)]); };
  const auto response = [&] {
    const Response& r = world.responses[static_cast<std::size_t>(action.index)];
    return of(r.to) + ": " + std::string(name_of(r.outcome)) + " " + r.error_code;
  };
  switch (action.act) {
    case Act::caller_hangs_up:
      return "the caller hangs up";
    case Act::leg_answers:
      return std::string(name_of_leg(action.index)) + " answers";
    case Act::leg_ends:
      return std::string(name_of_leg(action.index)) + " declines or hangs up";
    case Act::recording_full:
      return "the recording reaches its limit";
    case Act::deliver:
      return "webhook " + notice();
    case Act::lose:
      return "LOST webhook " + notice();
    case Act::duplicate:
      return "DUPLICATED webhook " + notice();
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
      return "answer to " + response();
    case Act::lose_response:
      return "LOST answer to " + response();
    case Act::crash:
      return "the worker CRASHES";
    case Act::tick:
      return "tick at due time +" + std::to_string(std::max<Millis>(due_ms(world.session) - world.now_ms, 0)) + " ms";
  }
  return "?";
}

}  // namespace ringfence::explore
