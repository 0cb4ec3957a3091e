// The provider's list of live calls against what the sessions know.
#include "engine/sweep.h"

#include "codec/session_json.h"
#include "core/client_state.h"
#include "fixture.h"

namespace ringfence::test {
namespace {

constexpr Millis kEvery = 300'000;

class SweepTest : public EngineTest {
 protected:
  // A worker that sweeps this connection; null: those it learns of.
  void sweeping(const std::string& connection) {
    worker.reset();
    worker =
        std::make_unique<Worker>(loop, store, 1'795'244'400'000, false, nullptr,
                                 SweepOptions{.every_ms = kEvery, .stray_age_ms = 60'000, .connection = connection});
  }
  static AuditedLeg live(const std::string& leg, int index, Millis age_ms = 90'000,
                         const std::string& call = "caller-leg") {
    AuditedLeg one{.call_control_id = "cc-" + leg, .call_leg_id = leg, .alive = true};
    one.client_state = encode_client_state({.session = {call}, .leg = index});
    one.call_session_id = "cs-" + call;
    one.age_ms = age_ms;
    return one;
  }
  // The audits that no session asked for, newest last.
  [[nodiscard]] std::vector<std::size_t> looks() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < worker->telephony.sent.size(); ++i) {
      const auto& one = worker->telephony.sent[i];
      if (one.done && one.command.verb == Verb::audit) found.push_back(i);
    }
    return found;
  }
  void answer_list(std::vector<AuditedLeg> legs, bool complete = true) {
    ASSERT_FALSE(looks().empty());
    CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200, .legs = std::move(legs)};
    outcome.audit_complete = outcome.events_read = complete;
    worker->telephony.answer(looks().back(), std::move(outcome));
    loop.run();
  }
  // As of a worker that has died: the store has the call, nobody's memory does.
  void ring_elsewhere() {
    ring();
    sweeping("conn");
    start();
  }
};

// More calls than one sweep takes: the next comes soon, and where this one ended; the one after the end begins anew.
TEST_F(SweepTest, ALongListGoesOnWithTheNextSweep) {
  sweeping("conn");
  start();
  for (const std::string cursor : {"page-9", ""}) {
    ASSERT_EQ(looks().size(), 1u);
    CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
    outcome.cursor = cursor;
    worker->telephony.answer(looks()[0], std::move(outcome));
    loop.run();
    EXPECT_TRUE(looks().empty());
    worker->clock.advance(cursor.empty() ? kEvery : limits::kSweepPauseMs);
    loop.run();
    ASSERT_EQ(looks().size(), 1u);
    EXPECT_EQ(worker->telephony.sent[looks()[0]].command.cursor, cursor);
  }
}

TEST_F(SweepTest, AListThatFailsIsReadFromItsBeginning) {
  sweeping("conn");
  start();
  CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
  outcome.cursor = "page-9";
  worker->telephony.answer(looks()[0], std::move(outcome));
  loop.run();
  worker->clock.advance(limits::kSweepPauseMs);
  loop.run();
  worker->telephony.answer(looks()[0], {.outcome = OutcomeClass::refused, .http_status = 422});
  loop.run();
  worker->clock.advance(kEvery);
  loop.run();
  ASSERT_EQ(looks().size(), 1u);
  EXPECT_EQ(worker->telephony.sent[looks()[0]].command.cursor, "");
}

TEST_F(SweepTest, ItAsksAtTheStartAndThenFromTimeToTime) {
  sweeping("conn");
  start();
  ASSERT_EQ(looks().size(), 1u);
  EXPECT_EQ(worker->telephony.sent[looks()[0]].command.connection_id, "conn");
  EXPECT_EQ(worker->telephony.sent[looks()[0]].command.call_session_id, kEverySession);
  EXPECT_FALSE(worker->engine.idle());
  answer_list({});
  EXPECT_TRUE(worker->engine.idle());
  worker->clock.advance(kEvery - 1);
  loop.run();
  EXPECT_TRUE(looks().empty());
  worker->clock.advance(1);
  loop.run();
  EXPECT_EQ(looks().size(), 1u);
  EXPECT_EQ(worker->engine.stats().sweeps, 2u);
}

TEST_F(SweepTest, WithoutAConnectionItWaitsForTheFirstCall) {
  sweeping("");
  start();
  EXPECT_TRUE(looks().empty());
  post(incoming("ev-1"));
  loop.run();
  ASSERT_EQ(looks().size(), 1u);
  EXPECT_EQ(worker->telephony.sent[looks()[0]].command.connection_id, "conn");
}

TEST_F(SweepTest, ItCanBeTurnedOff) {
  start();
  post(incoming("ev-1"));
  loop.run();
  EXPECT_TRUE(looks().empty());
}

TEST_F(SweepTest, WhatItsSessionKnowsIsLeftAloneAndNotWrittenTo) {
  ring_elsewhere();
  const std::size_t commits = store.commits.size();
  answer_list({live("caller-leg-leg0", 0), live("caller-leg-leg1", 1)});
  EXPECT_EQ(store.commits.size(), commits);
  EXPECT_EQ(worker->engine.stats().strays, 0u);
}

TEST_F(SweepTest, CallsOfOthersAreLeftAlone) {
  sweeping("conn");
  start();
  AuditedLeg other = live("stranger", 0);
  other.client_state = "aGF2ZSBhIG5pY2UgZGF5ID1d";
  AuditedLeg silent = live("silent", 0);
  silent.client_state.clear();
  answer_list({other, silent});
  EXPECT_TRUE(store.commits.empty());
  EXPECT_EQ(worker->telephony.sent.size(), 1u) << "nothing but the list was asked for";
}

TEST_F(SweepTest, ACallOfOthersWithACopyOfOurStateIsLeftAlone) {
  ring_elsewhere();
  AuditedLeg copy = live("stranger", 0);
  copy.call_session_id = "cs-other";
  AuditedLeg caller = live("stranger", kParent);
  caller.call_session_id = "cs-other";
  answer_list({copy, caller});
  EXPECT_EQ(worker->engine.stats().strays, 0u);
  EXPECT_EQ(worker->telephony.count(Verb::hangup), 0u);
}

TEST_F(SweepTest, ASecondCallToADeviceIsEnded) {
  ring_elsewhere();
  answer_list({live("twin", 0)});
  EXPECT_EQ(worker->engine.stats().strays, 1u);
  ASSERT_EQ(worker->telephony.count(Verb::hangup), 1u);
  EXPECT_EQ(worker->telephony.sent.back().command.call_control_id, "cc-twin");
}

TEST_F(SweepTest, ALegOfALostSessionIsLookedIntoAndHungUp) {
  sweeping("conn");
  start();
  answer_list({live("caller-leg-leg0", 0)});
  ASSERT_EQ(looks().size(), 1u);
  EXPECT_EQ(worker->telephony.sent[looks()[0]].command.call_session_id, "cs-caller-leg");
  AuditedLeg seen = live("caller-leg-leg0", 0);
  seen.answered = true;
  answer_list({seen});
  ASSERT_EQ(worker->telephony.count(Verb::hangup), 1u);
  EXPECT_EQ(worker->telephony.sent.back().command.call_control_id, "cc-caller-leg-leg0");
  EXPECT_EQ(worker->engine.stats().strays, 1u);
  EXPECT_EQ(decode_session(store.rows["caller-leg"].document)->phase, Phase::closing);
}

TEST_F(SweepTest, CallerAndLegOfALostSessionAreBothHungUp) {
  sweeping("conn");
  start();
  const std::vector<AuditedLeg> both{live("caller-leg-leg0", 0), live("caller-leg", kParent)};
  answer_list(both);
  answer_list(both);  // the records of the caller's
  for (int i = 0; i < 3 && !looks().empty(); ++i) answer_list(both);
  EXPECT_EQ(worker->telephony.count(Verb::hangup), 2u);
  EXPECT_EQ(worker->engine.stats().strays, 2u);
}

TEST_F(SweepTest, TwoWhoTalkAreLeftToTalkWhenTheirSessionIsLost) {
  sweeping("conn");
  start();
  answer_list({live("caller-leg-leg0", 0)});
  AuditedLeg seen = live("caller-leg-leg0", 0);
  seen.answered = seen.bridged = true;
  answer_list({seen});
  EXPECT_EQ(worker->engine.stats().strays_left, 1u);
  EXPECT_TRUE(store.commits.empty());
  EXPECT_TRUE(worker->engine.idle());
}

// A late webhook of the loser has made a session of the lost one; that says nothing about the two.
TEST_F(SweepTest, TwoWhoTalkAreLeftToTalkWhenAWebhookBroughtTheirLostSessionBack) {
  sweeping("conn");
  start();
  answer_list({});
  post(
      {.id = "ev-late", .type = "call.hangup", .leg = "caller-leg-leg1", .state_leg = 1, .cause = "originator_cancel"});
  loop.run();
  ASSERT_EQ(store.rows.count("caller-leg"), 1u);
  worker->clock.advance(kEvery);
  loop.run();
  answer_list({live("caller-leg-leg0", 0)});
  AuditedLeg seen = live("caller-leg-leg0", 0);
  seen.bridged = true;
  answer_list({seen});
  EXPECT_EQ(worker->engine.stats().strays_left, 1u);
  EXPECT_EQ(worker->telephony.count(Verb::hangup), 0u);
}

TEST_F(SweepTest, NothingIsDoneOnALookThatIsNotWhole) {
  sweeping("conn");
  start();
  answer_list({live("caller-leg-leg0", 0)});
  answer_list({live("caller-leg-leg0", 0)}, false);
  EXPECT_TRUE(store.commits.empty());
}

TEST_F(SweepTest, AYoungCallIsNoStrayYet) {
  sweeping("conn");
  start();
  answer_list({live("caller-leg-leg0", 0, 59'000)});
  EXPECT_TRUE(looks().empty());
  EXPECT_TRUE(store.commits.empty());
}

TEST_F(SweepTest, NobodyIsLostBecauseTheStoreIsAway) {
  sweeping("conn");
  start();
  store.away = true;
  answer_list({live("caller-leg-leg0", 0)});
  store.away = false;
  EXPECT_TRUE(looks().empty());
  EXPECT_TRUE(worker->engine.idle());
  worker->clock.advance(kEvery);
  loop.run();
  EXPECT_EQ(looks().size(), 1u) << "the next sweep comes";
}

TEST_F(SweepTest, AListThatFailsIsAskedForAgainLater) {
  sweeping("conn");
  start();
  worker->telephony.answer(looks().back(), {.outcome = OutcomeClass::unknown, .detail = "timeout"});
  loop.run();
  EXPECT_EQ(worker->log.count("sweep_failed"), 1u);
  worker->clock.advance(kEvery);
  loop.run();
  EXPECT_EQ(looks().size(), 1u);
}

TEST_F(SweepTest, LooksIntoRecordsAreBounded) {
  sweeping("conn");
  start();
  std::vector<AuditedLeg> many;
  for (std::size_t i = 0; i < limits::kSweepStrays + 5; ++i) {
    const std::string call = "lost-" + std::to_string(i);
    many.push_back(live(call + "-leg", 0, 90'000, call));
  }
  answer_list(many);
  std::size_t looked = 0;
  for (; !looks().empty(); ++looked) answer_list({});
  EXPECT_EQ(looked, limits::kSweepStrays);
  EXPECT_TRUE(worker->engine.idle());
}

TEST_F(SweepTest, ACallThatLivesOnAnotherWorkerIsNotLost) {
  sweeping("conn");
  start();
  AuditedLeg theirs = live("their-leg", 0, 90'000, "their-call");
  const Millis begun_ms = worker->clock.now_ms() - 90'000;
  theirs.client_state =
      encode_client_state({.session = {"their-call"}, .leg = 0, .home = "theirs", .begun_ms = begun_ms});
  answer_list({theirs});
  EXPECT_TRUE(looks().empty()) << "not even its records are asked for";
  EXPECT_EQ(worker->engine.stats().strays, 0u);
  EXPECT_TRUE(worker->engine.idle());
  worker->clock.advance(limits::kFallbackHomeMs + kEvery);
  answer_list({theirs});
  EXPECT_EQ(looks().size(), 1u) << "its worker had time enough";
}

}  // namespace
}  // namespace ringfence::test
