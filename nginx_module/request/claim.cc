// See claim.h.
#include "nginx_module/request/claim.h"

#include <algorithm>
#include <span>

namespace ringfence::edge {
namespace {

bool same_keys(const KeyRing& a, const KeyRing& b) noexcept {
  if (&a == &b) return true;
  const auto left = a.all();
  const auto right = b.all();
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), scheme::same_key);
}

// What passed `a` would pass `b`.
bool same_gate(const LocConf& a, const LocConf& b) noexcept {
  if (a.scheme != b.scheme || a.dedup_zone != b.dedup_zone || view(a.scope) != view(b.scope)) return false;
  if (a.past_s > b.past_s || a.future_s > b.future_s) return false;
  return (a.url == b.url || !a.scheme->plan().needs_url) && same_keys(*a.keys, *b.keys);
}

DedupKey key_of(const Context& context, const scheme::Key& signer) noexcept {
  const LocConf& conf = *context.conf;
  EventName name;
  name.scheme = context.plan().name;
  name.signer = signer.fingerprint;
  name.scope = view(conf.scope);
  name.id = context.event.id;
  name.content = context.event.content;
  return edge::key_of(conf.dedup_zone, name);
}

void move_claims(Context& to, Context& from) noexcept {
  to.claims = from.claims;
  to.claim_count = from.claim_count;
  from.claim_count = 0;
}

void add_claim(Context& context, const Claim& claim) noexcept { context.claims[context.claim_count++] = claim; }

bool take_from(Context& older, const DedupKey& key, Claim& taken) noexcept {
  const auto claims = std::span(older.claims).first(older.claim_count);
  const auto found = std::ranges::find(claims, key, &Claim::key);
  if (found == claims.end()) return false;
  taken = *found;
  *found = claims.back();
  --older.claim_count;
  older.moved_on = true;
  return true;
}

// A request must not wait for itself: two locations with other keys may still name an event alike.
bool holds_already(Context& context, const DedupKey& key) noexcept {
  Claim taken;
  for (Context* older = context.older; older != nullptr; older = older->older) {
    if (older->conf->dedup_zone != context.conf->dedup_zone || !take_from(*older, key, taken)) continue;
    add_claim(context, taken);
    return true;
  }
  return false;
}

ClaimStatus claim_key(Context& context, const DedupKey& key) noexcept {
  if (holds_already(context, key)) return ClaimStatus::claimed;
  const LocConf& conf = *context.conf;
  const ClaimResult result =
      claim(conf.dedup_zone, key, static_cast<std::int64_t>(conf.lease_ms), conf.scheme->fresh_ms);
  if (result.status == ClaimStatus::claimed) add_claim(context, {key, result.token});
  return result.status;
}

// What is true of the event under any of its signers: that it is done, or else in flight, or else without room.
ClaimStatus claim_keys(Context& context) noexcept {
  ClaimStatus worst = ClaimStatus::claimed;
  const auto keys = context.conf->keys->all();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if ((context.event.signers >> i & 1) == 0) continue;
    const ClaimStatus status = claim_key(context, key_of(context, keys[i]));
    if (status == ClaimStatus::claimed || worst == ClaimStatus::done) continue;
    if (status != ClaimStatus::full || worst == ClaimStatus::claimed) worst = status;
  }
  return worst;
}

}  // namespace

// A copy of an event still in flight is handed over as well: the worker dedups inside the call's own commit, and only
// it knows whether the first copy became durable. A backend behind the gate does not dedup: there the copy waits.
Reason claim_event(Context& context) noexcept {
  const ngx_shm_zone_t* zone = context.conf->dedup_zone;
  if (zone == nullptr) return Reason::none;
  const ClaimStatus status = claim_keys(context);
  if (status == ClaimStatus::claimed) return Reason::none;
  if (status == ClaimStatus::done) {
    commit_claims(context);  // of its other signers: a copy may come with their signature alone
    return Reason::id_done;
  }
  if (context.is_gate()) {
    release_claims(context);
    return status == ClaimStatus::in_flight ? Reason::copy_in_flight : Reason::zone_full;
  }
  if (status == ClaimStatus::full) {
    ngx_log_error(NGX_LOG_WARN, context.request->connection->log, 0,
                  "webhook_zone \"%V\" is full, handing over without a claim", &zone->shm.name);
  }
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
  move_claims(context, older);
  older.moved_on = true;
  return Reason::none;
}

}  // namespace ringfence::edge
