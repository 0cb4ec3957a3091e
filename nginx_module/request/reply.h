// What the provider gets to see: the status of each outcome, our JSON bodies, Retry-After and Allow. Includes the
// filters: they turn nginx's own error pages for our requests (413, 502, 504, ...) into the same answers, and they
// learn from the final status whether the backend behind the gate took the event.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

inline constexpr std::string_view kOkJson = "{\"ok\":true}";
inline constexpr std::string_view kNotOkJson = "{\"ok\":false}";

// True for what became durable, now or before.
[[nodiscard]] constexpr bool is_taken(Outcome outcome) noexcept {
  return outcome == Outcome::accepted || outcome == Outcome::duplicate;
}
[[nodiscard]] ngx_uint_t status_of(const LocConf& conf, Outcome outcome) noexcept;
[[nodiscard]] std::string_view json_of(Outcome outcome) noexcept;

// Answers a settled request ourselves; no error_page sees it, which could hand on what was not verified. Returns what
// the request is to be finalized with.
[[nodiscard]] ngx_int_t answer(ngx_http_request_t* r, Context& context) noexcept;
// 403, for what has no context: a subrequest, a request that came around its gate.
[[nodiscard]] ngx_int_t answer_forbidden(ngx_http_request_t* r) noexcept;
// Adds what an outcome needs besides its status: Retry-After, Allow. False: out of memory.
[[nodiscard]] bool add_outcome_headers(ngx_http_request_t* r, const Context& context) noexcept;
// A whole body; nullptr: out of memory.
[[nodiscard]] ngx_chain_t* json_chain(ngx_http_request_t* r, std::string_view json) noexcept;
void set_json(ngx_http_request_t* r, std::size_t bytes) noexcept;

void install_reply_filters() noexcept;

}  // namespace ringfence::edge
