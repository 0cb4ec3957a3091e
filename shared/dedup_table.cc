// Two-phase dedup over one span. Used by nginx_module inside its shared memory zone.
// Must not know: nginx, clocks, what an id is. Never allocates.
//
// The memory may have been left by a process killed between any two stores, so nothing read from a slot is trusted:
// an impossible state or expiry makes the slot free. A slot becomes visible by its state, which is written last.
#include "shared/dedup_table.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>

#include "shared/limits.h"

namespace ringfence {
#ifdef RINGFENCE_TEST_HOOKS
void test_hook() noexcept;  // of the test build alone: nginx_module/memory/test_hooks.cc
#endif
namespace {

constexpr std::uint64_t kMagic = 0x3130766275646652;  // "Rfdubv01"
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHashKeyBytes = 16;
// Each process reads its clock once a turn of its loop, so another's entry may seem to end this much later than it
// could: longer than any turn, and far too little for garbage to pass.
constexpr std::int64_t kClocksApartMs = 60'000;

enum class SlotState : std::uint32_t { free = 0, claimed = 1, done = 2 };

struct Slot {
  DedupKey key;
  std::int64_t expiry_ms;
  SlotState state;
  std::uint32_t generation;  // which claim of this slot it is; survives the entry
};
static_assert(sizeof(Slot) == 32);

struct Bucket {
  std::array<Slot, limits::kDedupBucketSlots> slots;
};

// Keeps the compiler and the processor from moving the store that makes a slot visible before those that fill it.
void before_publishing() noexcept {
  std::atomic_thread_fence(std::memory_order_release);
#ifdef RINGFENCE_TEST_HOOKS
  test_hook();
#endif
}

std::int64_t later_by(std::int64_t now_ms, std::int64_t span_ms, std::int64_t max_ms) noexcept {
  const std::int64_t span = std::clamp<std::int64_t>(span_ms, 0, max_ms);
  return now_ms > std::numeric_limits<std::int64_t>::max() - span ? std::numeric_limits<std::int64_t>::max()
                                                                  : now_ms + span;
}

bool is_live(const Slot& slot, std::int64_t now_ms) noexcept {
  const bool claimed = slot.state == SlotState::claimed;
  if (!claimed && slot.state != SlotState::done) return false;
  const std::int64_t longest_ms = claimed ? limits::kDedupLeaseMs : limits::kDedupWindowMs;
  return now_ms < slot.expiry_ms &&
         slot.expiry_ms <= later_by(now_ms, longest_ms + kClocksApartMs, longest_ms + kClocksApartMs);
}

bool is_counted(const Slot& slot) noexcept { return slot.state == SlotState::claimed || slot.state == SlotState::done; }

// The slot a new claim of `key` may use: its own old one, a free one, an expired one, or else the done entry that is
// nearest to its end. nullptr when every slot is claimed.
Slot* slot_for(Bucket& bucket, const DedupKey& key, std::int64_t now_ms, bool& evicts) noexcept {
  Slot* vacant = nullptr;
  Slot* oldest = nullptr;
  for (Slot& slot : bucket.slots) {
    if (!is_live(slot, now_ms)) {
      // An entry's own expired slot first, so that no key ever stands in two slots.
      if (vacant == nullptr || (is_counted(slot) && slot.key == key)) vacant = &slot;
    } else if (slot.state == SlotState::done && (oldest == nullptr || slot.expiry_ms < oldest->expiry_ms)) {
      oldest = &slot;
    }
  }
  evicts = vacant == nullptr;
  return vacant != nullptr ? vacant : oldest;
}

}  // namespace

struct alignas(kAlignment) DedupTable::Layout {
  std::uint64_t magic;
  std::uint64_t bucket_count;
  std::array<std::uint8_t, kHashKeyBytes> hash_key;
  DedupStats stats;

  [[nodiscard]] static std::size_t buckets_in(std::size_t memory_bytes) noexcept {
    if (memory_bytes < sizeof(Layout) + sizeof(Bucket)) return 0;
    // A token names a slot with 32 bits.
    constexpr std::size_t kMaxBuckets = std::numeric_limits<std::uint32_t>::max() / limits::kDedupBucketSlots;
    return std::min((memory_bytes - sizeof(Layout)) / sizeof(Bucket), kMaxBuckets);
  }
  [[nodiscard]] Bucket* buckets() noexcept { return reinterpret_cast<Bucket*>(this + 1); }
  [[nodiscard]] std::uint64_t bucket_of(const DedupKey& key) const noexcept { return key.low % bucket_count; }

  [[nodiscard]] Bucket& bucket_for(const DedupKey& key) noexcept { return buckets()[bucket_of(key)]; }

  [[nodiscard]] Slot* live_slot(const DedupKey& key, std::int64_t now_ms) noexcept {
    for (Slot& slot : bucket_for(key).slots) {
      if (is_live(slot, now_ms) && slot.key == key) return &slot;
    }
    return nullptr;
  }

  // A slot that is now claimed for `key`; nullptr when every one of its bucket is claimed.
  [[nodiscard]] Slot* occupy(const DedupKey& key, std::int64_t now_ms, std::int64_t expiry_ms) noexcept {
    bool evicts = false;
    Slot* slot = slot_for(bucket_for(key), key, now_ms, evicts);
    if (slot == nullptr) return nullptr;
    if (evicts) ++stats.evictions_early;
    if (!is_counted(*slot)) ++stats.entries;
    slot->state = SlotState::free;
    before_publishing();
    slot->key = key;
    slot->expiry_ms = expiry_ms;
    ++slot->generation;
    before_publishing();
    slot->state = SlotState::claimed;
    return slot;
  }

