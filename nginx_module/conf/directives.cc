// See directives.h: the directive table and its setters. What needs a whole location is checked in merge.cc.
#include "nginx_module/conf/directives.h"

#include <sodium.h>

#include "nginx_module/observe/status.h"
#include "nginx_module/request/request.h"

namespace ringfence::edge {
namespace {

SourceLine here(const ngx_conf_t* cf) noexcept { return {cf->conf_file->file.name, cf->conf_file->line}; }

LocConf& of(void* conf) noexcept { return *static_cast<LocConf*>(conf); }

bool need_counters(ngx_conf_t* cf) {
  auto& main = *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module));
  if (main.counters == nullptr) main.counters = declare_counters(cf);
  return main.counters != nullptr;
}

char* set_webhook(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  LocConf& loc = of(conf);
  if (loc.webhook_at.line != 0) return conf_message("is duplicate");
  ngx_str_t& value = conf_args(cf)[1];
  loc.webhook = view(value) == kScheme;
  if (loc.webhook == 0 && view(value) != "off") {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook\" knows \"telnyx\" and \"off\", not \"%V\"", &value);
    return conf_failed();
  }
  loc.webhook_at = here(cf);
  return NGX_CONF_OK;
}

KeyRing* ring_of(ngx_conf_t* cf, LocConf& loc) {
  if (loc.keys == nullptr) loc.keys = pool_new<KeyRing>(cf->pool);
  return loc.keys;
}

char* set_key(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  KeyRing* ring = ring_of(cf, of(conf));
  return ring != nullptr && add_key(cf, *ring, view(conf_args(cf)[1])) ? NGX_CONF_OK : conf_failed();
}

char* set_key_file(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  KeyRing* ring = ring_of(cf, of(conf));
  return ring != nullptr && add_key_file(cf, *ring, conf_args(cf)[1]) ? NGX_CONF_OK : conf_failed();
}

char* set_zone(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  ngx_shm_zone_t* zone = declare_dedup_zone(cf, conf_args(cf)[1]);
  if (zone == nullptr) return conf_failed();
  auto* slot = static_cast<ngx_shm_zone_t**>(ngx_array_push(&static_cast<MainConf*>(conf)->dedup_zones));
  if (slot == nullptr) return conf_failed();
  *slot = zone;
  return NGX_CONF_OK;
}

bool parse_duration(std::string_view text, ngx_msec_t& ms) noexcept {
  ngx_str_t value = ngx_text(text);
  const ngx_int_t parsed = ngx_parse_time(&value, 0);
  if (parsed == NGX_ERROR || parsed == 0) return false;
  ms = static_cast<ngx_msec_t>(parsed);
  return true;
}

bool set_dedup_parameter(ngx_conf_t* cf, LocConf& loc, std::string_view parameter) {
  const std::size_t equals = parameter.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = parameter.substr(0, equals);
  const std::string_view value = parameter.substr(equals + 1);
  if (value.empty()) return false;
  if (name == "window") return parse_duration(value, loc.window_ms);
  if (name == "lease") return parse_duration(value, loc.lease_ms);
  ngx_str_t text = ngx_text(value);
  if (name == "scope") {
    loc.scope = text;
    return true;
  }
  if (name != "zone") return false;
  loc.dedup_zone = refer_dedup_zone(cf, text);
  return loc.dedup_zone != nullptr;
}

char* set_dedup(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  LocConf& loc = of(conf);
  if (loc.dedup_at.line != 0) return conf_message("is duplicate");
  loc.dedup_at = here(cf);
  loc.window_ms = 60 * 60 * 1000;
  loc.lease_ms = 10 * 1000;
  loc.scope = ngx_text("");
  if (cf->args->nelts == 2 && view(conf_args(cf)[1]) == "off") return NGX_CONF_OK;
  for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
    if (!set_dedup_parameter(cf, loc, view(conf_args(cf)[i]))) {
      ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_dedup\" cannot use the parameter \"%V\"", &conf_args(cf)[i]);
      return conf_failed();
    }
  }
  if (loc.dedup_zone == nullptr) return conf_message("needs zone=<name>, or off");
  return NGX_CONF_OK;
}

char* set_pass(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  LocConf& loc = of(conf);
  if (loc.pass_at.line != 0) return conf_message("is duplicate");
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  if (core->handler != nullptr) return conf_message("meets another content handler in this location");
  ngx_url_t url{};
  url.url = conf_args(cf)[1];
  url.no_resolve = 1;
  if (url.url.len == 0) return conf_message("needs the name of an upstream, or unix:<path>");
  loc.upstream.upstream = ngx_http_upstream_add(cf, &url, 0);
  if (loc.upstream.upstream == nullptr || !need_counters(cf)) return conf_failed();
  loc.pass_at = here(cf);
  core->handler = handle_webhook;
  return NGX_CONF_OK;
}

