// The breaker and the limit of rate, in time that is passed in.
#include "adapters/telnyx/breaker.h"

#include <gtest/gtest.h>

#include <utility>

#include "adapters/telnyx/rate_limit.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using Pass = Breaker::Pass;
using State = Breaker::State;

constexpr Millis kStart = 1'000'000;

// Of a request that has just left.
bool note(Breaker& breaker, bool failed, bool probe, Millis at_ms) {
  return breaker.note(failed, probe, breaker.opened(), at_ms);
}

// Opens it, and says when.
Millis broken(Breaker& breaker, Millis at_ms = kStart) {
  for (int i = 0; i < limits::kBreakerInARow; ++i) static_cast<void>(note(breaker, true, false, at_ms));
  EXPECT_EQ(breaker.state(), State::open);
  return at_ms;
}

TEST(Breaker, OpensAfterFailuresInARowOnly) {
  Breaker breaker;
  for (int i = 1; i < limits::kBreakerInARow; ++i) EXPECT_FALSE(note(breaker, true, false, kStart));
  EXPECT_FALSE(note(breaker, false, false, kStart));
  for (int i = 1; i < limits::kBreakerInARow; ++i) EXPECT_FALSE(note(breaker, true, false, kStart));
  EXPECT_EQ(breaker.pass(false, kStart), Pass::yes);
  EXPECT_TRUE(note(breaker, true, false, kStart));
  EXPECT_EQ(breaker.pass(true, kStart), Pass::no);
  EXPECT_EQ(breaker.opened(), 1u);
  EXPECT_EQ(breaker.failures(), 2u * limits::kBreakerInARow - 1);
}

TEST(Breaker, OpensWhenHalfOfManyFail) {
  Breaker breaker;
  int asked = 0;
  while (breaker.state() == State::closed && asked < 1000) {
    static_cast<void>(note(breaker, asked % 2 == 0, false, kStart + asked));
    ++asked;
  }
  EXPECT_EQ(asked, limits::kBreakerShareOf);
}

TEST(Breaker, AShareOfLongAgoDoesNotCount) {
  Breaker breaker;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(note(breaker, i % 2 == 0, false, kStart + i * limits::kBreakerSpanMs / 4)) << i;
  }
  EXPECT_EQ(breaker.state(), State::closed);
}

TEST(Breaker, AFewFailuresAmongManyAnswersDoNotOpenIt) {
  Breaker breaker;
  for (int i = 0; i < 10'000; ++i) ASSERT_FALSE(note(breaker, i % 3 == 0, false, kStart + i)) << i;
}

TEST(Breaker, OneProbeAtATimeAndItsAnswerDecides) {
  Breaker breaker;
  Millis now_ms = broken(breaker);
  now_ms += limits::kBreakerFirstMs;
  EXPECT_EQ(breaker.pass(true, now_ms - 1), Pass::no);
  EXPECT_EQ(breaker.pass(true, now_ms), Pass::probe);
  breaker.probe_left();
  EXPECT_EQ(breaker.pass(true, now_ms), Pass::no);
  EXPECT_FALSE(note(breaker, false, false, now_ms)) << "an answer to what left before it opened";
  EXPECT_EQ(breaker.state(), State::probing);
  EXPECT_TRUE(note(breaker, false, true, now_ms));
  EXPECT_EQ(breaker.pass(false, now_ms), Pass::yes);
}

TEST(Breaker, WhatLeftBeforeItOpenedDoesNotOpenItAgain) {
  Breaker breaker;
  const std::uint64_t before = breaker.opened();
  const Millis now_ms = broken(breaker) + limits::kBreakerFirstMs;
  breaker.probe_left();
  EXPECT_TRUE(note(breaker, false, true, now_ms));
  const std::uint64_t failures = breaker.failures();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(breaker.note(true, false, before, now_ms)) << i;
  EXPECT_EQ(breaker.failures(), failures + 100) << "counted all the same";
  for (int i = 1; i < limits::kBreakerInARow; ++i) EXPECT_FALSE(note(breaker, true, false, now_ms));
  EXPECT_FALSE(breaker.note(false, false, before, now_ms));
  EXPECT_TRUE(note(breaker, true, false, now_ms)) << "nor does it keep it closed";
}

TEST(Breaker, PausesDoubleUpToTheirBoundAndAreShortAgainLater) {
  Breaker breaker;
  Millis now_ms = broken(breaker);
  Millis pause_ms = limits::kBreakerFirstMs;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(breaker.wait_ms(true, now_ms), pause_ms);
    now_ms += pause_ms;
    ASSERT_EQ(breaker.pass(true, now_ms), Pass::probe);
    breaker.probe_left();
    EXPECT_FALSE(note(breaker, true, true, now_ms)) << "that it stays open is no news";
    pause_ms = std::min(2 * pause_ms, limits::kBreakerMostMs);
  }
  EXPECT_EQ(breaker.probes(), 20u);
  now_ms += pause_ms;
  breaker.probe_left();
  EXPECT_TRUE(note(breaker, false, true, now_ms));
  EXPECT_EQ(breaker.wait_ms(true, broken(breaker, now_ms)), limits::kBreakerFirstMs);
}

