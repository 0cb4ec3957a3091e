// The dedup table: what a second copy learns, when an entry ends, who makes room, and what a stale token cannot do.
#include "shared/dedup_table.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "shared/limits.h"
#include "table_memory.h"

namespace ringfence {
namespace {

using test::kHashKey;
using test::TableMemory;

constexpr std::int64_t kLease = 5'000;
constexpr std::int64_t kWindow = 3'600'000;

class DedupTableTest : public testing::Test {
 protected:
  // One bucket, so that every key meets every other.
  DedupTableTest()
      : memory_(TableMemory::of_buckets(1)), table_(*DedupTable::format(memory_.span(), as_bytes(kHashKey))) {}

  [[nodiscard]] DedupKey key(int id) const { return table_.key("telnyx", std::to_string(id)); }
  ClaimStatus status(int id, std::int64_t now) { return table_.claim(key(id), now, kLease).status; }
  ClaimToken claim(int id, std::int64_t now) {
    const ClaimResult result = table_.claim(key(id), now, kLease);
    EXPECT_EQ(result.status, ClaimStatus::claimed) << id;
    return result.token;
  }
  void finish(int id, std::int64_t now, std::int64_t window = kWindow) {
    table_.commit(key(id), claim(id, now), now, window);
  }

  TableMemory memory_;
  DedupTable table_;
};

TEST_F(DedupTableTest, AnEventIsClaimedThenDone) {
  const ClaimToken token = claim(1, 0);
  EXPECT_EQ(status(1, 1), ClaimStatus::in_flight);
  table_.commit(key(1), token, 2, kWindow);
  EXPECT_EQ(status(1, 3), ClaimStatus::done);
  EXPECT_EQ(status(2, 3), ClaimStatus::claimed) << "another id is not touched";
}

TEST_F(DedupTableTest, AReleasedEventIsNew) {
  table_.release(key(1), claim(1, 0));
  EXPECT_EQ(status(1, 0), ClaimStatus::claimed);
}

TEST_F(DedupTableTest, TheWindowEndsOnTime) {
  finish(1, 1'000);
  EXPECT_EQ(status(1, 1'000 + kWindow - 1), ClaimStatus::done);
  EXPECT_EQ(status(1, 1'000 + kWindow), ClaimStatus::claimed);
}

TEST_F(DedupTableTest, ACopyKeepsTheIdForItsOwnTimeAndNeverShortensIt) {
  constexpr std::int64_t kKeep = 600'000;
  finish(1, 1'000);
  EXPECT_EQ(table_.claim(key(1), 2'000, kLease, kKeep).status, ClaimStatus::done);
  EXPECT_EQ(status(1, 1'000 + kWindow - 1), ClaimStatus::done);
  EXPECT_EQ(table_.claim(key(1), kWindow, kLease, kKeep).status, ClaimStatus::done);
  EXPECT_EQ(status(1, kWindow + kKeep - 1), ClaimStatus::done);
  EXPECT_EQ(status(1, kWindow + kKeep), ClaimStatus::claimed);
}

TEST_F(DedupTableTest, ACopyDoesNotKeepAClaim) {
  claim(1, 0);
  EXPECT_EQ(table_.claim(key(1), 1, kLease, kWindow).status, ClaimStatus::in_flight);
  EXPECT_EQ(status(1, kLease), ClaimStatus::claimed);
}

TEST_F(DedupTableTest, TheLeaseEndsOnTime) {
  claim(1, 1'000);
  EXPECT_EQ(status(1, 1'000 + kLease - 1), ClaimStatus::in_flight);
  EXPECT_EQ(status(1, 1'000 + kLease), ClaimStatus::claimed);
}

TEST_F(DedupTableTest, ALateCommitCountsWhileNobodyTookOver) {
  const ClaimToken token = claim(1, 0);
  table_.commit(key(1), token, kLease + 1'000, kWindow);
  EXPECT_EQ(status(1, kLease + 1'001), ClaimStatus::done);
}

TEST_F(DedupTableTest, AStaleTokenReleasesNothing) {
  const ClaimToken first = claim(1, 0);
  const ClaimToken second = claim(1, kLease);  // the lease of the first is over
  table_.release(key(1), first);
  EXPECT_EQ(status(1, kLease + 1), ClaimStatus::in_flight);
  table_.commit(key(1), second, kLease + 3, kWindow);
  EXPECT_EQ(status(1, kLease + 4), ClaimStatus::done);
  table_.release(key(1), second);
  EXPECT_EQ(status(1, kLease + 5), ClaimStatus::done) << "done cannot be released";
  table_.commit(key(1), second, kLease + 6, 10 * kWindow);
  EXPECT_EQ(status(1, kLease + 3 + kWindow), ClaimStatus::claimed) << "nor prolonged";
}

TEST_F(DedupTableTest, ACommitAfterItsLeaseEndsTheClaimThatTookOver) {
  const ClaimToken first = claim(1, 0);
  const ClaimToken second = claim(1, kLease);
  table_.commit(key(1), first, kLease + 1, kWindow);
  EXPECT_EQ(status(1, kLease + 2), ClaimStatus::done);
  table_.release(key(1), second);
  EXPECT_EQ(status(1, kLease + 3), ClaimStatus::done) << "what is durable stays so when a copy of it fails";
}

TEST_F(DedupTableTest, ACommitAfterItsLeaseCountsWhenTheKeyIsGone) {
  const ClaimToken first = claim(1, 0);
  const ClaimToken second = claim(1, kLease);
  table_.release(key(1), second);
  table_.commit(key(1), first, kLease + 1, kWindow);
  EXPECT_EQ(status(1, kLease + 2), ClaimStatus::done);
  EXPECT_EQ(table_.stats().entries, 1U);
}

TEST_F(DedupTableTest, ALateCommitNeverTakesTheSlotOfAStandingClaim) {
  const ClaimToken late = claim(1, 0);
  for (int id = 2; id < 2 + static_cast<int>(limits::kDedupBucketSlots); ++id) claim(id, kLease);
  table_.commit(key(1), late, kLease + 1, kWindow);
  for (int id = 2; id < 2 + static_cast<int>(limits::kDedupBucketSlots); ++id) {
    EXPECT_EQ(status(id, kLease + 2), ClaimStatus::in_flight) << id;
  }
}

TEST_F(DedupTableTest, ATokenOfAnotherKeyOrOfNowhereReleasesNothing) {
  const ClaimToken one = claim(1, 0);
  claim(2, 0);
  table_.release(key(2), one);
  for (const ClaimToken token :
       {ClaimToken{}, ClaimToken{one.slot, one.generation + 1}, ClaimToken{one.slot + 8, one.generation},
        ClaimToken{std::numeric_limits<std::uint32_t>::max(), one.generation}}) {
    table_.release(key(1), token);
  }
  EXPECT_EQ(status(1, 2), ClaimStatus::in_flight);
  EXPECT_EQ(status(2, 2), ClaimStatus::in_flight);
}

TEST_F(DedupTableTest, TheDoneEntryNearestItsEndMakesRoom) {
  for (int id = 0; id < 8; ++id) finish(id, 100 + (id * 3) % 8);  // ages: 0 3 6 1 4 7 2 5
  EXPECT_EQ(status(8, 200), ClaimStatus::claimed);
  EXPECT_EQ(status(9, 200), ClaimStatus::claimed);
  EXPECT_EQ(table_.stats().evictions_early, 2U);
  for (const int id : {1, 2, 4, 5, 6, 7}) EXPECT_EQ(status(id, 200), ClaimStatus::done) << id;
  EXPECT_EQ(table_.stats().entries, 8U);
}

TEST_F(DedupTableTest, AClaimIsNeverEvicted) {
  for (int id = 0; id < 7; ++id) claim(id, 0);
  finish(7, 0);
  EXPECT_EQ(status(8, 1), ClaimStatus::claimed) << "in the place of the done one";
  EXPECT_EQ(status(9, 1), ClaimStatus::full);
  EXPECT_EQ(status(7, 1), ClaimStatus::full) << "forgotten, and there is no place";
  EXPECT_EQ(table_.stats().full, 2U);
  for (int id = 0; id < 7; ++id) EXPECT_EQ(status(id, 1), ClaimStatus::in_flight) << id;
  EXPECT_EQ(status(9, kLease), ClaimStatus::claimed) << "a lease that is over makes room";
}

TEST_F(DedupTableTest, ExpiredEntriesMakeRoomBeforeLiveOnes) {
  for (int id = 0; id < 4; ++id) finish(id, 0, 100);
  for (int id = 4; id < 8; ++id) finish(id, 0, kWindow);
  for (int id = 8; id < 12; ++id) EXPECT_EQ(status(id, 100), ClaimStatus::claimed);
  EXPECT_EQ(table_.stats().evictions_early, 0U);
  for (int id = 4; id < 8; ++id) EXPECT_EQ(status(id, 100), ClaimStatus::done);
}

TEST_F(DedupTableTest, AKeyNeverStandsInTwoSlots) {
  const ClaimToken first = claim(3, 0);
  for (int id = 0; id < 3; ++id) finish(id, 0, 100);
  table_.release(key(3), first);
  const ClaimToken before = claim(2, 100);  // a free slot comes before its own expired one
  EXPECT_EQ(table_.stats().entries, 3U) << "it used its own";
  EXPECT_NE(before.slot, first.slot);
  table_.release(key(2), before);
  EXPECT_EQ(table_.stats().entries, 2U);
}

TEST_F(DedupTableTest, CountsWhatHappened) {
  const ClaimToken token = claim(1, 0);
  static_cast<void>(status(1, 0));
  table_.commit(key(1), token, 0, kWindow);
  table_.commit(key(1), token, 0, kWindow);
  static_cast<void>(status(1, 0));
  static_cast<void>(status(1, 0));
  table_.release(key(2), claim(2, 0));
  table_.release(key(2), token);
  const DedupStats stats = table_.stats();
  EXPECT_EQ(stats.capacity, 8U);
  EXPECT_EQ(stats.entries, 1U);
  EXPECT_EQ(stats.claims, 2U);
  EXPECT_EQ(stats.commits, 1U);
  EXPECT_EQ(stats.releases, 1U);
  EXPECT_EQ(stats.in_flight, 1U);
  EXPECT_EQ(stats.duplicates, 2U);
  EXPECT_EQ(stats.evictions_early, 0U);
  EXPECT_EQ(stats.full, 0U);
}

TEST_F(DedupTableTest, LongSpansAreCutAndTimesNeverOverflow) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const ClaimResult result = table_.claim(key(1), 0, kMax);
  EXPECT_EQ(status(1, limits::kDedupLeaseMs - 1), ClaimStatus::in_flight);
  table_.commit(key(1), result.token, 0, kMax);
  EXPECT_EQ(status(1, limits::kDedupWindowMs - 1), ClaimStatus::done);
  EXPECT_EQ(status(1, limits::kDedupWindowMs), ClaimStatus::claimed);
  for (const std::int64_t now : {kMax, kMax - 1, std::numeric_limits<std::int64_t>::min(), std::int64_t{-5}}) {
    const ClaimResult claimed = table_.claim(key(2), now, kLease);
    if (claimed.status == ClaimStatus::claimed) table_.commit(key(2), claimed.token, now, kWindow);
  }
  EXPECT_EQ(table_.claim(key(3), 0, -1).status, ClaimStatus::claimed);
  EXPECT_EQ(status(3, 0), ClaimStatus::claimed) << "a negative lease is over at once";
}

// A busy process still believes it is 5 ms earlier than the one that wrote the entry.
TEST_F(DedupTableTest, TheLongestEntriesAreKnownToAProcessWhoseClockLags) {
  finish(1, 1'000, limits::kDedupWindowMs);
  EXPECT_EQ(status(1, 995), ClaimStatus::done);
  EXPECT_EQ(table_.claim(key(2), 1'000, limits::kDedupLeaseMs).status, ClaimStatus::claimed);
  EXPECT_EQ(status(2, 995), ClaimStatus::in_flight);
}

TEST_F(DedupTableTest, AttachSeesWhatAnotherProcessLeft) {
  finish(1, 0);
  const ClaimToken token = claim(2, 0);
  auto other = DedupTable::attach(memory_.span());
  ASSERT_TRUE(other);
  EXPECT_EQ(other->key("telnyx", "1"), key(1)) << "the hash key lives in the table";
  EXPECT_EQ(other->claim(key(1), 1, kLease).status, ClaimStatus::done);
  EXPECT_EQ(other->claim(key(2), 1, kLease).status, ClaimStatus::in_flight);
  other->commit(key(2), token, 1, kWindow);
  EXPECT_EQ(status(2, 2), ClaimStatus::done);
  EXPECT_EQ(other->stats().commits, 2U);
}

TEST(DedupFormat, WantsOneBucketAlignmentAndTheWholeHashKey) {
  const TableMemory memory = TableMemory::of_buckets(3);
  const ByteSpan span = memory.span();
  EXPECT_FALSE(DedupTable::format({}, as_bytes(kHashKey)));
  EXPECT_FALSE(DedupTable::format(span.first(test::kHeadBytes + test::kBucketBytes - 1), as_bytes(kHashKey)));
  EXPECT_FALSE(DedupTable::format(span.subspan(8), as_bytes(kHashKey)));
  EXPECT_FALSE(DedupTable::format(span, as_bytes(kHashKey.substr(1))));
  EXPECT_FALSE(DedupTable::format(span, as_bytes("0123456789abcdefg")));
  const auto table = DedupTable::format(span, as_bytes(kHashKey));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->stats().capacity, 24U);
  EXPECT_EQ(table->stats().entries, 0U);
  EXPECT_EQ(DedupTable::format(span.first(span.size() - 1), as_bytes(kHashKey))->stats().capacity, 16U);
}

TEST(DedupFormat, AttachRefusesWhatIsNotThisTable) {
  const TableMemory memory = TableMemory::of_buckets(3);
  const ByteSpan span = memory.span();
  EXPECT_FALSE(DedupTable::attach(span)) << "garbage";
  std::memset(span.data(), 0, span.size());
  EXPECT_FALSE(DedupTable::attach(span)) << "zeros";
  ASSERT_TRUE(DedupTable::format(span, as_bytes(kHashKey)));
  EXPECT_TRUE(DedupTable::attach(span));
  EXPECT_FALSE(DedupTable::attach(span.first(span.size() - test::kBucketBytes))) << "another size";
  EXPECT_FALSE(DedupTable::attach(span.first(10)));
  EXPECT_FALSE(DedupTable::attach(span.subspan(64)));
  span[0] = static_cast<std::uint8_t>(span[0] ^ 1);
  EXPECT_FALSE(DedupTable::attach(span)) << "another version";
}

TEST(DedupKeyOf, DependsOnScopeIdAndHashKey) {
  const TableMemory memory = TableMemory::of_buckets(1);
  const auto table = DedupTable::format(memory.span(), as_bytes(kHashKey));
  const TableMemory other_memory = TableMemory::of_buckets(1);
  const auto other = DedupTable::format(other_memory.span(), as_bytes("another hash key"));
  ASSERT_TRUE(table && other);
  const DedupKey key = table->key("a", "bc");
  EXPECT_EQ(key, table->key("a", "bc"));
  EXPECT_NE(key, table->key("ab", "c")) << "the border between scope and id counts";
  EXPECT_NE(key, table->key("", "abc"));
  EXPECT_NE(key, table->key("b", "bc"));
  EXPECT_NE(key, other->key("a", "bc"));
  EXPECT_NE(table->key("", ""), table->key("", std::string(1, '\0')));
  EXPECT_NE(table->key("s", std::string(100'000, 'i')), table->key("s", std::string(100'001, 'i')));
}

TEST(DedupSpread, KeysSpreadOverTheBuckets) {
  const TableMemory memory = TableMemory::of_buckets(1'000);
  auto table = DedupTable::format(memory.span(), as_bytes(kHashKey));
  ASSERT_TRUE(table);
  for (int id = 0; id < 4'000; ++id) {  // half full: a bucket of eight overflows seldom
    const DedupKey key = table->key("telnyx", std::to_string(id));
    table->commit(key, table->claim(key, 0, kLease).token, 0, kWindow);
  }
  EXPECT_LT(table->stats().evictions_early, 200U);
  EXPECT_GT(table->stats().entries, 3'800U);
  int done = 0;
  for (int id = 0; id < 4'000; ++id) {
    done += table->claim(table->key("telnyx", std::to_string(id)), 1, 0).status == ClaimStatus::done ? 1 : 0;
  }
  EXPECT_GT(done, 3'600);
}

}  // namespace
}  // namespace ringfence
