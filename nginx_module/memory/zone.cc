// See zone.h. The whole zone becomes one slab block at its first use; nothing is allocated in it afterwards.
#include "nginx_module/memory/zone.h"

#include <sodium.h>

#include <new>

#include "nginx_module/conf/notices.h"

#ifdef RINGFENCE_TEST_HOOKS
namespace ringfence {
void test_hook() noexcept;
}
#endif

namespace ringfence::edge {
namespace {

// Small enough for a test, large enough for a table of a few hundred entries beside the slab's own bookkeeping.
constexpr ssize_t kLeastZoneBytes = 64 * 1024;
constexpr std::size_t kCountersZoneBytes = 64 * 1024;
// Not a name webhook_zone can give: a colon ends those.
constexpr std::string_view kCountersName = "webhook:counters";

Zone& zone_of(const ngx_shm_zone_t* shm) noexcept { return *static_cast<Zone*>(shm->data); }

// Holds the slab's mutex: if a worker process dies inside, the master unlocks that one, and only that one.
class Lock {
 public:
  explicit Lock(Zone& zone) noexcept : mutex_(&zone.pool->mutex) {
    ngx_shmtx_lock(mutex_);
    hook();
  }
  ~Lock() {
    hook();
    ngx_shmtx_unlock(mutex_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  static void hook() noexcept {
#ifdef RINGFENCE_TEST_HOOKS
    test_hook();
#endif
  }
  ngx_shmtx_t* mutex_;
};

std::int64_t now_ms() noexcept { return static_cast<std::int64_t>(ngx_current_msec); }

// nginx gives a zone whose size changed new memory and says nothing; an operator should know what was forgotten.
void tell_reset(const ngx_shm_zone_t* shm) {
  const auto* cycle = const_cast<const ngx_cycle_t*>(ngx_cycle);
  if (cycle == nullptr) return;
  for (const ngx_list_part_t* part = &cycle->shared_memory.part; part != nullptr; part = part->next) {
    const auto* zones = static_cast<const ngx_shm_zone_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (zones[i].tag == shm->tag && view(zones[i].shm.name) == view(shm->shm.name)) {
        ngx_log_error(NGX_LOG_NOTICE, shm->shm.log, 0,
                      "dedup memory of webhook_zone \"%V\" was reset: its size changed from %uz to %uz", &shm->shm.name,
                      zones[i].shm.size, shm->shm.size);
      }
    }
  }
}

void tell_capacity(const ngx_shm_zone_t* shm, const DedupTable& table) noexcept {
  u_char text[512];
  const u_char* end = ngx_slprintf(text, text + sizeof text, "webhook_zone \"%V\": %uz bytes, room for %uL ids",
                                   &shm->shm.name, shm->shm.size, table.stats().capacity);
  tell(shm->shm.log, {reinterpret_cast<const char*>(text), static_cast<std::size_t>(end - text)});
}

ngx_int_t init_dedup(ngx_shm_zone_t* shm, void* previous) noexcept {
  Zone& zone = zone_of(shm);
  zone.pool = reinterpret_cast<ngx_slab_pool_t*>(shm->shm.addr);
  if (previous != nullptr) {
    zone.table = static_cast<Zone*>(previous)->table;
    tell_capacity(shm, *zone.table);
    return NGX_OK;
  }
  tell_reset(shm);
  zone.pool->log_nomem = 0;
  const std::size_t table_bytes = zone.pool->pfree * ngx_pagesize;
  void* memory = ngx_slab_alloc(zone.pool, table_bytes);
  if (memory == nullptr) return NGX_ERROR;
  std::uint8_t hash_key[16];
  randombytes_buf(hash_key, sizeof hash_key);
  zone.table = DedupTable::format({static_cast<std::uint8_t*>(memory), table_bytes}, {hash_key, sizeof hash_key});
  sodium_memzero(hash_key, sizeof hash_key);
  if (!zone.table) return NGX_ERROR;
  tell_capacity(shm, *zone.table);
  return NGX_OK;
}

// What the configuration wants of the counters once they are there; data of the zone until then.
struct Waiting {
  void* owner;
  CountersReady ready;
};

ngx_int_t init_counters(ngx_shm_zone_t* shm, void* previous) noexcept {
  static_assert(sizeof(Counters) < kCountersZoneBytes / 2, "the slab keeps some of the zone for itself");
  const Waiting waiting = *static_cast<const Waiting*>(shm->data);
  shm->data = previous != nullptr
                  ? previous
                  : ngx_slab_calloc(reinterpret_cast<ngx_slab_pool_t*>(shm->shm.addr), sizeof(Counters));
  if (shm->data == nullptr) return NGX_ERROR;
  waiting.ready(waiting.owner, *static_cast<Counters*>(shm->data));
  return NGX_OK;
}

}  // namespace

ngx_shm_zone_t* declare_dedup_zone(ngx_conf_t* cf, ngx_str_t& spec) {
  const std::string_view text = view(spec);
  const std::size_t colon = text.find(':');
  ngx_str_t size_text{};
  if (colon != std::string_view::npos) size_text = ngx_text(text.substr(colon + 1));
  const ssize_t size = size_text.len == 0 ? NGX_ERROR : ngx_parse_size(&size_text);
  // "zone=calls:1m", as other modules have it, would be a zone of the name "zone=calls".
  if (colon == 0 || size < 0 || text.substr(0, colon).contains('=')) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_zone\" needs <name>:<size>, not \"%V\"", &spec);
    return nullptr;
  }
  if (size < kLeastZoneBytes) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_zone\" \"%V\" is too small, give it 64k or more", &spec);
    return nullptr;
  }
  ngx_str_t name = ngx_text(text.substr(0, colon));
  ngx_shm_zone_t* shm = ngx_shared_memory_add(cf, &name, static_cast<std::size_t>(size), &ngx_http_webhook_module);
  if (shm == nullptr) return nullptr;
  if (shm->data != nullptr) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_zone\" \"%V\" is duplicate", &name);
    return nullptr;
  }
  auto* memory = ngx_pcalloc(cf->pool, sizeof(Zone));
  if (memory == nullptr) return nullptr;
  static_assert(std::is_trivially_destructible_v<Zone>);
  shm->data = new (memory) Zone{};
  shm->init = init_dedup;
  return shm;
}

