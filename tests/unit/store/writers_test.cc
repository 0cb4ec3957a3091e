// Several writers, stale versions, repeated events: ten thousand commits against a model of what may be true
// afterwards.
#include <map>
#include <random>
#include <set>

#include "backend.h"

namespace ringfence::test {
namespace {

class StoreWriters : public StoreTest {};
INSTANTIATE_TEST_SUITE_P(Both, StoreWriters, testing::Values("embedded", "redis"), backend_name);
INSTANTIATE_TEST_SUITE_P(Cluster, StoreWriters, testing::Values("cluster"), backend_name);

struct Written {
  std::string event;
  std::string document;
};

// What the answers claim; checked against each other and against the store at the end.
struct Claims {
  std::map<std::uint64_t, Written> committed;  // by version
  std::set<std::string> duplicates;
  std::map<std::uint64_t, std::string> seen;  // documents that conflicts brought
};

TEST_P(StoreWriters, TenThousandInterleavedCommitsAgreeWithTheModel) {
  constexpr std::size_t kWriters = 4;
  constexpr std::size_t kSessions = 25;
  constexpr int kCommits = 10'000;
  std::mt19937 random(20261121);
  std::vector<Claims> claims(kSessions);
  std::vector<std::vector<std::uint64_t>> known(kWriters, std::vector<std::uint64_t>(kSessions, 0));
  int sent = 0;
  int answered = 0;
  for (std::size_t writer = 0; writer < kWriters; ++writer) static_cast<void>(worker(writer));

  const auto send_one = [&] {
    const std::size_t writer = random() % kWriters;
    const std::size_t session = random() % kSessions;
    const std::uint64_t expected = known[writer][session];
    const std::string event = "e" + std::to_string(random() % 600);  // often one that was applied before
    const std::string document = "doc " + std::to_string(sent++);
    auto step = request("s" + std::to_string(session), expected, event, document);
    step.ladder_line = document;
    worker(writer).commit(step, [&, writer, session, expected, event, document](CommitResult result) {
      ++answered;
      Claims& claim = claims[session];
      ASSERT_NE(result.status, CommitStatus::unknown);
      known[writer][session] = result.version;
      if (result.status == CommitStatus::committed) {
        EXPECT_EQ(result.version, expected + 1);
        EXPECT_TRUE(claim.committed.emplace(result.version, Written{event, document}).second) << "two winners";
      } else if (result.status == CommitStatus::duplicate) {
        claim.duplicates.insert(event);
      } else {
        EXPECT_NE(result.current.version, expected);
        EXPECT_EQ(result.version, result.current.version);
        if (result.current.version != 0) claim.seen[result.current.version] = result.current.document;
      }
    });
  };
  while (sent < kCommits) {
    ASSERT_TRUE(bench_.run_until([&] { return sent - answered < 64; }));
    for (auto burst = 1 + random() % 16; burst > 0 && sent < kCommits; --burst) send_one();
  }
  ASSERT_TRUE(bench_.run_until([&] { return answered == kCommits; }));

  std::size_t conflicts = 0;
  std::size_t duplicates = 0;
  for (std::size_t session = 0; session < kSessions; ++session) {
    const Claims& claim = claims[session];
    const std::string name = "s" + std::to_string(session);
    ASSERT_FALSE(claim.committed.empty());
    EXPECT_EQ(claim.committed.rbegin()->first, claim.committed.size()) << "a version is missing";
    std::set<std::string> events;
    std::vector<std::string> lines;
    for (const auto& [version, written] : claim.committed) {
      EXPECT_TRUE(events.insert(written.event).second) << written.event << " was applied twice";
      lines.push_back(written.document);
    }
    for (const auto& event : claim.duplicates) EXPECT_TRUE(events.contains(event)) << event << " was never applied";
    for (const auto& [version, document] : claim.seen) EXPECT_EQ(claim.committed.at(version).document, document);
    const auto loaded = bench_.load(store(), name);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->version, claim.committed.size());
    EXPECT_EQ(loaded->document, lines.back());
    EXPECT_EQ(*bench_.ladder(store(), name), lines);
    conflicts += claim.seen.size();
    duplicates += claim.duplicates.size();
  }
  EXPECT_GT(conflicts, 100U) << "the test did not interleave";
  EXPECT_GT(duplicates, 100U) << "the test did not repeat events";
}

}  // namespace
}  // namespace ringfence::test
