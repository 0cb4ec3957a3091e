// A rolling upgrade: a worker and a newer one share a store. What the newer one has written in a form that the older
// one does not know is left to it.
#include <string>

#include "fixture.h"

namespace ringfence::test {
namespace {

// The next version of ringd, seen from its store: it writes format 1000, and reads that and today's.
class NextStore final : public Store {
 public:
  explicit NextStore(FakeStore& store) : store_(store) {}
  void load(const SessionId& session, std::function<void(Result<StoredSession>)> done) override {
    store_.load(session, [done = std::move(done)](Result<StoredSession> stored) {
      if (stored) stored->document = today(std::move(stored->document));
      done(std::move(stored));
    });
  }
  void commit(CommitRequest request, std::function<void(CommitResult)> done) override {
    const std::size_t at = request.document.find(kToday);
    if (at != std::string::npos) request.document.replace(at, kToday.size(), kNext);
    store_.commit(std::move(request), [done = std::move(done)](CommitResult result) {
      result.current.document = today(std::move(result.current.document));
      done(std::move(result));
    });
  }
  void claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                 std::function<void(Result<std::vector<SessionId>>)> done) override {
    store_.claim_due(now_ms, count, claim_ms, std::move(done));
  }
  void ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) override {
    store_.ladder(session, std::move(done));
  }
  void list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) override {
    store_.list(count, std::move(done));
  }
  void list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) override {
    store_.list_rows(std::move(question), std::move(done));
  }
  void put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) override {
    store_.put_directory(std::move(text), std::move(done));
  }
  void get_directory(std::uint64_t known, std::function<void(Result<DirectoryText>)> done) override {
    store_.get_directory(known, std::move(done));
  }
  [[nodiscard]] std::string_view kind() const noexcept override { return "next"; }
  [[nodiscard]] bool ready() const noexcept override { return true; }

 private:
  static constexpr std::string_view kToday = "\"format\":2,", kNext = "\"format\":1000,";
  static std::string today(std::string document) {
    const std::size_t at = document.find(kNext);
    if (at != std::string::npos) document.replace(at, kNext.size(), kToday);
    return document;
  }
  FakeStore& store_;
};

class TwoVersions : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    next = std::make_unique<Worker>(loop, next_store);
    next->engine.start();
    start();
  }
  NextStore next_store{store};
  std::unique_ptr<Worker> next;
};

TEST_F(TwoVersions, TheNewerTakesOverACallOfTheOlderAndTheOlderLeavesItThere) {
  post(incoming("ev-1"));
  loop.run();
  ASSERT_EQ(store.rows["caller-leg"].version, 1u);
  const Answers& first = post(answered("ev-2", 0), *next);
  loop.run();
  expect_only(first, Verdict::accepted);
  const auto row = store.rows["caller-leg"];
  EXPECT_TRUE(row.document.contains("\"format\":1000,"));

  // Its copy is old: the commit conflicts, and what it meets is not for it. Said at once, and nothing is written.
  const Answers& old = post(answered("ev-3", 1));
  loop.run();
  expect_only(old, Verdict::later);
  EXPECT_EQ(store.rows["caller-leg"].document, row.document);
  EXPECT_EQ(store.rows["caller-leg"].version, row.version);
  EXPECT_EQ(worker->engine.stats().of_a_newer, 1u);
  EXPECT_EQ(worker->engine.stats().queue_depth, 0u);
  EXPECT_EQ(worker->log.count("session_of_a_newer"), 1u);
  const Answers& again = post(answered("ev-3", 1), *next);
  loop.run();
  expect_only(again, Verdict::accepted);
}

// Both look at the due index; were the older one always first, the call would be left to nobody.
TEST_F(TwoVersions, WhatIsDueComesToTheNewerAlsoWhenTheOlderClaimedItFirst) {
  post(incoming("ev-1"));
  loop.run();
  post(answered("ev-2", 0), *next);
  loop.run();
  next.reset();  // the newer one restarts, and its calls come due meanwhile
  const std::uint64_t version = store.rows["caller-leg"].version;
  for (int i = 0; i < 100 && worker->engine.stats().of_a_newer == 0; ++i) {
    worker->clock.advance(limits::kDueScanMs);
    loop.run();
  }
  ASSERT_GT(worker->engine.stats().of_a_newer, 0u);
  EXPECT_EQ(store.rows["caller-leg"].version, version);
  const std::size_t scans = store.scans;
  for (Millis passed = 0; passed < limits::kDueClaimMs; passed += limits::kDueScanMs) {
    worker->clock.advance(limits::kDueScanMs);
    loop.run();
  }
  EXPECT_LE(store.scans, scans + 1) << "it leaves the next turn to the others";
}

}  // namespace
}  // namespace ringfence::test