char* set_status(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  if (core->handler != nullptr) return conf_message("meets another content handler in this location");
  if (!need_counters(cf)) return conf_failed();
  core->handler = handle_status;
  return NGX_CONF_OK;
}

// A worker that is away, slow or broken is tried again elsewhere, also for a POST it may have seen: ids make that safe.
ngx_conf_bitmask_t next_upstream_conditions[] = {
    {ngx_text("error"), NGX_HTTP_UPSTREAM_FT_ERROR},
    {ngx_text("timeout"), NGX_HTTP_UPSTREAM_FT_TIMEOUT},
    {ngx_text("invalid_header"), NGX_HTTP_UPSTREAM_FT_INVALID_HEADER},
    {ngx_text("non_idempotent"), NGX_HTTP_UPSTREAM_FT_NON_IDEMPOTENT},
    {ngx_text("off"), NGX_HTTP_UPSTREAM_FT_OFF},
    {ngx_null_string, 0},
};

constexpr ngx_uint_t kAnyLevel = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

// For settings kept in nginx's own upstream configuration inside ours.
constexpr std::size_t in_upstream(std::size_t offset) noexcept { return offsetof(LocConf, upstream) + offset; }

}  // namespace

ngx_command_t directives[] = {
    {ngx_text("webhook_zone"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_zone, NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_text("webhook"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1, set_webhook, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_text("webhook_key"), kAnyLevel | NGX_CONF_TAKE1, set_key, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_text("webhook_key_file"), kAnyLevel | NGX_CONF_TAKE1, set_key_file, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_text("webhook_tolerance"), kAnyLevel | NGX_CONF_TAKE1, ngx_conf_set_sec_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocConf, tolerance_s), nullptr},
    {ngx_text("webhook_dedup"), kAnyLevel | NGX_CONF_1MORE, set_dedup, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_text("webhook_pass"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1, set_pass, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_text("webhook_status"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_status, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_text("webhook_connect_timeout"), kAnyLevel | NGX_CONF_TAKE1, ngx_conf_set_msec_slot, NGX_HTTP_LOC_CONF_OFFSET,
     in_upstream(offsetof(ngx_http_upstream_conf_t, connect_timeout)), nullptr},
    {ngx_text("webhook_send_timeout"), kAnyLevel | NGX_CONF_TAKE1, ngx_conf_set_msec_slot, NGX_HTTP_LOC_CONF_OFFSET,
     in_upstream(offsetof(ngx_http_upstream_conf_t, send_timeout)), nullptr},
    {ngx_text("webhook_read_timeout"), kAnyLevel | NGX_CONF_TAKE1, ngx_conf_set_msec_slot, NGX_HTTP_LOC_CONF_OFFSET,
     in_upstream(offsetof(ngx_http_upstream_conf_t, read_timeout)), nullptr},
    {ngx_text("webhook_next_upstream_timeout"), kAnyLevel | NGX_CONF_TAKE1, ngx_conf_set_msec_slot,
     NGX_HTTP_LOC_CONF_OFFSET, in_upstream(offsetof(ngx_http_upstream_conf_t, next_upstream_timeout)), nullptr},
    {ngx_text("webhook_next_upstream"), kAnyLevel | NGX_CONF_1MORE, ngx_conf_set_bitmask_slot, NGX_HTTP_LOC_CONF_OFFSET,
     in_upstream(offsetof(ngx_http_upstream_conf_t, next_upstream)), &next_upstream_conditions},
    {ngx_text("webhook_next_upstream_tries"), kAnyLevel | NGX_CONF_TAKE1, ngx_conf_set_num_slot,
     NGX_HTTP_LOC_CONF_OFFSET, in_upstream(offsetof(ngx_http_upstream_conf_t, next_upstream_tries)), nullptr},
    ngx_null_command,
};

void* create_main_conf(ngx_conf_t* cf) noexcept {
  // Before the first key is parsed, and before any process is forked.
  if (sodium_init() < 0) return nullptr;
  auto* main = pool_new<MainConf>(cf->pool);
  if (main == nullptr || ngx_array_init(&main->dedup_zones, cf->pool, 2, sizeof(ngx_shm_zone_t*)) != NGX_OK) {
    return nullptr;
  }
  return main;
}

}  // namespace ringfence::edge
