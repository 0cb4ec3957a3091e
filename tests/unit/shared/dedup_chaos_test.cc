// The dedup table against a plain model, against garbage in its slots, and against processes killed in the middle.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <vector>

#include "seeded.h"
#include "shared/dedup_table.h"
#include "shared/limits.h"
#include "table_memory.h"

namespace ringfence {
namespace {

using test::kHashKey;
using test::Seeded;
using test::TableMemory;

// What the table promises, said with a map. Covers one bucket of keys.
class Model {
 public:
  struct Entry {
    bool done = false;
    std::int64_t expiry_ms = 0;
    int claim = 0;  // which claim it came from
  };

  ClaimStatus claim(int id, std::int64_t now, std::int64_t lease, int number) {
    std::erase_if(entries_, [now](const auto& item) { return item.second.expiry_ms <= now; });
    if (const auto found = entries_.find(id); found != entries_.end()) {
      return found->second.done ? ClaimStatus::done : ClaimStatus::in_flight;
    }
    if (entries_.size() == limits::kDedupBucketSlots) {
      auto oldest = entries_.end();
      for (auto at = entries_.begin(); at != entries_.end(); ++at) {
        if (at->second.done && (oldest == entries_.end() || at->second.expiry_ms < oldest->second.expiry_ms))
          oldest = at;
      }
      if (oldest == entries_.end()) return ClaimStatus::full;
      entries_.erase(oldest);
    }
    entries_[id] = {false, now + lease, number};
    return ClaimStatus::claimed;
  }
  // The standing claim of that number, if its lease is not over.
  Entry* claimed(int id, std::int64_t now, int number) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.done || found->second.claim != number) return nullptr;
    return found->second.expiry_ms > now ? &found->second : nullptr;
  }
  void erase(int id) { entries_.erase(id); }

 private:
  std::map<int, Entry> entries_;
};

struct OpenClaim {
  int id;
  int number;
  ClaimToken token;
};

void run_schedule(std::uint64_t seed, DedupTable table) {
  Seeded seeded(seed);
  Model model;
  std::vector<OpenClaim> open;
  const std::int64_t lease = 1 + static_cast<std::int64_t>(seeded.below(200));
  const std::int64_t window = 1 + static_cast<std::int64_t>(seeded.below(400));
  const std::size_t ids = 4 + seeded.below(16);
  std::int64_t now = static_cast<std::int64_t>(seeded.below(1'000'000));
  for (int step = 0; step < 60; ++step) {
    now += 1 + static_cast<std::int64_t>(seeded.below(20));  // no two entries end at one time, so the model has no ties
    if (open.empty() || !seeded.one_in(3)) {
      const int id = static_cast<int>(seeded.below(ids));
      const ClaimResult result = table.claim(table.key("s", std::to_string(id)), now, lease);
      ASSERT_EQ(result.status, model.claim(id, now, lease, step)) << "seed " << seed << " step " << step;
      if (result.status == ClaimStatus::claimed) open.push_back({id, step, result.token});
      continue;
    }
    const std::size_t which = seeded.below(open.size());
    const OpenClaim claim = open[which];
    if (seeded.below(4) > 0) open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));  // else it is used again
    Model::Entry* entry = model.claimed(claim.id, now, claim.number);
    const DedupKey key = table.key("s", std::to_string(claim.id));
    if (seeded.one_in(3)) {
      table.release(key, claim.token);
      if (entry != nullptr) model.erase(claim.id);
    } else if (entry != nullptr) {  // a commit after the lease may or may not count; dedup_table_test.cc has those
      table.commit(key, claim.token, now, window);
      *entry = {true, now + window, claim.number};
    }
  }
  EXPECT_LE(table.stats().entries, table.stats().capacity);
}

TEST(DedupModel, TenThousandSchedulesAgree) {
  const TableMemory memory = TableMemory::of_buckets(1);
  for (std::uint64_t seed = 1; seed <= 10'000 && !testing::Test::HasFailure(); ++seed) {
    run_schedule(seed, *DedupTable::format(memory.span(), as_bytes(kHashKey)));
  }
}

