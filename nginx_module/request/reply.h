// What the provider gets to see: the status of each outcome, our JSON bodies, Retry-After and Allow. Includes the
// filters that turn nginx's own error pages for our requests (413, 502, 504, ...) into the same answers.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

inline constexpr std::string_view kOkJson = "{\"ok\":true}";
inline constexpr std::string_view kNotOkJson = "{\"ok\":false}";

[[nodiscard]] ngx_uint_t http_status(Outcome outcome) noexcept;
[[nodiscard]] std::string_view json_of(Outcome outcome) noexcept;

// The status to finalize a refused request with; headers that belong to it are already added.
[[nodiscard]] ngx_int_t refusal_status(ngx_http_request_t* r, Context& context) noexcept;
// Sends 200 {"ok":true} for an event that was durable before.
[[nodiscard]] ngx_int_t answer_ok(ngx_http_request_t* r, Context& context) noexcept;
// Adds what an outcome needs besides its status: Retry-After, Allow. False: out of memory.
[[nodiscard]] bool add_outcome_headers(ngx_http_request_t* r, const Context& context) noexcept;
void set_json(ngx_http_request_t* r, std::size_t bytes) noexcept;

void install_reply_filters() noexcept;

}  // namespace ringfence::edge
