// One line for each refused request, for an operator at 3 a.m.: the outcome, the check that failed and by how much, the
// keys that were tried. At most so many a second and process; then a line with the number left out. Never a secret, a
// header's text or a body. Used by gate and by the hand-over. Must not know: how anything was checked.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

// `said`: the worker's own words for it, printable.
void log_refusal(ngx_http_request_t* r, const LocConf& conf, Reason reason, const scheme::Presented& presented,
                 std::string_view said = {}) noexcept;

}  // namespace ringfence::edge