// Whatever stands in the slots: no call hangs, crashes or writes elsewhere, and the table is whole again later.
TEST(DedupGarbage, AnyBytesInTheSlotsAreSurvived) {
  Seeded seeded(9);
  const TableMemory memory = TableMemory::of_buckets(4);
  for (int round = 0; round < 2'000; ++round) {
    auto table = DedupTable::format(memory.span(), as_bytes(kHashKey));
    ASSERT_TRUE(table);
    const ByteSpan slots = memory.slots();
    for (std::size_t at = 0; at < slots.size(); at += 8) {
      const std::uint64_t word = seeded.one_in(2) ? seeded.below(4) : seeded.any();
      std::memcpy(slots.data() + at, &word, 8);
    }
    for (int step = 0; step < 40; ++step) {
      const DedupKey key = table->key("s", std::to_string(seeded.below(50)));
      const ClaimResult result = table->claim(key, step, 100);
      if (result.status == ClaimStatus::claimed && seeded.one_in(2)) table->commit(key, result.token, step, 100);
      const ClaimToken wild{static_cast<std::uint32_t>(seeded.any()), static_cast<std::uint32_t>(seeded.below(4))};
      table->commit(key, wild, step, 100);
      table->release(key, wild);
    }
    const std::int64_t later = limits::kDedupWindowMs + 61'000;
    for (int id = 0; id < 8; ++id) {
      const DedupKey key = table->key("fresh", std::to_string(id));
      const ClaimResult result = table->claim(key, later, 100);
      ASSERT_EQ(result.status, ClaimStatus::claimed) << round;
      table->commit(key, result.token, later, 100);
      ASSERT_EQ(table->claim(key, later + 1, 100).status, ClaimStatus::done) << round;
    }
  }
}

// An entry whose end lies further off than any window or lease reaches is garbage and blocks nothing.
TEST(DedupGarbage, AnEntryThatNeverEndsDoesNotBlockItsSlot) {
  const TableMemory memory = TableMemory::of_buckets(1);
  auto table = DedupTable::format(memory.span(), as_bytes(kHashKey));
  ASSERT_TRUE(table);
  for (int id = 0; id < 8; ++id) {
    ASSERT_EQ(table->claim(table->key("s", std::to_string(id)), 0, 1'000).status, ClaimStatus::claimed);
  }
  ASSERT_EQ(table->claim(table->key("s", "8"), 1, 1'000).status, ClaimStatus::full);
  const std::int64_t never = INT64_MAX;
  std::memcpy(memory.slots().data() + 16, &never, sizeof never);  // the first slot's expiry
  EXPECT_EQ(table->claim(table->key("s", "8"), 1, 1'000).status, ClaimStatus::claimed);
}

// A process claims and commits in shared memory and is killed wherever it happens to be; another goes on.
TEST(DedupKilled, ATableLeftByAKilledProcessStillWorks) {
  struct Shared {
    std::atomic<int> committed;  // ids below this one are surely done
    alignas(64) std::uint8_t memory[test::kHeadBytes + 512 * test::kBucketBytes];
  };
  void* mapping = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(mapping, MAP_FAILED);
  auto* shared = static_cast<Shared*>(mapping);
  constexpr int kIds = 800;  // of 4096 slots, so that no bucket overflows
  Seeded seeded(10);
  for (int round = 0; round < 30; ++round) {
    auto table = DedupTable::format(shared->memory, as_bytes(kHashKey));
    ASSERT_TRUE(table);
    shared->committed = 0;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (int id = 0;; id = (id + 1) % kIds) {
        const DedupKey key = table->key("s", std::to_string(id));
        const ClaimResult result = table->claim(key, 0, 1'000);
        table->release(key, result.token);
        table->commit(key, table->claim(key, 0, 1'000).token, 0, 1'000);
        if (id >= shared->committed) shared->committed = id + 1;
      }
    }
    const int until = static_cast<int>(seeded.below(kIds - 1)) + 1;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (shared->committed < until && std::chrono::steady_clock::now() < deadline) usleep(10);
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself";
    ASSERT_GE(shared->committed, until);
    auto survivor = DedupTable::attach(shared->memory);
    ASSERT_TRUE(survivor);
    for (int id = 0; id < shared->committed; ++id) {
      ASSERT_EQ(survivor->claim(survivor->key("s", std::to_string(id)), 1, 1'000).status, ClaimStatus::done) << id;
    }
    for (int id = 0; id < 200; ++id) {
      const DedupKey key = survivor->key("fresh", std::to_string(id));
      const ClaimResult result = survivor->claim(key, 1'000, 1'000);
      ASSERT_EQ(result.status, ClaimStatus::claimed);
      survivor->commit(key, result.token, 1'000, 1'000);
      ASSERT_EQ(survivor->claim(key, 1'001, 1'000).status, ClaimStatus::done);
    }
  }
  munmap(mapping, sizeof(Shared));
}

}  // namespace
}  // namespace ringfence
