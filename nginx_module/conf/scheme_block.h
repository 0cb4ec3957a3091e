// webhook_scheme NAME { ... }: hands its lines to scheme/recipe, and finds a scheme by the name a location gives. A
// scheme of the operator's own wins over a preset of that name: an upgrade that brings a preset changes no
// configuration. Used by directives and merge. Must not know: what a line of a scheme means.
#pragma once

#include "nginx_module/conf/directives.h"

namespace ringfence::edge {

char* set_scheme(ngx_conf_t* cf, ngx_command_t*, void* main_conf) noexcept;

// A declared scheme, else the preset, compiled at its first use. `at` is where it was named. nullptr after having
// logged why.
[[nodiscard]] Scheme* find_scheme(ngx_conf_t* cf, MainConf& main, const ngx_str_t& name, const SourceLine& at) noexcept;

}  // namespace ringfence::edge
