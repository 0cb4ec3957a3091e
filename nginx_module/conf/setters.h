// What each directive does with its words. What needs a whole location is checked in merge.cc.
// Used by the table in directives.cc. Must not know: requests.
#pragma once

#include "nginx_module/ngx.h"

namespace ringfence::edge {

char* set_webhook(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept;
char* set_key(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept;
char* set_key_file(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept;
char* set_tolerance(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept;
char* set_dedup(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept;
char* set_dry_run(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_status_code(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept;
char* set_zone(ngx_conf_t* cf, ngx_command_t*, void* main_conf) noexcept;
// Content handlers.
char* set_pass(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept;
char* set_api(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept;
char* set_status(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept;

}  // namespace ringfence::edge