TEST(Breaker, WhatHarmsNobodyTriesFirst) {
  Breaker breaker;
  const Millis now_ms = broken(breaker) + limits::kBreakerFirstMs;
  EXPECT_EQ(breaker.pass(false, now_ms), Pass::no);
  EXPECT_EQ(breaker.wait_ms(false, now_ms), limits::kProbeGraceMs);
  EXPECT_EQ(breaker.pass(true, now_ms), Pass::probe);
  EXPECT_EQ(breaker.pass(false, now_ms + limits::kProbeGraceMs), Pass::probe) << "and without a hang-up, a dial does";
}

TEST(RateLimit, ABurstAndThenTheRate) {
  RateLimit limit(10, 20);
  Millis now_ms = kStart;
  int taken = 0;
  while (limit.take(false, now_ms)) ++taken;
  EXPECT_EQ(taken, 20);
  EXPECT_EQ(limit.wait_ms(false, now_ms), 100);
  EXPECT_FALSE(limit.take(false, now_ms + 99));
  for (int i = 0; i < 100'000; i += 10) taken += limit.take(false, now_ms + i) ? 1 : 0;
  EXPECT_NEAR(taken, 20 + 1000, 1) << "ten a second for a hundred seconds";
}

TEST(RateLimit, DialsLeaveTheLastFifthToHangUps) {
  RateLimit limit(10, 20);
  int dials = 0;
  while (limit.take(true, kStart)) ++dials;
  EXPECT_EQ(dials, 16);
  EXPECT_GT(limit.wait_ms(true, kStart), 0);
  int hangups = 0;
  while (limit.take(false, kStart)) ++hangups;
  EXPECT_EQ(hangups, 4);
}

TEST(RateLimit, FurtherPagesOfAuditsArePaidByThePatientAlone) {
  RateLimit limit(20, 50);
  int audits = 0;
  while (limit.take(true, kStart)) ++audits;
  EXPECT_EQ(audits, 40);
  for (int page = 0; page < audits; ++page) limit.pay(kStart);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limit.take(false, kStart)) << "the share of hang-ups is whole";
  EXPECT_FALSE(limit.take(false, kStart));
  // 10 tokens of the reserve, 40 that are owed, and its own.
  EXPECT_EQ(limit.wait_ms(true, kStart), 51 * 1000 / 20);
  EXPECT_FALSE(limit.take(true, kStart + 51 * 1000 / 20 - 1));
  EXPECT_TRUE(limit.take(true, kStart + 51 * 1000 / 20));
}

TEST(RateLimit, WhatThePatientOweIsRequestsThatWereMade) {
  RateLimit limit(10, 20);
  Millis now_ms = kStart;
  int made = 0;
  for (int i = 0; i < 10'000; ++i, now_ms += 10) {
    if (!limit.take(true, now_ms)) continue;
    limit.pay(now_ms);
    made += 2;
  }
  EXPECT_NEAR(made, 20 + 1000, 20) << "ten a second for a hundred seconds, pages and all";
  EXPECT_TRUE(limit.take(false, now_ms));
}