  // The slot a token names while its claim still stands; nullptr when it was taken over, ended or never was.
  [[nodiscard]] Slot* claimed_slot(const DedupKey& key, ClaimToken token) noexcept {
    if (token.slot / limits::kDedupBucketSlots != bucket_of(key)) return nullptr;
    Slot& slot = buckets()[bucket_of(key)].slots[token.slot % limits::kDedupBucketSlots];
    const bool ours = slot.state == SlotState::claimed && slot.generation == token.generation && slot.key == key;
    return ours ? &slot : nullptr;
  }
};

std::optional<DedupTable> DedupTable::format(ByteSpan memory, ByteView hash_key) noexcept {
  const std::size_t bucket_count = Layout::buckets_in(memory.size());
  if (bucket_count == 0 || hash_key.size() != kHashKeyBytes) return std::nullopt;
  if (reinterpret_cast<std::uintptr_t>(memory.data()) % kAlignment != 0) return std::nullopt;
  std::memset(memory.data(), 0, sizeof(Layout) + bucket_count * sizeof(Bucket));
  auto* layout = reinterpret_cast<Layout*>(memory.data());
  layout->bucket_count = bucket_count;
  layout->stats.capacity = bucket_count * limits::kDedupBucketSlots;
  std::memcpy(layout->hash_key.data(), hash_key.data(), kHashKeyBytes);
  before_publishing();
  layout->magic = kMagic;  // a table half laid out is not adopted
  return DedupTable(layout);
}

std::optional<DedupTable> DedupTable::attach(ByteSpan memory) noexcept {
  const std::size_t bucket_count = Layout::buckets_in(memory.size());
  if (bucket_count == 0 || reinterpret_cast<std::uintptr_t>(memory.data()) % kAlignment != 0) return std::nullopt;
  auto* layout = reinterpret_cast<Layout*>(memory.data());
  if (layout->magic != kMagic || layout->bucket_count != bucket_count) return std::nullopt;
  return DedupTable(layout);
}

DedupKey DedupTable::key(std::string_view scope, std::string_view id) const noexcept {
  // SipHash of the id, keyed by SipHash of the scope: of any length without a buffer, and the border between the two
  // counts. Keyed hashes of 128 bits do not collide by chance, and not on purpose without the key.
  using Hash = std::array<std::uint8_t, crypto_shorthash_siphashx24_BYTES>;
  static_assert(crypto_shorthash_siphashx24_KEYBYTES == kHashKeyBytes && std::tuple_size_v<Hash> == kHashKeyBytes);
  Hash scope_hash{};
  crypto_shorthash_siphashx24(scope_hash.data(), as_bytes(scope).data(), scope.size(), layout_->hash_key.data());
  Hash hash{};
  crypto_shorthash_siphashx24(hash.data(), as_bytes(id).data(), id.size(), scope_hash.data());
  ByteReader reader(hash);
  const std::uint64_t high = reader.u64();
  return {high, reader.u64()};
}

ClaimResult DedupTable::claim(const DedupKey& key, std::int64_t now_ms, std::int64_t lease_ms,
                              std::int64_t keep_ms) noexcept {
  DedupStats& stats = layout_->stats;
  if (Slot* slot = layout_->live_slot(key, now_ms); slot != nullptr) {
    const bool done = slot->state == SlotState::done;
    ++(done ? stats.duplicates : stats.in_flight);
    if (done) slot->expiry_ms = std::max(slot->expiry_ms, later_by(now_ms, keep_ms, limits::kDedupWindowMs));
    return {done ? ClaimStatus::done : ClaimStatus::in_flight, {}};
  }
  Slot* slot = layout_->occupy(key, now_ms, later_by(now_ms, lease_ms, limits::kDedupLeaseMs));
  if (slot == nullptr) {
    ++stats.full;
    return {ClaimStatus::full, {}};
  }
  ++stats.claims;
  const auto within = static_cast<std::uint64_t>(slot - layout_->bucket_for(key).slots.data());
  const auto index = static_cast<std::uint32_t>(layout_->bucket_of(key) * limits::kDedupBucketSlots + within);
  return {ClaimStatus::claimed, {index, slot->generation}};
}

void DedupTable::commit(const DedupKey& key, ClaimToken token, std::int64_t now_ms, std::int64_t window_ms) noexcept {
  Slot* slot = layout_->claimed_slot(key, token);
  if (slot == nullptr) {
    // The claim outlived its lease and its slot went to somebody else. The event is durable all the same: whoever
    // claimed it since need not finish, and a copy still to come is one.
    slot = layout_->live_slot(key, now_ms);
    if (slot == nullptr) slot = layout_->occupy(key, now_ms, now_ms);
    if (slot == nullptr || slot->state == SlotState::done) return;
  }
  // Done before it lasts: killed in between, the entry is done for the rest of its lease, which is true.
  slot->state = SlotState::done;
  before_publishing();
  slot->expiry_ms = later_by(now_ms, window_ms, limits::kDedupWindowMs);
  ++layout_->stats.commits;
}

void DedupTable::release(const DedupKey& key, ClaimToken token) noexcept {
  Slot* slot = layout_->claimed_slot(key, token);
  if (slot == nullptr) return;
  slot->state = SlotState::free;
  DedupStats& stats = layout_->stats;
  // A process killed earlier between its two stores may have left the count one short.
  if (stats.entries > 0) --stats.entries;
  ++stats.releases;
}

DedupStats DedupTable::stats() const noexcept { return layout_->stats; }

}  // namespace ringfence
