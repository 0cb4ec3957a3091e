// See directives.h: the directive table, and the configuration of http { } as a whole.
#include "nginx_module/conf/directives.h"

#include <sodium.h>

#include "nginx_module/conf/notices.h"
#include "nginx_module/conf/scheme_block.h"
#include "nginx_module/conf/setters.h"
#include "nginx_module/handover/reload_call.h"

namespace ringfence::edge {
namespace {

// A worker that is away, slow or broken is tried again elsewhere, also for a POST it may have seen: ids make that safe.
ngx_conf_bitmask_t next_upstream_conditions[] = {
    {ngx_text("error"), NGX_HTTP_UPSTREAM_FT_ERROR},
    {ngx_text("timeout"), NGX_HTTP_UPSTREAM_FT_TIMEOUT},
    {ngx_text("invalid_header"), NGX_HTTP_UPSTREAM_FT_INVALID_HEADER},
    {ngx_text("non_idempotent"), NGX_HTTP_UPSTREAM_FT_NON_IDEMPOTENT},
    {ngx_text("off"), NGX_HTTP_UPSTREAM_FT_OFF},
    {ngx_null_string, 0},
};

ngx_conf_enum_t log_levels[] = {
    {ngx_text("info"), NGX_LOG_INFO},
    {ngx_text("notice"), NGX_LOG_NOTICE},
    {ngx_text("warn"), NGX_LOG_WARN},
    {ngx_text("error"), NGX_LOG_ERR},
    {ngx_null_string, 0},
};

constexpr ngx_uint_t kHttp = NGX_HTTP_MAIN_CONF;
// A location, an `if` in it and a limit_except are three kinds of place to nginx.
constexpr ngx_uint_t kLocation = NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF | NGX_HTTP_LMT_CONF;
constexpr ngx_uint_t kAnywhere = kHttp | NGX_HTTP_SRV_CONF | kLocation;
constexpr ngx_uint_t kLoc = NGX_HTTP_LOC_CONF_OFFSET;
constexpr ngx_uint_t kMain = NGX_HTTP_MAIN_CONF_OFFSET;

// For settings kept in nginx's own upstream configuration inside ours.
constexpr std::size_t in_upstream(std::size_t offset) noexcept { return offsetof(LocConf, upstream) + offset; }

}  // namespace

ngx_command_t directives[] = {
    {ngx_text("webhook_scheme"), kHttp | NGX_CONF_BLOCK | NGX_CONF_TAKE1, set_scheme, kMain, 0, nullptr},
    {ngx_text("webhook_zone"), kHttp | NGX_CONF_TAKE1, set_zone, kMain, 0, nullptr},
    {ngx_text("webhook"), kAnywhere | NGX_CONF_TAKE1, set_webhook, kLoc, 0, nullptr},
    {ngx_text("webhook_key"), kAnywhere | NGX_CONF_TAKE1, set_key, kLoc, 0, nullptr},
    {ngx_text("webhook_key_file"), kAnywhere | NGX_CONF_TAKE1, set_key_file, kLoc, 0, nullptr},
    {ngx_text("webhook_tolerance"), kAnywhere | NGX_CONF_TAKE12, set_tolerance, kLoc, 0, nullptr},
    {ngx_text("webhook_url"), kAnywhere | NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, kLoc, offsetof(LocConf, url),
     nullptr},
    {ngx_text("webhook_dedup"), kAnywhere | NGX_CONF_1MORE, set_dedup, kLoc, 0, nullptr},
    {ngx_text("webhook_dry_run"), kAnywhere | NGX_CONF_FLAG, set_dry_run, kLoc, offsetof(LocConf, dry_run), nullptr},
    {ngx_text("webhook_status_code"), kAnywhere | NGX_CONF_TAKE2, set_status_code, kLoc, 0, nullptr},
    {ngx_text("webhook_log_level"), kAnywhere | NGX_CONF_TAKE1, ngx_conf_set_enum_slot, kLoc,
     offsetof(LocConf, log_level), &log_levels},
    {ngx_text("webhook_request_headers"), kAnywhere | NGX_CONF_FLAG, ngx_conf_set_flag_slot, kLoc,
     offsetof(LocConf, request_headers), nullptr},
    {ngx_text("webhook_pass"), kLocation | NGX_CONF_TAKE1, set_pass, kLoc, 0, nullptr},
    {ngx_text("ringd_api"), kLocation | NGX_CONF_TAKE1, set_api, kLoc, 0, nullptr},
    {ngx_text("ringd_reload"), kHttp | NGX_CONF_1MORE, set_ringd_reload, kMain, 0, nullptr},
    {ngx_text("webhook_status"), kLocation | NGX_CONF_NOARGS | NGX_CONF_TAKE1, set_status, kLoc, 0, nullptr},
    {ngx_text("webhook_connect_timeout"), kAnywhere | NGX_CONF_TAKE1, ngx_conf_set_msec_slot, kLoc,
     in_upstream(offsetof(ngx_http_upstream_conf_t, connect_timeout)), nullptr},
    {ngx_text("webhook_send_timeout"), kAnywhere | NGX_CONF_TAKE1, ngx_conf_set_msec_slot, kLoc,
     in_upstream(offsetof(ngx_http_upstream_conf_t, send_timeout)), nullptr},
    {ngx_text("webhook_read_timeout"), kAnywhere | NGX_CONF_TAKE1, ngx_conf_set_msec_slot, kLoc,
     in_upstream(offsetof(ngx_http_upstream_conf_t, read_timeout)), nullptr},
    {ngx_text("webhook_next_upstream_timeout"), kAnywhere | NGX_CONF_TAKE1, ngx_conf_set_msec_slot, kLoc,
     in_upstream(offsetof(ngx_http_upstream_conf_t, next_upstream_timeout)), nullptr},
    {ngx_text("webhook_next_upstream"), kAnywhere | NGX_CONF_1MORE, ngx_conf_set_bitmask_slot, kLoc,
     in_upstream(offsetof(ngx_http_upstream_conf_t, next_upstream)), &next_upstream_conditions},
    {ngx_text("webhook_next_upstream_tries"), kAnywhere | NGX_CONF_TAKE1, ngx_conf_set_num_slot, kLoc,
     in_upstream(offsetof(ngx_http_upstream_conf_t, next_upstream_tries)), nullptr},
    ngx_null_command,
};

void* create_main_conf(ngx_conf_t* cf) noexcept {
  // Before the first key is parsed, and before any process is forked.
  if (sodium_init() < 0) return nullptr;
  auto* main = pool_new<MainConf>(cf->pool);
  if (main == nullptr || ngx_array_init(&main->dedup_zones, cf->pool, 2, sizeof(ngx_shm_zone_t*)) != NGX_OK) {
    return nullptr;
  }
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(cf->pool, 0);
  if (cleanup == nullptr) return nullptr;
  cleanup->handler = wipe_all;
  cleanup->data = &main->keys;
  return main;
}

void finish_conf(ngx_conf_t* cf) noexcept {
  MainConf& main = main_conf(cf);
  wipe_texts(main.keys);
  tell_of_schemes(cf->log, main);
}

}  // namespace ringfence::edge
