// What became of every request, and what went to the worker: counters in shared memory, one set for all worker
// processes, kept across reloads. Written by request, reply and upstream_link; read by status.
#pragma once

#include <array>

#include "nginx_module/ngx.h"

namespace ringfence::edge {

// The verdict of the edge on one request; the text is $webhook_status and the counter's name.
enum class Outcome : std::uint8_t {
  none,
  accepted,     // the worker made it durable
  duplicate,    // it was durable before
  malformed,    // verified or not, no event can be made of it
  unsigned_,    // a header of the signature is missing, repeated or not well-formed
  forged,       // no key of this location made that signature
  stale,        // outside the tolerance, either way
  method,       // not POST
  too_large,    // over client_max_body_size or our own bound
  unsupported,  // a content coding or a content type we do not read
  refused,      // the worker will never take it
  later,        // the worker cannot take it now
  unavailable,  // no worker, no verdict in time, or a broken one
  count_,
};

inline constexpr std::size_t kOutcomes = static_cast<std::size_t>(Outcome::count_);
inline constexpr std::array<std::string_view, kOutcomes> kOutcomeNames{
    "",       "accepted",  "duplicate",   "malformed", "unsigned", "forged",     "stale",
    "method", "too_large", "unsupported", "refused",   "later",    "unavailable"};

[[nodiscard]] inline std::string_view name_of(Outcome outcome) noexcept {
  return kOutcomeNames[static_cast<std::size_t>(outcome)];
}

struct Counters {
  std::array<ngx_atomic_t, kOutcomes> outcomes;
  ngx_atomic_t frames_sent;     // event frames that began to reach a worker, retries included
  ngx_atomic_t bytes_sent;      // bytes sent to workers, frame heads included
  ngx_atomic_t retries;         // of those, sent again because a worker was lost
  ngx_atomic_t broken_replies;  // replies that were no verdict frame, or had bytes after it
};

inline void count(ngx_atomic_t& counter, ngx_atomic_int_t amount = 1) noexcept {
  (void)ngx_atomic_fetch_add(&counter, amount);
}

}  // namespace ringfence::edge
