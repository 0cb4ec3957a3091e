// The table of phases and events: random calls never leave it, and reach every entry. An entry that nothing reaches is
// either wrong or untested.
#include "core/phase_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "storm.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

using test::Call;

struct Seen {
  bool late = false;
  Phase from = Phase::none;
  EventKind kind = EventKind::tick;
  Phase to = Phase::none;
  auto operator<=>(const Seen&) const = default;
};

std::string text_of(const Seen& seen) {
  return std::string(seen.late ? "late: " : "") + std::string(name_of(seen.from)) + " --" +
         std::string(name_of(seen.kind)) + "--> " + std::string(name_of(seen.to));
}

class Everything {
 public:
  const std::set<Seen>& seen() const { return seen_; }
  void play(std::uint64_t seed) {
    constexpr int kTurns = 120;
    test::Storm storm(seed);
    storm.policy.command_jitter_percent = 0;  // the rare seeds below were found so
    for (int turn = 0; turn < kTurns; ++turn) {
      const auto [before, event, result] = storm.next();
      note(before, event, result.next, event.at_ms);
      if (result.next.phase == Phase::closed && turn % 7 == 0) return;
    }
  }
  // One event of a call that is told on purpose.
  void note(const Session& before, const Event& event, const Session& next, Millis at_ms) {
    const Millis due = due_ms(before);
    seen_.insert({due != 0 && due <= at_ms, before.phase, kind_of(event), next.phase});
  }

 private:
  std::set<Seen> seen_;
};

// A call told on purpose, each of its events noted.
struct Told : Call {
  Everything& all;
  explicit Told(Everything& everything) : all(everything) {}
  void tell(Event event) {
    const Session before = session;
    event.at_ms = now_ms;
    happen(event);
    all.note(before, event, session, now_ms);
  }
  void answer_last(const Command& command, CommandOutcome outcome) {
    CommandResult result{command.id, command.tries, std::move(outcome), command.verb, command.leg};
    tell(Event{.body = std::move(result)});
  }
};

// Nobody answers our answering: after both attempts' windows the caller is let go.
void the_caller_is_never_answered(Everything& all) {
  for (const bool voicemail : {true, false}) {
    Told call(all);
    call.offered(voicemail ? std::vector<std::string>{} : std::vector<std::string>{"desk"});
    if (!voicemail) call.leg(WebhookType::answered, 0);
    while (!voicemail ? call.session.phase == Phase::answering : call.session.phase == Phase::vm_answering) {
      call.now_ms = due_ms(call.session);
      call.tell(Event{.body = Tick{}});
    }
    EXPECT_EQ(call.session.phase, Phase::closing);
  }
}

