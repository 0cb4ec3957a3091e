// The configuration of the module: what nginx.conf says about one location, and the directive table.
// Used by module (tables) and by everything that serves a request. Must not know: requests.
#pragma once

#include "nginx_module/conf/keys.h"
#include "nginx_module/memory/zone.h"
#include "nginx_module/ngx.h"

namespace ringfence::edge {

// Where a directive stood, for errors that show only when a location is complete.
struct SourceLine {
  ngx_str_t file;
  ngx_uint_t line;
};

struct MainConf {
  ngx_shm_zone_t* counters;  // set once any location needs them
  ngx_array_t dedup_zones;   // of ngx_shm_zone_t*, in order of declaration
};

// Zeroed by pool_new: a null line number means "not said here", which is what merging asks for.
struct LocConf {
  ngx_flag_t webhook;  // on: `webhook telnyx`
  SourceLine webhook_at;
  SourceLine pass_at;  // line != 0: webhook_pass stands in this block
  KeyRing* keys;
  time_t tolerance_s;
  ngx_shm_zone_t* dedup_zone;
  SourceLine dedup_at;
  ngx_msec_t window_ms;
  ngx_msec_t lease_ms;
  ngx_str_t scope;
  ngx_http_upstream_conf_t upstream;  // upstream.upstream != nullptr: hand over there
};

inline constexpr std::string_view kScheme = "telnyx";

[[nodiscard]] inline LocConf& loc_conf(ngx_http_request_t* r) noexcept {
  return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_webhook_module));
}
[[nodiscard]] inline MainConf& main_conf(ngx_http_request_t* r) noexcept {
  return *static_cast<MainConf*>(ngx_http_get_module_main_conf(r, ngx_http_webhook_module));
}
[[nodiscard]] inline Counters& counters(ngx_http_request_t* r) noexcept { return counters(main_conf(r).counters); }

extern ngx_command_t directives[];

// Callbacks of ngx_http_module_t.
void* create_main_conf(ngx_conf_t* cf) noexcept;
void* create_loc_conf(ngx_conf_t* cf) noexcept;
char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;

}  // namespace ringfence::edge