TEST(RateLimit, TheSmallestBucketStillLetsADialOut) {
  RateLimit limit(1, 1);
  EXPECT_TRUE(limit.take(true, kStart));
  EXPECT_FALSE(limit.take(true, kStart + 999));
  EXPECT_TRUE(limit.take(true, kStart + 1000));
}

TEST(RateLimit, AnotherRateIsFollowedWithoutForgettingWhatWasTaken) {
  RateLimit limit(10, 20);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(limit.take(false, 1000));
  limit.follow(100, 40, 1000);
  EXPECT_EQ(limit.rate(), 100);
  EXPECT_FALSE(limit.take(false, 1000)) << "a reload is no new burst";
  EXPECT_TRUE(limit.take(false, 1010));
  limit.follow(0, 1, 1010);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(limit.take(true, 1010)) << "no limit of ours any more";
  limit.follow(10, 5, 1010);
  int burst = 0;
  while (limit.take(false, 1010)) ++burst;
  EXPECT_LE(burst, 5);
}

TEST(RateLimit, ASlowTimeOutlastsAnotherRate) {
  RateLimit limit(100, 100);
  (void)limit.slow_down(0, 1000);
  EXPECT_EQ(limit.rate(), 50);
  limit.follow(200, 100, 1000);
  EXPECT_EQ(limit.rate(), 50) << "the provider has said so";
  limit.follow(20, 100, 1000);
  EXPECT_EQ(limit.rate(), 20);
}

TEST(RateLimit, WithoutARateNothingWaits) {
  RateLimit limit(0, 1);
  EXPECT_EQ(limit.rate(), 0);
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(limit.take(true, kStart));
  EXPECT_TRUE(limit.slow_down(0, kStart)) << "the provider's own limit holds";
  EXPECT_EQ(limit.rate(), limits::kUnlimitedRate / 2);
}

TEST(RateLimit, TooManyRequestsHalveTheRateOnceForAllThatWereSentTogether) {
  RateLimit limit(100, 100);
  EXPECT_TRUE(limit.slow_down(0, kStart));
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(limit.slow_down(0, kStart + i));
  EXPECT_EQ(limit.rate(), 50);
  EXPECT_FALSE(limit.slow_down(0, kStart + limits::kSlowedMs)) << "slower still, but no news";
  EXPECT_LT(limit.rate(), 35);
}

TEST(RateLimit, AfterTooManyRequestsDialsWaitAsLongAsTheProviderAsksAndHangUpsDoNot) {
  RateLimit limit(100, 100);
  EXPECT_TRUE(limit.slow_down(2'000, kStart));
  EXPECT_TRUE(limit.take(false, kStart));
  EXPECT_FALSE(limit.take(true, kStart + 1'999));
  EXPECT_EQ(limit.wait_ms(true, kStart + 1'000), 1'000);
  EXPECT_TRUE(limit.take(true, kStart + 2'000));
  RateLimit patient(100, 100);
  EXPECT_TRUE(patient.slow_down(60'000, kStart));
  EXPECT_TRUE(patient.take(true, kStart + limits::kSlowedMostMs)) << "the wait has a bound";
}

TEST(RateLimit, TheRateComesBackByItself) {
  RateLimit limit(100, 100);
  EXPECT_TRUE(limit.slow_down(0, kStart));
  EXPECT_FALSE(limit.recovered(kStart + 100));
  EXPECT_TRUE(limit.recovered(kStart + limits::kRateBackMs));
  EXPECT_FALSE(limit.recovered(kStart + limits::kRateBackMs)) << "said once";
  EXPECT_EQ(limit.rate(), 100);
  EXPECT_TRUE(limit.slow_down(0, kStart + 2 * limits::kRateBackMs)) << "a new slow time";
}

TEST(RateLimit, ItNeverStandsStill) {
  RateLimit limit(100, 100);
  Millis now_ms = kStart;
  for (int i = 0; i < 100; ++i) static_cast<void>(limit.slow_down(0, now_ms += limits::kSlowedMs / 2));
  EXPECT_GE(limit.rate(), 100 / limits::kSlowestShare);
  int hangups = 0;
  for (int i = 0; i < 100; ++i) hangups += limit.take(false, now_ms += 100) ? 1 : 0;
  EXPECT_GT(hangups, 20);
}

}  // namespace
}  // namespace ringfence
