// What became of every request, by scheme, what verifying cost, and what went to the worker: counters in shared memory,
// one set for all worker processes, kept across reloads. Written by request and handover; read by observe.
// Must not know: requests.
#pragma once

#include <array>

#include "nginx_module/ngx.h"
#include "scheme/verdict.h"

namespace ringfence::edge {

using scheme::kOutcomes;
using scheme::Outcome;
using scheme::Reason;

// Schemes told apart; a configuration with more counts the rest together, so that labels stay bounded.
inline constexpr std::size_t kSchemeSlots = 64;
inline constexpr std::size_t kSchemeNameBytes = 32;         // with its zero; the configuration refuses longer names
inline constexpr std::string_view kOtherSchemes = "other";  // the name of the last slot, whoever counts there

// Upper bounds in microseconds: a MAC of 1 KB takes 2, Ed25519 45, ECDSA 100, sixteen keys a millisecond.
inline constexpr std::array<std::uint32_t, 10> kVerifyBuckets_us{2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000};

struct SchemeCounters {
  std::array<char, kSchemeNameBytes> name;  // zero-terminated; empty: the slot is free
  std::array<ngx_atomic_t, kOutcomes> outcomes;
  std::array<ngx_atomic_t, kOutcomes> dry_run;                          // what would have become of it
  std::array<ngx_atomic_t, kVerifyBuckets_us.size() + 1> verify_times;  // not cumulated; the last: longer than all
  ngx_atomic_t verify_ns;                                               // their sum
};

struct Counters {
  std::array<SchemeCounters, kSchemeSlots> schemes;  // the last one is "other"
  ngx_atomic_t frames_sent;                          // event frames that began to reach a worker, retries included
  ngx_atomic_t bytes_sent;                           // bytes sent to workers, frame heads included
  ngx_atomic_t retries;                              // of those, sent again because a worker was lost
  ngx_atomic_t broken_replies;                       // replies that were no verdict frame, or had bytes after it
  ngx_atomic_t api_requests;                         // of ringd_api
  ngx_atomic_t log_suppressed;                       // refusals not logged because there were too many
  std::array<ngx_atomic_t, kOutcomes> handovers;     // what the worker said of an event, or that it said nothing
};

inline void count(ngx_atomic_t& counter, ngx_atomic_int_t amount = 1) noexcept {
  (void)ngx_atomic_fetch_add(&counter, amount);
}

// The slot of a scheme by its name: the one it has, a free one, or the last. A slot is never given back, so that what
// was counted stays. Called by the master at load only, while workers of the old configuration count and read.
[[nodiscard]] std::size_t slot_for(Counters& all, std::string_view scheme) noexcept;
[[nodiscard]] std::string_view name_of(const SchemeCounters& scheme) noexcept;  // "": free
void record_verify(SchemeCounters& scheme, std::uint64_t elapsed_ns) noexcept;
// The end of one hand-over: accepted, duplicate, refused, later or unavailable. Beside the outcome of the request.
inline void record_handover(Counters& all, Outcome outcome) noexcept {
  count(all.handovers[static_cast<std::size_t>(outcome)]);
}

}  // namespace ringfence::edge
