// The list of missed calls: one entry a device, with what is needed to show and to sort it. Which outcome is which is
// told in tests/scenarios.
#include "core/outcome.h"

#include <gtest/gtest.h>

#include "support/core_fixture.h"

namespace ringfence {
namespace {

using test::Call;

TEST(Outcome, TheLedgerIsEmptyUntilTheCallIsClosed) {
  Call call;
  call.offered({"desk", "mobile"});
  call.leg(WebhookType::initiated, 0);
  call.parent(WebhookType::hangup);
  EXPECT_TRUE(ledger_entries(call.session).empty());
  call.leg(WebhookType::hangup, 0);
  call.leg(WebhookType::hangup, 1);
  ASSERT_EQ(call.session.phase, Phase::closed);
  const auto entries = ledger_entries(call.session);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].device, "desk");
  EXPECT_EQ(entries[0].from, "+15550001111");
  EXPECT_EQ(entries[0].to, "+15550002222");
  EXPECT_EQ(entries[0].caller_name, "Ada");
  EXPECT_EQ(entries[0].at_ms, test::kStartMs);
  EXPECT_EQ(entries[0].call, Outcome::abandoned);
  EXPECT_EQ(entries[0].outcome, DeviceOutcome::caller_cancelled);
  EXPECT_TRUE(entries[0].rang);
  EXPECT_FALSE(entries[1].rang);
}

TEST(Outcome, ACallOfAnotherEraLeavesNoEntry) {
  Call call;
  call.parent(WebhookType::hangup);
  ASSERT_EQ(call.session.phase, Phase::closed);
  EXPECT_TRUE(ledger_entries(call.session).empty());
}

TEST(Outcome, WhoeverSpokeWithTheCallerHasMissedNothing) {
  Call call;
  auto result = call.offered({"desk", "mobile"});
  call.leg(WebhookType::initiated, 1);
  result = call.leg(WebhookType::answered, 0);
  call.accept(result.commands.at(0));
  call.leg(WebhookType::bridged, 0);
  call.leg(WebhookType::hangup, 1);
  call.parent(WebhookType::hangup);
  call.leg(WebhookType::hangup, 0);
  call.happen(Event{.body = WebhookFact{.type = WebhookType::recording_saved, .call_leg_id = "parent-leg"}});
  ASSERT_EQ(call.session.phase, Phase::closed);
  const auto entries = ledger_entries(call.session);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].device, "mobile");
  EXPECT_EQ(entries[0].outcome, DeviceOutcome::answered_elsewhere);
  EXPECT_EQ(entries[0].answered_by, "desk");
}

TEST(Outcome, ARecordingIsMissedWhereOneWasToBe) {
  Session over;
  const auto missed = [&over](Outcome outcome, bool saved, bool lost) {
    over.outcome = outcome;
    over.recording_saved = saved;
    over.recording_lost = lost;
    return misses_recording(over);
  };
  EXPECT_FALSE(missed(Outcome::answered, false, false)) << "it is not over";
  over.phase = Phase::closed;
  EXPECT_TRUE(missed(Outcome::answered, false, false));
  EXPECT_FALSE(missed(Outcome::answered, true, true));
  EXPECT_TRUE(missed(Outcome::voicemail, false, true));
  EXPECT_FALSE(missed(Outcome::voicemail, false, false)) << "the caller had left by then";
  EXPECT_FALSE(missed(Outcome::abandoned, false, true));
  over.plan.no_record = true;
  EXPECT_FALSE(missed(Outcome::answered, false, false));
  EXPECT_TRUE(missed(Outcome::voicemail, false, true));
}

}  // namespace
}  // namespace ringfence
