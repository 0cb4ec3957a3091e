// What the edge says of a request: the outcome ($webhook_status, a counter, an HTTP status) and the reason for it
// ($webhook_reason, a log line). One table for the whole module. Must not know: nginx, how either is found out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringfence::scheme {

enum class Outcome : std::uint8_t {
  none,
  accepted,     // the worker made it durable, or the backend answered 2xx
  duplicate,    // it was, before
  in_flight,    // a copy is with the backend right now; ask again
  malformed,    // genuine or not, no event can be made of it
  unsigned_,    // a part of the signature is missing, repeated or not well-formed
  forged,       // no key of this location made that signature
  stale,        // outside the tolerance, either way
  method,       // not POST
  too_large,    // over client_max_body_size or our own bound
  unsupported,  // a content coding or a media type the scheme does not have
  refused,      // the worker will never take it
  later,        // the worker cannot take it now
  unavailable,  // no worker, no verdict in time, a broken one; or no memory
  failed,       // the backend behind the gate did not answer 2xx, or the client left before it did
  count_,
};
inline constexpr std::size_t kOutcomes = static_cast<std::size_t>(Outcome::count_);

enum class Reason : std::uint8_t {
  none,
  not_post,
  subrequest,
  signature_missing,
  signature_repeated,
  signature_malformed,
  signatures_too_many,
  sender_has_no_secret,
  timestamp_missing,
  timestamp_repeated,
  timestamp_malformed,
  header_missing,  // one that the content or the id needs
  header_repeated,
  too_old,
  too_far_ahead,
  content_coding,
  media_type,
  body_too_large,
  body_empty,
  body_not_json,
  form_malformed,
  digest_missing,
  digest_differs,
  no_key_matches,
  id_missing,
  id_done,
  copy_in_flight,
  zone_full,
  worker_accepted,
  worker_duplicate,
  worker_refused,
  worker_later,
  worker_away,
  backend_accepted,
  backend_failed,
  client_gone,
  no_memory,
  count_,
};
inline constexpr std::size_t kReasons = static_cast<std::size_t>(Reason::count_);

[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;  // "" for none, "unsigned" for unsigned_
[[nodiscard]] std::string_view name_of(Reason reason) noexcept;    // as spelled above; "" for none
[[nodiscard]] Outcome outcome_of(Reason reason) noexcept;
// The status nginx answers with unless the configuration says otherwise: 200 for accepted and duplicate, 500 for none.
[[nodiscard]] std::uint16_t http_status(Outcome outcome) noexcept;
// True when the event may come again and then be accepted: such an answer must never be 2xx.
[[nodiscard]] bool is_retryable(Outcome outcome) noexcept;
// By the name above, for webhook_status_code; there is no outcome named "".
[[nodiscard]] std::optional<Outcome> outcome_named(std::string_view name) noexcept;

}  // namespace ringfence::scheme
