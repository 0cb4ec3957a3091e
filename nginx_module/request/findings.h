// What was found out about a request, as text: for variables, logs and the backend's request headers. Everything here
// is printable. Must not know: how it was found out.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

// The outcome's name; "verified" while the content handler has it; with "_dry_run" behind it where that is on. Empty
// before there is anything to say, and when memory is out.
[[nodiscard]] std::string_view status_text(ngx_pool_t* pool, const Context& context) noexcept;
// Of verified requests; empty otherwise. The key: its label, else its number in the location, from 1.
[[nodiscard]] std::string_view key_text(ngx_pool_t* pool, const Context& context) noexcept;
// The partition, or the id, so that hashing it spreads whatever the scheme.
[[nodiscard]] std::string_view partition_text(const Context& context) noexcept;
[[nodiscard]] std::string_view number_text(ngx_pool_t* pool, std::int64_t number) noexcept;

}  // namespace ringfence::edge
