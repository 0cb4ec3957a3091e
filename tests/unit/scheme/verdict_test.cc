// The tables of verdicts: every reason has a name and an outcome, every outcome a name and a status, and nothing that
// may come again is answered with 2xx.
#include "scheme/verdict.h"

#include <gtest/gtest.h>

#include <set>

namespace ringfence::scheme {
namespace {

template <typename Enum, std::size_t kCount>
void expect_distinct_names() {
  std::set<std::string_view> names;
  for (std::size_t i = 1; i < kCount; ++i) {
    const std::string_view name = name_of(static_cast<Enum>(i));
    SCOPED_TRACE(name);
    EXPECT_FALSE(name.empty()) << i;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
    EXPECT_TRUE(names.insert(name).second);
  }
}

TEST(Verdict, NamesAreDistinct) {
  expect_distinct_names<Outcome, kOutcomes>();
  expect_distinct_names<Reason, kReasons>();
  EXPECT_EQ(name_of(Outcome::none), "");
  EXPECT_EQ(name_of(Reason::none), "");
  EXPECT_EQ(name_of(Outcome::unsigned_), "unsigned");
  EXPECT_EQ(name_of(Reason::sender_has_no_secret), "sender_has_no_secret");
}

TEST(Verdict, EveryReasonHasAnOutcome) {
  EXPECT_EQ(outcome_of(Reason::none), Outcome::none);
  for (std::size_t i = 1; i < kReasons; ++i) {
    EXPECT_NE(outcome_of(static_cast<Reason>(i)), Outcome::none) << name_of(static_cast<Reason>(i));
  }
  EXPECT_EQ(outcome_of(Reason::subrequest), Outcome::unsigned_);
  EXPECT_EQ(outcome_of(Reason::signature_repeated), Outcome::unsigned_);
  EXPECT_EQ(outcome_of(Reason::too_far_ahead), Outcome::stale);
  EXPECT_EQ(outcome_of(Reason::no_key_matches), Outcome::forged);
  EXPECT_EQ(outcome_of(Reason::digest_differs), Outcome::forged);
  EXPECT_EQ(outcome_of(Reason::zone_full), Outcome::unavailable);
  EXPECT_EQ(outcome_of(Reason::client_gone), Outcome::failed);
}

TEST(Verdict, StatusesAreThoseOfTheReadme) {
  const struct {
    Outcome outcome;
    int status;
  } rows[] = {
      {Outcome::none, 500},      {Outcome::accepted, 200},  {Outcome::duplicate, 200},   {Outcome::in_flight, 503},
      {Outcome::malformed, 400}, {Outcome::unsigned_, 403}, {Outcome::forged, 403},      {Outcome::stale, 403},
      {Outcome::method, 405},    {Outcome::too_large, 413}, {Outcome::unsupported, 415}, {Outcome::refused, 400},
      {Outcome::later, 503},     {Outcome::failed, 502},    {Outcome::unavailable, 503},
  };
  EXPECT_EQ(std::size(rows), kOutcomes);
  for (const auto& row : rows) EXPECT_EQ(http_status(row.outcome), row.status) << name_of(row.outcome);
}

TEST(Verdict, WhatMayComeAgainIsNeverAnsweredWithSuccess) {
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const bool is_success = outcome == Outcome::accepted || outcome == Outcome::duplicate;
    EXPECT_EQ(http_status(outcome) < 300, is_success) << name_of(outcome);
    EXPECT_TRUE(!is_retryable(outcome) || http_status(outcome) >= 500) << name_of(outcome);
  }
  EXPECT_TRUE(is_retryable(Outcome::in_flight));
  EXPECT_TRUE(is_retryable(Outcome::later));
  EXPECT_TRUE(is_retryable(Outcome::unavailable));
  EXPECT_TRUE(is_retryable(Outcome::failed));
  EXPECT_FALSE(is_retryable(Outcome::refused));
  EXPECT_FALSE(is_retryable(Outcome::forged));
}

TEST(Verdict, OutcomesAreFoundByName) {
  for (std::size_t i = 1; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    EXPECT_EQ(outcome_named(name_of(outcome)), outcome);
  }
  for (const std::string_view name : {"", "none", "unsigned_", "Forged", "no_key_matches", "count_"}) {
    EXPECT_EQ(outcome_named(name), std::nullopt) << name;
  }
}

TEST(Verdict, ValuesOutOfRangeAreNoVerdict) {
  EXPECT_EQ(http_status(Outcome::count_), 500);
  EXPECT_EQ(name_of(static_cast<Outcome>(255)), "");
  EXPECT_EQ(outcome_of(static_cast<Reason>(255)), Outcome::none);
  EXPECT_FALSE(is_retryable(Outcome::count_));
}

}  // namespace
}  // namespace ringfence::scheme
