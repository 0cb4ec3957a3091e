// See snapshot.h. Counters are read one by one while others write them: each is right, their sum may be a moment off.
#include "nginx_module/observe/snapshot.h"

#include <algorithm>
#include <new>

#include "nginx_module/conf/directives.h"

namespace ringfence::edge {
namespace {

using observe::SchemeNumbers;
using observe::Snapshot;
using observe::ZoneNumbers;

static_assert(kVerifyBuckets_us.size() <= observe::kVerifyBounds);

// nullptr when there is no memory; one element at least, so that this is all nullptr means.
template <class T>
[[nodiscard]] T* pool_array(ngx_pool_t* pool, std::size_t count) noexcept {
  static_assert(std::is_trivially_destructible_v<T>);
  void* memory = ngx_palloc(pool, std::max<std::size_t>(count, 1) * sizeof(T));
  return memory == nullptr ? nullptr : new (memory) T[std::max<std::size_t>(count, 1)]{};
}

bool copy_schemes(ngx_pool_t* pool, const Counters& all, Snapshot& snapshot) noexcept {
  const auto named = [](const SchemeCounters& scheme) { return !name_of(scheme).empty(); };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(all.schemes, named));
  auto* const numbers = pool_array<SchemeNumbers>(pool, count);
  if (numbers == nullptr) return false;
  std::size_t filled = 0;
  for (const SchemeCounters& scheme : all.schemes) {
    if (filled == count || !named(scheme)) continue;
    SchemeNumbers& to = numbers[filled++];
    to.name = name_of(scheme);
    std::ranges::copy(scheme.outcomes, to.outcomes.begin());
    std::ranges::copy(scheme.dry_run, to.dry_run.begin());
    std::ranges::copy(scheme.verify_times, to.verify_times.begin());
    to.verify_ns = scheme.verify_ns;
  }
  snapshot.schemes = {numbers, filled};
  return true;
}

bool copy_zones(ngx_pool_t* pool, const ngx_array_t& declared, Snapshot& snapshot) noexcept {
  auto* const* zones = static_cast<ngx_shm_zone_t* const*>(declared.elts);
  auto* const numbers = pool_array<ZoneNumbers>(pool, declared.nelts);
  if (numbers == nullptr) return false;
  for (ngx_uint_t i = 0; i < declared.nelts; ++i) {
    numbers[i] = {.name = view(zones[i]->shm.name), .bytes = zones[i]->shm.size, .table = stats(zones[i])};
  }
  snapshot.zones = {numbers, declared.nelts};
  return true;
}

}  // namespace

const observe::Snapshot* take_snapshot(ngx_http_request_t* r) noexcept {
  auto* const snapshot = pool_array<Snapshot>(r->pool, 1);
  if (snapshot == nullptr) return nullptr;
  const Counters& all = counters(r);
  if (!copy_schemes(r->pool, all, *snapshot) || !copy_zones(r->pool, main_conf(r).dedup_zones, *snapshot)) {
    return nullptr;
  }
  snapshot->version = RINGFENCE_VERSION;
  snapshot->server_version = NGINX_VERSION;
  snapshot->taken_at = view({ngx_cached_http_time.len, ngx_cached_http_time.data});
  snapshot->verify_bounds_us = kVerifyBuckets_us;
  std::ranges::copy(all.handovers, snapshot->handovers.begin());
  snapshot->frames_sent = all.frames_sent;
  snapshot->bytes_sent = all.bytes_sent;
  snapshot->retries = all.retries;
  snapshot->broken_replies = all.broken_replies;
  snapshot->api_requests = all.api_requests;
  snapshot->log_suppressed = all.log_suppressed;
  return snapshot;
}

}  // namespace ringfence::edge
