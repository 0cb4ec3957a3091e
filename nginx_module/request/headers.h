// What can be said of a webhook before one byte of its body is read: method, signature headers, coding, type, size,
// freshness. One walk over the headers. Costs no allocation but for schemes that sign the URL.
// Must not know: keys, bodies, workers.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

// none: go on. Anything else ends the request, or would without the dry run.
[[nodiscard]] Reason check_headers(ngx_http_request_t* r, Context& context) noexcept;
// Part of the above, and asked again once the body is there: its sender decides how long that takes.
[[nodiscard]] Reason check_freshness(Context& context) noexcept;

// As FastCGI, uWSGI and many frameworks see names: case and what is no letter or digit do not count. `lower` is a name
// as it should be: in lower case, with dashes.
[[nodiscard]] bool is_read_as(std::string_view name, std::string_view lower) noexcept;

[[nodiscard]] std::int64_t now_ms() noexcept;  // the wall clock, as of this turn of the event loop
// Bodies larger than this are not read.
[[nodiscard]] std::size_t most_body_bytes(const Context& context) noexcept;

}  // namespace ringfence::edge
