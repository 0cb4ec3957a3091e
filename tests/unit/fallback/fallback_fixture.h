// A fallback between two stores in memory, in virtual time.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fallback/fallback_store.h"
#include "shared/limits.h"
#include "support/fake_clock.h"
#include "support/fake_log.h"
#include "support/fake_store.h"

namespace ringfence::test {

inline constexpr Millis kFarMs = 4'000'000'000'000;

class FallbackTest : public testing::Test {
 protected:
  void SetUp() override { begin(FallbackPolicy::new_calls); }

  // A start of the process, also after a crash: what was under way is gone.
  void begin(FallbackPolicy policy, const std::string& worker = "this") {
    store.reset();
    loop.forget_all();
    fleet.forget_held();
    local.forget_held();
    for (FakeStore* one : {&fleet, &local}) one->hold_answers = one->hold_commits = one->hold_loads = false;
    store = std::make_unique<FallbackStore>(FallbackParts{fleet, local, clock, log}, FallbackOptions{policy, worker},
                                            [this](const std::string& who) { refused.push_back(who); });
    store->start();
    clock.advance(50);
  }

  // Time, with the due scan that every engine does.
  void pass(Millis span_ms) {
    for (Millis left = span_ms; left > 0; left -= 250) {
      store->claim_due(clock.now_ms(), 10, 2000, [](const auto&) {});
      clock.advance(std::min<Millis>(left, 250));
    }
  }
  void lose_the_fleet() {
    fleet.away = true;
    pass(2000);
    ASSERT_TRUE(store->stats().away);
  }
  void fleet_returns() {
    fleet.away = false;
    pass(8000);
    ASSERT_FALSE(store->stats().away);
  }

  // The fleet's store is back, and the first session on its way home has not read its journal yet.
  void stop_at_the_door() {
    local.hold_loads = true;
    fleet_returns();
    ASSERT_EQ(local.held(), 1u);
  }
  void open_the_door() {
    local.hold_loads = false;
    local.release();
    loop.run();
  }

  static CommitRequest request(const std::string& session, std::uint64_t version, const std::string& event,
                               const std::string& document = "doc") {
    CommitRequest request;
    request.session = SessionId{session};
    request.expected_version = version;
    request.event = EventId{event};
    request.document = document;
    request.due_ms = kFarMs + static_cast<Millis>(version);  // not claimed in passing
    request.ttl_ms = 60'000;
    request.ladder_line = "line of " + event;
    return request;
  }
  CommitResult commit(const CommitRequest& request) {
    std::optional<CommitResult> result;
    store->commit(request, [&result](const CommitResult& answer) { result = answer; });
    clock.advance(10);
    EXPECT_TRUE(result) << "no answer";
    return result.value_or(CommitResult{});
  }
  Result<StoredSession> load(const std::string& session) {
    std::optional<Result<StoredSession>> result;
    store->load(SessionId{session}, [&result](Result<StoredSession> answer) { result = std::move(answer); });
    clock.advance(10);
    return result ? *result : fail(ErrorCode::internal, "no answer");
  }
  Result<StoredSession> load_to_begin(const std::string& session, int attempt = 1, Millis occurred_ms = 0) {
    std::optional<Result<StoredSession>> result;
    store->load_to_begin(SessionId{session}, {.occurred_ms = occurred_ms, .attempt = attempt},
                         [&result](Result<StoredSession> answer) { result = std::move(answer); });
    clock.advance(10);
    return result ? *result : fail(ErrorCode::internal, "no answer");
  }
  // A call of `events` commits that begins here.
  void begin_here(const std::string& session, std::uint64_t events) {
    const auto loaded = load_to_begin(session);
    ASSERT_TRUE(loaded) << loaded.error().text;
    ASSERT_TRUE(loaded->begins_here);
    for (std::uint64_t i = 0; i < events; ++i) {
      const auto done = commit(request(session, i, "e" + std::to_string(i), "doc" + std::to_string(i + 1)));
      ASSERT_EQ(done.status, CommitStatus::committed);
      ASSERT_EQ(done.version, i + 1);
    }
  }
  // As if the fleet's store had never been away.
  void expect_home(const std::string& session, std::uint64_t events) {
    const FakeStore::Row& row = fleet.rows[session];
    EXPECT_EQ(row.version, events);
    EXPECT_EQ(row.document, "doc" + std::to_string(events));
    EXPECT_EQ(row.due_ms, kFarMs + static_cast<Millis>(events) - 1);
    EXPECT_EQ(row.ttl_ms, 60'000);
    std::vector<std::string> lines;
    for (std::uint64_t i = 0; i < events; ++i) {
      lines.push_back("line of e" + std::to_string(i));
      EXPECT_TRUE(row.applied.contains("e" + std::to_string(i)));
    }
    EXPECT_EQ(row.ladder, lines);
    EXPECT_FALSE(local.rows.contains(session)) << "it is still here";
    EXPECT_EQ(store->stats().here, 0u);
  }

  FakeLoop loop;
  FakeStore fleet{loop}, local{loop};
  FakeClock clock{loop};
  FakeLog log;
  std::vector<std::string> refused;
  std::unique_ptr<FallbackStore> store;
};

}  // namespace ringfence::test