// "Bridged" about a winner that was lost, while the second one's caller is being answered.
void bridged_of_the_first_winner(Everything& all) {
  Told call(all);
  WebhookFact offer{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
  offer.incoming = true;
  RingPlan plan{.destinations = {{"desk", "sip:desk"}, {"mobile", "sip:mobile"}}};
  plan.hold_losers_ms = 9000;
  call.happen(Event{.body = offer, .plan = plan});
  call.leg(WebhookType::answered, 0);
  call.leg(WebhookType::hangup, 0);
  call.leg(WebhookType::answered, 1);
  ASSERT_EQ(call.session.phase, Phase::answering);
  call.tell(Event{.body = WebhookFact{.type = WebhookType::bridged, .call_leg_id = "parent-leg"}});
}

void the_records_say_that_the_caller_left(Everything& all) {
  Told call(all);
  auto result = call.offered({"desk"});
  call.now_ms += call.policy.ring_ms;
  call.tick();
  ASSERT_EQ(call.session.phase, Phase::vm_answering);
  while (call.session.phase == Phase::vm_answering) {
    call.now_ms = due_ms(call.session);
    result = call.tick();
    for (const Command& command : result.commands) {
      if (command.verb != Verb::audit) continue;
      AuditedLeg caller{.call_leg_id = "parent-leg", .ended = true};
      call.answer_last(command, {.outcome = OutcomeClass::ok, .legs = {caller}});
    }
  }
}

// The records tell of the bridge and of the winner's end at once.
void the_records_say_that_they_spoke(Everything& all) {
  Told call(all);
  StepResult result = call.offered({"desk"});
  call.leg(WebhookType::answered, 0);
  call.parent(WebhookType::answered);
  while (call.session.phase == Phase::bridging) {
    call.now_ms = due_ms(call.session);
    result = call.tick();
    for (const Command& command : result.commands) {
      if (command.verb != Verb::audit) continue;
      const AuditedLeg caller{.call_leg_id = "parent-leg", .answered = true, .bridged = true};
      const AuditedLeg callee{.call_leg_id = "leg0-id", .answered = true, .bridged = true, .ended = true};
      call.answer_last(command, {.outcome = OutcomeClass::ok, .legs = {caller, callee}});
    }
  }
  EXPECT_EQ(call.session.outcome, Outcome::answered);
}

// Both attempts to bridge are over, and none of them ever left.
void the_bridge_is_never_sent(Everything& all) {
  Told call(all);
  call.offered({"desk"});
  call.leg(WebhookType::answered, 0);
  StepResult result = call.parent(WebhookType::answered);
  while (call.session.phase == Phase::bridging) {
    for (const Command& command : result.commands) {
      if (command.verb == Verb::bridge) call.answer_last(command, {.outcome = OutcomeClass::not_sent});
    }
    call.now_ms = due_ms(call.session);
    const Session before = call.session;
    result = call.tick();
    all.note(before, Event{.body = Tick{}}, call.session, call.now_ms);
  }
  EXPECT_EQ(call.session.phase, Phase::vm_greeting);
}

// Who answered is known before his call's id, which comes with word of a recording.
void a_recording_names_who_answered(Everything& all) {
  Told call(all);
  call.offered({"desk"});
  WebhookFact answered{.type = WebhookType::answered, .call_leg_id = "leg0-id"};
  answered.client_state = ClientState{.session = call.session.id, .leg = 0};
  call.tell(Event{.body = answered});
  ASSERT_EQ(call.session.phase, Phase::ringing);
  WebhookFact saved = answered;
  saved.type = WebhookType::recording_saved;
  saved.call_control_id = "leg0";
  call.tell(Event{.body = saved});
  EXPECT_EQ(call.session.phase, Phase::answering);
}

// The caller has gone, and nobody was rung for him: the transfer never left.
void the_transfer_is_never_sent(Everything& all) {
  Told call(all);
  WebhookFact offer{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
  offer.incoming = true;
  const auto result = call.happen(
      Event{.body = offer, .plan = RingPlan{.route = Route::transfer, .destinations = {{"desk", "sip:desk"}}}});
  call.parent(WebhookType::hangup);
  call.answer_last(result.commands.at(0), {.outcome = OutcomeClass::not_sent});
  EXPECT_EQ(call.session.phase, Phase::closed);
}

// The caller has gone, and the last leg's end is learnt from its prompt.
void the_prompt_says_that_the_leg_ended(Everything& all) {
  Told call(all);
  WebhookFact offer{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
  offer.incoming = true;
  RingPlan plan{.destinations = {{"desk", "sip:desk", 0, 0, 0, Verify::press1}}};
  const auto dials = call.happen(Event{.body = offer, .plan = plan});
  call.accept(dials.commands.at(0));
  const auto result = call.leg(WebhookType::answered, 0);
  ASSERT_EQ(result.commands.at(0).verb, Verb::gather);
  call.parent(WebhookType::hangup);
  call.answer_last(result.commands[0], {.outcome = OutcomeClass::refused, .http_status = 422, .error_code = "90018"});
}

const Everything& everything() {
  static const Everything all = [] {
    Everything made;
    constexpr std::uint64_t kSeeds = 4000;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) made.play(seed);
    // What comes seldom. After a change of the rules other seeds may be the rare ones: tell those calls, or look anew.
    for (const std::uint64_t seed :
         {1908U,  3135U,  4441U,  4677U,  5582U,  6071U,   6081U, 6088U,  6959U,  8655U, 14519U, 16382U,
          24514U, 28855U, 34192U, 35725U, 36363U, 155946U, 8060U, 24137U, 16480U, 8099U, 10639U})
      made.play(seed);
    the_caller_is_never_answered(made);
    bridged_of_the_first_winner(made);
    the_records_say_that_the_caller_left(made);
    the_records_say_that_they_spoke(made);
    the_prompt_says_that_the_leg_ended(made);
    the_bridge_is_never_sent(made);
    a_recording_names_who_answered(made);
    the_transfer_is_never_sent(made);
    return made;
  }();
  return all;
}

bool is_seen(const Seen& what) { return everything().seen().contains(what); }

template <class Check>
void for_each_phase(Phases phases, const Check& check) {
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    if ((phases & bit_of(static_cast<Phase>(phase))) != 0) check(static_cast<Phase>(phase));
  }
}

TEST(PhaseTable, NoCallLeavesIt) {
  for (const Seen& seen : everything().seen()) {
    EXPECT_TRUE(is_allowed(seen.from, seen.kind, seen.to, seen.late)) << text_of(seen);
  }
}

TEST(PhaseTable, EveryEntryIsReached) {
  for (std::size_t from = 0; from < kPhases; ++from) {
    const auto phase = static_cast<Phase>(from);
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
      for_each_phase(kPhaseTable.by_event[from][kind], [&](Phase to) {
        const Seen wanted{false, phase, static_cast<EventKind>(kind), to};
        EXPECT_TRUE(is_seen(wanted)) << text_of(wanted);
      });
    }
    for_each_phase(kPhaseTable.by_time[from], [&](Phase to) {
      const Seen wanted{true, phase, EventKind::tick, to};
      EXPECT_TRUE(is_seen(wanted)) << text_of(wanted);
    });
  }
}

TEST(PhaseTable, NoMoveAtOnceCanBeLeftOut) {
  for (std::size_t from = 0; from < kPhases; ++from) {
    for_each_phase(kPhaseTable.at_once[from], [&](Phase to) {
      PhaseTable less = kPhaseTable;
      less.at_once[from] = static_cast<Phases>(less.at_once[from] & ~bit_of(to));
      const auto needs = [&](const Seen& seen) {
        return !seen.late && !is_allowed(less, seen.from, seen.kind, seen.to, false);
      };
      EXPECT_TRUE(std::ranges::any_of(everything().seen(), needs))
          << name_of(static_cast<Phase>(from)) << " at once " << name_of(to);
    });
  }
}

}  // namespace
}  // namespace ringfence
