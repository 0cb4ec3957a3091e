// What the module knows about one request, from the first header check to the last byte of the answer.
// Lives in the memory of a pool cleanup, so that it is found again after an internal redirect (which zeroes
// r->ctx) and so that a claim is given back however the request ends. Used by all request files.
#pragma once

#include "nginx_module/conf/directives.h"
#include "nginx_module/memory/counters.h"
#include "shared/event_scan.h"
#include "shared/frame.h"

namespace ringfence::edge {

struct Context {
  ngx_http_request_t* request;
  const LocConf* conf;  // of the location whose checks the request went through
  Outcome outcome;

  // From the headers; raw bytes, since they are what was signed.
  std::string_view timestamp;
  Signature signature;
  std::string_view trace_parent;
  std::int64_t sent_s;
  std::int64_t age_s;
  bool age_known;

  // `timestamp|body` in one piece, and what was found in it once it was verified.
  ByteView signed_bytes;
  ByteView body;
  ScannedEvent event;

  const PublicKey* signer;

  // The claim held in conf->dedup_zone, if any.
  DedupKey key;
  ClaimToken claim;
  bool claimed;

  // The hand-over, and the answer.
  ngx_uint_t first_attempt;  // in r->upstream_states, which also keeps those of an earlier location
  bool frames_counted;
  ngx_event_free_peer_pt free_peer;  // the balancer's own
  bool tried_again;
  FrameHead verdict_head;
  bool have_verdict_head;
  bool in_step;       // the verdict was the last byte the worker sent
  bool answering;     // the answer is made by us, filters leave it alone
  bool replace_body;  // an error page of nginx gives way to our JSON
  bool replaced_body;
  std::uint16_t retry_after_s;
};

// nullptr: out of memory.
[[nodiscard]] Context* create_context(ngx_http_request_t* r) noexcept;
// The context of the location being served; nullptr when that is none of ours.
[[nodiscard]] inline Context* current_context(ngx_http_request_t* r) noexcept {
  return static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_webhook_module));
}
// The same, and after an internal redirect the one the request had before. For variables and logs.
[[nodiscard]] Context* find_context(ngx_http_request_t* r) noexcept;

// The first outcome of a request stays, and is counted once.
void settle(ngx_http_request_t* r, Context& context, Outcome outcome) noexcept;
// Gives the claim back, so that the provider's next copy counts as the first. Nothing when none is held.
void release_claim(Context& context) noexcept;
void commit_claim(Context& context) noexcept;

}  // namespace ringfence::edge
