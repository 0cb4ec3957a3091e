// The table of outcomes and the table of reasons. Used by the whole module. Must not know: how either is found out.
#include "scheme/verdict.h"

namespace ringfence::scheme {
namespace {

struct OutcomeRow {
  Outcome outcome;
  std::string_view name;
  std::uint16_t status;
  bool retryable;
};
constexpr std::array<OutcomeRow, kOutcomes> kOutcomeRows = {{
    {Outcome::none, "", 500, false},  // no verdict is no permission
    {Outcome::accepted, "accepted", 200, false},
    {Outcome::duplicate, "duplicate", 200, false},
    {Outcome::in_flight, "in_flight", 503, true},
    {Outcome::malformed, "malformed", 400, false},
    {Outcome::unsigned_, "unsigned", 403, false},
    {Outcome::forged, "forged", 403, false},
    {Outcome::stale, "stale", 403, false},
    {Outcome::method, "method", 405, false},
    {Outcome::too_large, "too_large", 413, false},
    {Outcome::unsupported, "unsupported", 415, false},
    {Outcome::refused, "refused", 400, false},
    {Outcome::later, "later", 503, true},
    {Outcome::unavailable, "unavailable", 503, true},
    {Outcome::failed, "failed", 502, true},
}};

struct ReasonRow {
  Reason reason;
  std::string_view name;
  Outcome outcome;
};
constexpr std::array<ReasonRow, kReasons> kReasonRows = {{
    {Reason::none, "", Outcome::none},
    {Reason::not_post, "not_post", Outcome::method},
    {Reason::subrequest, "subrequest", Outcome::unsigned_},
    {Reason::signature_missing, "signature_missing", Outcome::unsigned_},
    {Reason::signature_repeated, "signature_repeated", Outcome::unsigned_},
    {Reason::signature_malformed, "signature_malformed", Outcome::unsigned_},
    {Reason::signatures_too_many, "signatures_too_many", Outcome::unsigned_},
    {Reason::sender_has_no_secret, "sender_has_no_secret", Outcome::unsigned_},
    {Reason::timestamp_missing, "timestamp_missing", Outcome::unsigned_},
    {Reason::timestamp_repeated, "timestamp_repeated", Outcome::unsigned_},
    {Reason::timestamp_malformed, "timestamp_malformed", Outcome::unsigned_},
    {Reason::header_missing, "header_missing", Outcome::unsigned_},
    {Reason::header_repeated, "header_repeated", Outcome::unsigned_},
    {Reason::too_old, "too_old", Outcome::stale},
    {Reason::too_far_ahead, "too_far_ahead", Outcome::stale},
    {Reason::content_coding, "content_coding", Outcome::unsupported},
    {Reason::media_type, "media_type", Outcome::unsupported},
    {Reason::body_too_large, "body_too_large", Outcome::too_large},
    {Reason::body_empty, "body_empty", Outcome::malformed},
    {Reason::body_not_json, "body_not_json", Outcome::malformed},
    {Reason::form_malformed, "form_malformed", Outcome::malformed},
    {Reason::digest_missing, "digest_missing", Outcome::unsigned_},
    {Reason::digest_differs, "digest_differs", Outcome::forged},
    {Reason::no_key_matches, "no_key_matches", Outcome::forged},
    {Reason::id_missing, "id_missing", Outcome::malformed},
    {Reason::id_done, "id_done", Outcome::duplicate},
    {Reason::copy_in_flight, "copy_in_flight", Outcome::in_flight},
    {Reason::zone_full, "zone_full", Outcome::unavailable},
    {Reason::worker_accepted, "worker_accepted", Outcome::accepted},
    {Reason::worker_duplicate, "worker_duplicate", Outcome::duplicate},
    {Reason::worker_refused, "worker_refused", Outcome::refused},
    {Reason::worker_later, "worker_later", Outcome::later},
    {Reason::worker_away, "worker_away", Outcome::unavailable},
    {Reason::backend_accepted, "backend_accepted", Outcome::accepted},
    {Reason::backend_failed, "backend_failed", Outcome::failed},
    {Reason::client_gone, "client_gone", Outcome::failed},
    {Reason::no_memory, "no_memory", Outcome::unavailable},
}};

// A row in the wrong place would answer for another.
consteval bool is_in_order() {
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (kOutcomeRows[i].outcome != static_cast<Outcome>(i)) return false;
  }
  for (std::size_t i = 0; i < kReasons; ++i) {
    if (kReasonRows[i].reason != static_cast<Reason>(i)) return false;
  }
  return true;
}
static_assert(is_in_order());

// Values come from shared memory too; one out of range is none.
const OutcomeRow& row_of(Outcome outcome) noexcept {
  const auto index = static_cast<std::size_t>(outcome);
  return kOutcomeRows[index < kOutcomes ? index : 0];
}
const ReasonRow& row_of(Reason reason) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  return kReasonRows[index < kReasons ? index : 0];
}

}  // namespace

std::string_view name_of(Outcome outcome) noexcept { return row_of(outcome).name; }
std::string_view name_of(Reason reason) noexcept { return row_of(reason).name; }
Outcome outcome_of(Reason reason) noexcept { return row_of(reason).outcome; }
std::uint16_t http_status(Outcome outcome) noexcept { return row_of(outcome).status; }
bool is_retryable(Outcome outcome) noexcept { return row_of(outcome).retryable; }

std::optional<Outcome> outcome_named(std::string_view name) noexcept {
  if (name.empty()) return std::nullopt;
  for (const OutcomeRow& row : kOutcomeRows) {
    if (row.name == name) return row.outcome;
  }
  return std::nullopt;
}

}  // namespace ringfence::scheme
