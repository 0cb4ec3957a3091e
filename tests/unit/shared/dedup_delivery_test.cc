// What a provider sees of the dedup table: 10,000 random schedules of deliveries that are slow, refused, cut off or
// killed in the middle. The edge around the table is played as the gate does it; time is counted, nobody waits.
// Held: nothing is answered 2xx before some copy was durable, and whatever is answered 2xx once stays done.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "seeded.h"
#include "shared/dedup_table.h"
#include "table_memory.h"

namespace ringfence {
namespace {

using test::kHashKey;
using test::Seeded;
using test::TableMemory;

constexpr std::int64_t kLease_ms = 100;
constexpr std::int64_t kWindow_ms = 1'000'000;

enum class Fate : std::uint8_t { accepted, refused, aborted, killed };

// A delivery that holds a claim: when it ends, how, and whether the backend has made the event durable by then.
struct Delivery {
  std::int64_t ends_ms;
  int event;
  Fate fate;
  bool durable;
  ClaimToken token;
};

class Provider {
 public:
  Provider(std::uint64_t seed, DedupTable table) : seeded_(seed), table_(table) {}

  void play() {
    events_ = 1 + static_cast<int>(seeded_.below(12));
    for (int copy = 0; copy < 40; ++copy) {
      now_ms_ += static_cast<std::int64_t>(seeded_.below(60));
      end_what_is_due();
      deliver(static_cast<int>(seeded_.below(static_cast<std::size_t>(events_))), any_fate());
    }
    // The provider goes on until each is answered 2xx, as providers do; no claim may stand in its way for ever.
    for (int event = 0; event < events_; ++event) {
      int tries = 0;
      while (!answered_.contains(event) && tries++ < 5) {
        now_ms_ += 2 * kLease_ms;
        end_what_is_due();
        deliver(event, Fate::accepted);
        now_ms_ += 2 * kLease_ms;
        end_what_is_due();
      }
      EXPECT_TRUE(answered_.contains(event)) << "event " << event << " is never taken";
    }
    EXPECT_TRUE(std::ranges::includes(durable_, answered_)) << "answered 2xx and lost";
  }

 private:
  Fate any_fate() { return static_cast<Fate>(seeded_.below(4)); }
  [[nodiscard]] DedupKey key_of(int event) const { return table_.key("scope", std::to_string(event)); }

  void deliver(int event, Fate fate) {
    const ClaimResult result = table_.claim(key_of(event), now_ms_, kLease_ms);
    if (result.status == ClaimStatus::done) {
      EXPECT_TRUE(durable_.contains(event)) << "a copy was answered 2xx before any was durable";
      answered_.insert(event);
      return;
    }
    EXPECT_FALSE(answered_.contains(event) && result.status == ClaimStatus::in_flight)
        << "an event that was answered 2xx is in flight again";
    if (result.status != ClaimStatus::claimed) return;  // 503: it comes again
    EXPECT_FALSE(answered_.contains(event)) << "an event that was answered 2xx is handed over again";
    // A backend may be slower than the lease, and may have stored what it could not answer any more.
    const std::int64_t ends_ms = now_ms_ + static_cast<std::int64_t>(seeded_.below(2 * kLease_ms));
    const bool durable = fate == Fate::accepted || (fate != Fate::refused && seeded_.one_in(2));
    open_.push_back({ends_ms, event, fate, durable, result.token});
  }

  void end_what_is_due() {
    std::ranges::sort(open_, {}, &Delivery::ends_ms);
    const auto due = std::ranges::find_if(open_, [&](const Delivery& one) { return one.ends_ms > now_ms_; });
    for (auto one = open_.begin(); one != due; ++one) end(*one);
    open_.erase(open_.begin(), due);
  }

  void end(const Delivery& one) {
    if (one.durable) durable_.insert(one.event);
    if (one.fate == Fate::killed) return;  // its lease has to run out
    if (one.fate == Fate::accepted) {
      table_.commit(key_of(one.event), one.token, one.ends_ms, kWindow_ms);
      answered_.insert(one.event);
    } else {
      table_.release(key_of(one.event), one.token);
    }
  }

  Seeded seeded_;
  DedupTable table_;
  std::int64_t now_ms_ = 1000;
  int events_ = 1;
  std::vector<Delivery> open_;
  std::set<int> durable_, answered_;
};

TEST(DedupDelivery, TenThousandSchedulesLoseNothingAndPromiseNothing) {
  const TableMemory memory = TableMemory::of_buckets(4);
  for (std::uint64_t seed = 1; seed <= 10'000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Provider(seed, *DedupTable::format(memory.span(), as_bytes(kHashKey))).play();
  }
}

}  // namespace
}  // namespace ringfence
