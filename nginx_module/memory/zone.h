// Shared memory: the dedup tables named by webhook_zone, and the one zone of counters. The table's logic is
// shared/dedup_table; here are its memory, its lock and its life across reloads. Must not know: requests.
#pragma once

#include <optional>

#include "nginx_module/memory/counters.h"
#include "nginx_module/ngx.h"
#include "shared/bytes.h"
#include "shared/dedup_table.h"

namespace ringfence::edge {

// One per configuration; the memory behind it outlives the configuration.
struct Zone {
  ngx_slab_pool_t* pool;
  std::optional<DedupTable> table;
};

// The setter's half: declares "name:size". nullptr after having logged why.
[[nodiscard]] ngx_shm_zone_t* declare_dedup_zone(ngx_conf_t* cf, ngx_str_t& spec);
// A reference by name, possibly before its declaration; is_declared() tells at merge time.
[[nodiscard]] ngx_shm_zone_t* refer_dedup_zone(ngx_conf_t* cf, ngx_str_t& name);
[[nodiscard]] bool is_declared(const ngx_shm_zone_t* zone) noexcept;
// `ready` is called with `owner` when the memory is there, in every cycle, before any process is forked.
using CountersReady = void (*)(void* owner, Counters& counters) noexcept;
[[nodiscard]] ngx_shm_zone_t* declare_counters(ngx_conf_t* cf, void* owner, CountersReady ready);

// The request's half, each under the zone's lock. Times: the monotonic clock all worker processes share.
[[nodiscard]] ClaimResult claim(ngx_shm_zone_t* zone, const DedupKey& key, std::int64_t lease_ms,
                                std::int64_t keep_ms) noexcept;
void commit(ngx_shm_zone_t* zone, const DedupKey& key, ClaimToken token, std::int64_t window_ms) noexcept;
void release(ngx_shm_zone_t* zone, const DedupKey& key, ClaimToken token) noexcept;
[[nodiscard]] DedupStats stats(ngx_shm_zone_t* zone) noexcept;
// All that makes two ids the same. Two signers never share one: who may sign for one account cannot make another's
// events look like duplicates.
struct EventName {
  std::string_view scheme;
  ByteView signer;  // Key::fingerprint
  std::string_view scope;
  std::string_view id;
  ByteView content;  // Event::content
};
[[nodiscard]] DedupKey key_of(ngx_shm_zone_t* zone, const EventName& name) noexcept;
[[nodiscard]] Counters& counters(ngx_shm_zone_t* zone) noexcept;

}  // namespace ringfence::edge
