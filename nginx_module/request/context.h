// What the module knows about one request in one location, from the first header check to the end of the answer.
// Lives in the memory of a pool cleanup, so that it is found again after an internal redirect (which zeroes r->ctx),
// and ends with the request, however that ends. Used by all request files. Must not know: how anything is found out.
#pragma once

#include <array>

#include "nginx_module/conf/directives.h"
#include "nginx_module/handover/frame_link.h"
#include "nginx_module/memory/counters.h"
#include "scheme/interpret.h"

namespace ringfence::edge {

enum class Stage : std::uint8_t {
  reading,   // nothing is decided; its headers are being checked or its body is on its way
  passed,    // let on to the content handler: verified, or a dry run
  answered,  // by us: refused, or a duplicate
};

struct Claim {
  DedupKey key;
  ClaimToken token;
};

struct Context {
  ngx_http_request_t* request;
  const LocConf* conf;  // of the location whose checks the request went through
  Context* older;       // of a location the request was in before an internal redirect
  Stage stage;
  bool verified;
  bool moved_on;  // a newer context has all that was here
  Outcome outcome;
  Reason reason;

  // What the request presents. Raw bytes, since they are what was signed.
  std::array<scheme::HeaderSlot, scheme::kHeaders> slots;
  scheme::Head head;
  scheme::Presented presented;
  std::string_view trace_parent;

  // prefix + body + rest, and what was found in it once it was verified.
  ByteView body;
  scheme::Event event;

  // The claims held in conf->dedup_zone, if any: one for each key that signed the event.
  std::array<Claim, limits::kWebhookKeys> claims;
  std::size_t claim_count;

  // The hand-over, and the answer.
  bool after_error_page;     // it came here through one
  ngx_uint_t first_attempt;  // in r->upstream_states, which also keeps those of an earlier location
  bool frames_counted;
  ngx_event_free_peer_pt free_peer;  // the balancer's own
  bool tried_again;
  ReplyHead verdict_head;
  bool in_step;       // the verdict was the last byte the worker sent
  bool answering;     // the answer is made by us, filters leave it alone
  bool replace_body;  // an error page of nginx gives way to our JSON
  bool replaced_body;
  std::uint16_t retry_after_s;

  [[nodiscard]] const scheme::Plan& plan() const noexcept { return conf->scheme->plan(); }
  [[nodiscard]] scheme::Tolerance tolerance() const noexcept { return {conf->past_s, conf->future_s}; }
  // True where nothing but what follows answers: no webhook_pass.
  [[nodiscard]] bool is_gate() const noexcept { return conf->pass_at.line == 0; }
  [[nodiscard]] bool dry_run() const noexcept { return conf->dry_run != 0; }
};

// nullptr: out of memory. The request is its main one.
[[nodiscard]] Context* create_context(ngx_http_request_t* r) noexcept;
// The context of the location being served; nullptr when that is none of ours.
[[nodiscard]] inline Context* current_context(ngx_http_request_t* r) noexcept {
  return static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_webhook_module));
}
// The same, and after an internal redirect the one the request had before.
[[nodiscard]] Context* find_context(ngx_http_request_t* r) noexcept;

// The first outcome of a context stays, and is counted once.
void settle(Context& context, Outcome outcome, Reason reason) noexcept;
inline void settle(Context& context, Reason reason) noexcept { settle(context, scheme::outcome_of(reason), reason); }
// Gives the claims back, so that the provider's next copy counts as the first. Nothing when none is held.
void release_claims(Context& context) noexcept;
void commit_claims(Context& context) noexcept;

}  // namespace ringfence::edge
