// The configuration of the module: what nginx.conf says about one location, and the directive table.
// Used by module (tables) and by everything that serves a request. Must not know: requests.
#pragma once

#include <array>

#include "nginx_module/conf/keys.h"
#include "nginx_module/memory/counters.h"
#include "nginx_module/memory/zone.h"
#include "nginx_module/ngx.h"
#include "scheme/recipe.h"

namespace ringfence::observe {
enum class StatusFormat : std::uint8_t;
}

namespace ringfence::edge {

struct ApiUpstreams;  // of handover/api_link

// Where a directive stood, for errors that show only when a location is complete.
struct SourceLine {
  ngx_str_t file;
  ngx_uint_t line;
};

// One webhook_scheme { }, or a preset some location names; made once per configuration.
struct Scheme {
  scheme::Recipe recipe;
  SourceLine at;     // line 0: a preset
  std::size_t slot;  // in Counters::schemes; known once the zone is there
  Scheme* next;      // in MainConf
  bool used;         // some location verifies with it
  bool default_url;  // and one of them has no webhook_url
  // The longest a request that is fresh now stays so in any location, which is how long an id of it has to be known;
  // 0 without a timestamp.
  std::int64_t fresh_ms;
  [[nodiscard]] const scheme::Plan& plan() const noexcept { return recipe.plan(); }
};

struct MainConf {
  ngx_shm_zone_t* counters;  // set once any location needs them
  ngx_array_t dedup_zones;   // of ngx_shm_zone_t*, in order of declaration
  Scheme* schemes;           // declared ones and presets in use
  KeyStore keys;
  ngx_array_t* ringd_reload;  // of sockaddr_un; nullptr: nobody is told of a reload
  const void* told_return;    // the server whose `return` was warned of last
  bool told_body_file;        // a notice once per configuration
};

// Zeroed by pool_new: a null line number means "not said here", which is what merging asks for.
struct LocConf {
  ngx_flag_t webhook;  // on: verify here
  SourceLine webhook_at;
  ngx_str_t scheme_name;    // as written; "" when off
  const Scheme* scheme;     // resolved when the location is complete, since its block may stand below
  SourceLine pass_at;       // after merging: line != 0 where webhook_pass serves, else the gate has what follows
  SourceLine api_at;        // after merging: line != 0 where ringd_api serves
  KeyTexts* key_texts;      // as written; an inner level replaces the outer one
  KeyRing* keys;            // parsed for `scheme`; nullptr when off
  time_t past_s, future_s;  // after merging what counts here: webhook_tolerance, or the scheme's own
  SourceLine tolerance_at;
  ngx_http_complex_value_t* url;  // webhook_url; nullptr: scheme, host and request_uri as nginx sees them
  ngx_shm_zone_t* dedup_zone;     // nullptr: no dedup
  SourceLine dedup_at;
  ngx_msec_t window_ms;
  ngx_msec_t lease_ms;        // after merging what counts here
  ngx_msec_t lease_given_ms;  // lease= as written; 0: the default of the entry
  ngx_str_t scope;
  ngx_flag_t dry_run;
  SourceLine dry_run_at;
  ngx_flag_t request_headers;                         // webhook_request_headers: tell the backend what was found
  ngx_uint_t log_level;                               // NGX_LOG_*
  std::array<std::uint16_t, kOutcomes> status_codes;  // 0: the outcome's own
  observe::StatusFormat status_format;                // of webhook_status
  ngx_http_upstream_conf_t upstream;                  // of webhook_pass or ringd_api
  ApiUpstreams* api_upstreams;                        // where ringd_api serves
};

[[nodiscard]] inline LocConf& loc_conf(ngx_http_request_t* r) noexcept {
  return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_webhook_module));
}
[[nodiscard]] inline MainConf& main_conf(ngx_http_request_t* r) noexcept {
  return *static_cast<MainConf*>(ngx_http_get_module_main_conf(r, ngx_http_webhook_module));
}
[[nodiscard]] inline MainConf& main_conf(ngx_conf_t* cf) noexcept {
  return *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module));
}
[[nodiscard]] inline Counters& counters(ngx_http_request_t* r) noexcept { return counters(main_conf(r).counters); }
[[nodiscard]] inline SchemeCounters& counters_of(ngx_http_request_t* r, const LocConf& conf) noexcept {
  return counters(r).schemes[conf.scheme->slot];
}

extern ngx_command_t directives[];

// Callbacks of ngx_http_module_t.
void* create_main_conf(ngx_conf_t* cf) noexcept;
void* create_loc_conf(ngx_conf_t* cf) noexcept;
char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;
// After all merging: says what an operator should know, and forgets the texts of keys.
void finish_conf(ngx_conf_t* cf) noexcept;

}  // namespace ringfence::edge
