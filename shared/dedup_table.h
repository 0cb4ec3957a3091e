// Two-phase dedup over one preallocated span (shared memory in nginx, a vector in tests).
//
// An id is `claimed` with a lease while its event is handed over, `done` once the event is durable, and gone when the
// hand-over failed. A second copy learns which of these holds and the caller decides; a claim is never a promise.
// Fixed-size entries in buckets; no allocation after format(); every walk is bounded; a process killed between two
// stores leaves a table that still works. The caller holds the lock. Must not know: nginx, clocks, what an id is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/bytes.h"

namespace ringfence {

// The keyed 128-bit hash of scheme, scope and id. Keyed, so that nobody can aim ids at one bucket.
struct DedupKey {
  std::uint64_t high = 0, low = 0;
  bool operator==(const DedupKey&) const = default;
};

struct DedupStats {
  std::uint64_t capacity = 0, entries = 0;  // slots; slots in use, counting those that have expired unseen
  std::uint64_t claims = 0, commits = 0, releases = 0;
  std::uint64_t duplicates = 0, in_flight = 0;  // copies that met a done, or a claimed entry
  std::uint64_t evictions_early = 0;            // done entries that made room before their window was over
  std::uint64_t full = 0;                       // claims refused: every slot of the bucket is claimed
};

enum class ClaimStatus : std::uint8_t { claimed, in_flight, done, full };

// Names one claim. Release does nothing when the slot was meanwhile taken over by somebody else; commit then makes the
// key done wherever it stands: that an event is durable stays true, whoever claimed it since.
struct ClaimToken {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
};

struct ClaimResult {
  ClaimStatus status = ClaimStatus::full;
  ClaimToken token;  // meaningful when status == claimed
};

class DedupTable {
 public:
  // Lays out an empty table in `memory` (aligned to 64 bytes) and stores the 16-byte hash key in it.
  // nullopt: fewer bytes than one bucket.
  [[nodiscard]] static std::optional<DedupTable> format(ByteSpan memory, ByteView hash_key) noexcept;
  // Adopts a table laid out before, in this or another process. nullopt: not a table of this version and size.
  [[nodiscard]] static std::optional<DedupTable> attach(ByteSpan memory) noexcept;

  [[nodiscard]] DedupKey key(std::string_view scope, std::string_view id) const noexcept;

  // Times are milliseconds of a monotonic clock shared by all users of the table.
  // A copy that meets a done entry keeps it for another `keep_ms`, if it would end before: a copy may be younger than
  // the event it is of.
  [[nodiscard]] ClaimResult claim(const DedupKey& key, std::int64_t now_ms, std::int64_t lease_ms,
                                  std::int64_t keep_ms = 0) noexcept;
  void commit(const DedupKey& key, ClaimToken token, std::int64_t now_ms, std::int64_t window_ms) noexcept;
  void release(const DedupKey& key, ClaimToken token) noexcept;

  [[nodiscard]] DedupStats stats() const noexcept;

 private:
  struct Layout;
  explicit DedupTable(Layout* layout) noexcept : layout_(layout) {}
  Layout* layout_;
};

}  // namespace ringfence