ngx_shm_zone_t* refer_dedup_zone(ngx_conf_t* cf, ngx_str_t& name) {
  return ngx_shared_memory_add(cf, &name, 0, &ngx_http_webhook_module);
}

// By what it is initialised with, since the counters are a zone of ours, too.
bool is_declared(const ngx_shm_zone_t* zone) noexcept { return zone->init == init_dedup; }

ngx_shm_zone_t* declare_counters(ngx_conf_t* cf, void* owner, CountersReady ready) {
  ngx_str_t name = ngx_text(kCountersName);
  auto* waiting = pool_new<Waiting>(cf->pool);
  if (waiting == nullptr) return nullptr;
  *waiting = {owner, ready};
  ngx_shm_zone_t* shm = ngx_shared_memory_add(cf, &name, kCountersZoneBytes, &ngx_http_webhook_module);
  if (shm == nullptr) return nullptr;
  shm->init = init_counters;
  shm->data = waiting;
  return shm;
}

ClaimResult claim(ngx_shm_zone_t* zone, const DedupKey& key, std::int64_t lease_ms, std::int64_t keep_ms) noexcept {
  const Lock lock(zone_of(zone));
  return zone_of(zone).table->claim(key, now_ms(), lease_ms, keep_ms);
}

void commit(ngx_shm_zone_t* zone, const DedupKey& key, ClaimToken token, std::int64_t window_ms) noexcept {
  const Lock lock(zone_of(zone));
  zone_of(zone).table->commit(key, token, now_ms(), window_ms);
}

void release(ngx_shm_zone_t* zone, const DedupKey& key, ClaimToken token) noexcept {
  const Lock lock(zone_of(zone));
  zone_of(zone).table->release(key, token);
}

DedupStats stats(ngx_shm_zone_t* zone) noexcept {
  const Lock lock(zone_of(zone));
  return zone_of(zone).table->stats();
}

DedupKey key_of(ngx_shm_zone_t* zone, const EventName& name) noexcept {
  const DedupTable& table = *zone_of(zone).table;
  const DedupKey event = table.key(name.scope, name.id);
  const DedupKey content = name.content.empty() ? DedupKey{} : table.key({}, as_text(name.content));
  // What is of a known length first, so that no two realms write the same bytes.
  std::array<std::uint8_t, 128> realm{};
  ByteWriter writer(realm);
  writer.u64(event.high);
  writer.u64(event.low);
  writer.put(name.signer);
  writer.u64(content.high);
  writer.u64(content.low);
  return table.key(as_text(ByteView(realm).first(writer.written())), name.scheme);
}

Counters& counters(ngx_shm_zone_t* zone) noexcept { return *static_cast<Counters*>(zone->data); }

}  // namespace ringfence::edge
