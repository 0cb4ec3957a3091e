// Copies what is counted in shared memory into plain numbers. Used by status. Must not know: text formats.
#pragma once

#include "nginx_module/ngx.h"
#include "observe/snapshot.h"

namespace ringfence::edge {

// From the request's pool, with names that live as long as the configuration and the counters; nullptr: no memory.
[[nodiscard]] const observe::Snapshot* take_snapshot(ngx_http_request_t* r) noexcept;

}  // namespace ringfence::edge
