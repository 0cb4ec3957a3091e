// See claim.h.
#include "nginx_module/request/claim.h"

#include <algorithm>

namespace ringfence::edge {
namespace {

bool same_keys(const KeyRing& a, const KeyRing& b) noexcept {
  if (&a == &b) return true;
  const auto left = a.all();
  const auto right = b.all();
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), scheme::same_key);
}

bool same_gate(const LocConf& a, const LocConf& b) noexcept {
  return a.scheme == b.scheme && a.dedup_zone == b.dedup_zone && view(a.scope) == view(b.scope) &&
         same_keys(*a.keys, *b.keys);
}

DedupKey key_of(const Context& context) noexcept {
  const LocConf& conf = *context.conf;
  EventName name;
  name.scheme = context.plan().name;
  name.signer = conf.keys->keys[context.event.signer].fingerprint;
  name.scope = view(conf.scope);
  name.id = context.event.id;
  name.content = context.event.content;
  return edge::key_of(conf.dedup_zone, name);
}

void move_claim(Context& to, Context& from) noexcept {
  to.key = from.key;
  to.claim = from.claim;
  to.claimed = from.claimed;
  from.claimed = false;
}

// A request must not wait for itself: two locations with other keys may still name an event alike.
bool holds_already(Context& context) noexcept {
  for (Context* older = context.older; older != nullptr; older = older->older) {
    if (!older->claimed || older->conf->dedup_zone != context.conf->dedup_zone || older->key != context.key) continue;
    move_claim(context, *older);
    older->moved_on = true;
    return true;
  }
  return false;
}

}  // namespace

// A copy of an event still in flight is handed over as well: the worker dedups inside the call's own commit, and only
// it knows whether the first copy became durable. A backend behind the gate does not dedup: there the copy waits.
Reason claim_event(Context& context) noexcept {
  ngx_shm_zone_t* zone = context.conf->dedup_zone;
  if (zone == nullptr) return Reason::none;
  context.key = key_of(context);
  if (holds_already(context)) return Reason::none;
  const ClaimResult result = claim(zone, context.key, static_cast<std::int64_t>(context.conf->lease_ms));
  switch (result.status) {
    case ClaimStatus::claimed:
      context.claim = result.token;
      context.claimed = true;
      return Reason::none;
    case ClaimStatus::done:
      return Reason::id_done;
    case ClaimStatus::in_flight:
      return context.is_gate() ? Reason::copy_in_flight : Reason::none;
    case ClaimStatus::full:
      break;
  }
  if (context.is_gate()) return Reason::zone_full;
  ngx_log_error(NGX_LOG_WARN, context.request->connection->log, 0,
                "webhook_zone \"%V\" is full, handing over without a claim", &zone->shm.name);
  return Reason::none;
}

Context* find_same_gate(ngx_http_request_t* main, const LocConf& conf) noexcept {
  for (Context* context = find_context(main); context != nullptr; context = context->older) {
    if (context->stage != Stage::passed || !same_gate(*context->conf, conf)) continue;
    if (context->verified || (context->dry_run() && conf.dry_run != 0)) return context;
  }
  return nullptr;
}

Reason take_over(Context& context, Context& older) noexcept {
  context.presented = older.presented;
  context.trace_parent = older.trace_parent;
  context.body = older.body;
  context.event = older.event;
  context.verified = older.verified;
  // What has had its outcome has given its claim up: another location tries anew. A dry run is counted once.
  if (older.outcome != Outcome::none && !context.dry_run()) return claim_event(context);
  context.outcome = older.outcome;
  context.reason = older.reason;
  move_claim(context, older);
  older.moved_on = true;
  return Reason::none;
}

}  // namespace ringfence::edge
