// Creating and merging the configuration of a location, and the checks that need all of it. Nothing may fail open:
// a location that asks for verification and could be served without it does not load.
#include <algorithm>

#include "nginx_module/conf/bypass.h"
#include "nginx_module/conf/directives.h"
#include "nginx_module/conf/notices.h"
#include "nginx_module/conf/scheme_block.h"
#include "nginx_module/handover/api_link.h"
#include "nginx_module/handover/second_try.h"
#include "nginx_module/observe/status.h"
#include "nginx_module/request/gate.h"
#include "shared/limits.h"

namespace ringfence::edge {
namespace {

constexpr ngx_msec_t kConnectTimeout_ms = 1000;
// Telnyx waits 2 s for our answer; one that comes later is worth nothing to it.
constexpr ngx_msec_t kAnswerTimeout_ms = 2000;
constexpr ngx_msec_t kPassLease_ms = 10 * 1000;
// As long as proxy_read_timeout and its likes let a backend think.
constexpr ngx_msec_t kGateLease_ms = 60 * 1000;
constexpr ngx_uint_t kNextUpstream = NGX_CONF_BITMASK_SET | NGX_HTTP_UPSTREAM_FT_ERROR | NGX_HTTP_UPSTREAM_FT_TIMEOUT |
                                     NGX_HTTP_UPSTREAM_FT_INVALID_HEADER | NGX_HTTP_UPSTREAM_FT_NON_IDEMPOTENT;

// What is said of one location while it is merged.
struct Merging {
  ngx_conf_t* cf;
  MainConf& main;
  ngx_http_core_loc_conf_t& core;
  const LocConf& parent;
  LocConf& conf;
};

char* refuse(ngx_conf_t* cf, const SourceLine& at, const char* what) noexcept {
  ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s in %V:%ui", what, &at.file, at.line);
  return conf_failed();
}

void merge_upstream(ngx_http_upstream_conf_t& parent, ngx_http_upstream_conf_t& child) noexcept {
  ngx_conf_merge_msec_value(child.connect_timeout, parent.connect_timeout, kConnectTimeout_ms);
  ngx_conf_merge_msec_value(child.send_timeout, parent.send_timeout, kAnswerTimeout_ms);
  ngx_conf_merge_msec_value(child.read_timeout, parent.read_timeout, kAnswerTimeout_ms);
  ngx_conf_merge_msec_value(child.next_upstream_timeout, parent.next_upstream_timeout, kAnswerTimeout_ms);
  ngx_conf_merge_uint_value(child.next_upstream_tries, parent.next_upstream_tries, 0);
  ngx_conf_merge_bitmask_value(child.next_upstream, parent.next_upstream, kNextUpstream);
  if ((child.next_upstream & NGX_HTTP_UPSTREAM_FT_OFF) != 0) {
    child.next_upstream = NGX_CONF_BITMASK_SET | NGX_HTTP_UPSTREAM_FT_OFF;
  }
  if (child.upstream == nullptr) child.upstream = parent.upstream;
}

void merge_values(const LocConf& parent, LocConf& conf) noexcept {
  if (conf.webhook_at.line == 0) {
    conf.webhook = parent.webhook;
    conf.webhook_at = parent.webhook_at;
    conf.scheme_name = parent.scheme_name;
  }
  if (conf.key_texts == nullptr) conf.key_texts = parent.key_texts;
  if (conf.tolerance_at.line == 0 && parent.tolerance_at.line != 0) {
    conf.tolerance_at = parent.tolerance_at;
    conf.past_s = parent.past_s;
    conf.future_s = parent.future_s;
  }
  if (conf.dedup_at.line == 0) {
    conf.dedup_at = parent.dedup_at;
    conf.dedup_zone = parent.dedup_zone;
    conf.window_ms = parent.window_ms;
    conf.lease_given_ms = parent.lease_given_ms;
    conf.scope = parent.scope;
  }
  if (conf.dry_run_at.line == 0) conf.dry_run_at = parent.dry_run_at;
  ngx_conf_merge_value(conf.dry_run, parent.dry_run, 0);
  ngx_conf_merge_value(conf.request_headers, parent.request_headers, 1);
  ngx_conf_merge_uint_value(conf.log_level, parent.log_level, NGX_LOG_ERR);
  if (conf.url == nullptr) conf.url = parent.url;
  for (std::size_t i = 0; i < conf.status_codes.size(); ++i) {
    if (conf.status_codes[i] == 0) conf.status_codes[i] = parent.status_codes[i];
  }
}

// One of our content handlers. An `if` or limit_except block is a location of its own to nginx, entered instead of the
// one around it; it goes on with that one's handler unless it has its own.
void inherit_handler(ngx_http_core_loc_conf_t& core, ngx_http_handler_pt ours, const SourceLine& outer,
                     SourceLine& at) noexcept {
  if (core.noname == 0 || core.handler != nullptr || outer.line == 0) return;
  at = outer;
  if (core.lmt_excpt != 0) core.handler = ours;
}

// What would be refused as too large once it was read is not read: nginx stops a declared body at its headers, and one
// in chunks at this size. Also when client_max_body_size is 0, which means no limit.
void bound_body(ngx_http_core_loc_conf_t& core, std::size_t bound) noexcept {
  const auto most = static_cast<off_t>(bound);
  if (core.client_max_body_size == 0 || core.client_max_body_size > most) core.client_max_body_size = most;
}

// The longest one hand-over can take: no further attempt starts after next_upstream_timeout.
bool outlasts(ngx_msec_t lease_ms, const ngx_http_upstream_conf_t& up) noexcept {
  for (const ngx_msec_t part : {up.next_upstream_timeout, up.connect_timeout, up.send_timeout, up.read_timeout}) {
    if (part > lease_ms) return false;
    lease_ms -= part;
  }
  return true;
}

char* check_dedup(ngx_conf_t* cf, const LocConf& conf) noexcept {
  if (conf.dedup_zone == nullptr) return NGX_CONF_OK;
  // A timestamp may lie one tolerance ahead and then stays valid for another; a copy must be known for as long.
  const auto valid_ms = static_cast<ngx_msec_t>(conf.past_s + conf.future_s) * 1000;
  if (conf.scheme->plan().has_timestamp && conf.window_ms < valid_ms) {
    return refuse(
        cf, conf.dedup_at,
        "\"webhook_dedup\" window is shorter than a request stays valid: the past and future tolerance together");
  }
  if (conf.window_ms > static_cast<ngx_msec_t>(limits::kDedupWindowMs)) {
    return refuse(cf, conf.dedup_at, "\"webhook_dedup\" window is longer than 7d, the most there is");
  }
  if (conf.lease_ms > static_cast<ngx_msec_t>(limits::kDedupLeaseMs)) {
    return refuse(cf, conf.dedup_at, "\"webhook_dedup\" lease is longer than 10m, the most there is");
  }
  if (conf.pass_at.line != 0 && !outlasts(conf.lease_ms, conf.upstream)) {
    return refuse(cf, conf.dedup_at,
                  "\"webhook_dedup\" lease is shorter than one hand-over may take: webhook_next_upstream_timeout and "
                  "the connect, send and read timeouts together");
  }
  return NGX_CONF_OK;
}

void tell_of_body_file(const Merging& m) noexcept {
  const auto buffer = static_cast<off_t>(m.core.client_body_buffer_size);
  if (m.main.told_body_file || buffer >= m.core.client_max_body_size) return;
  m.main.told_body_file = true;
  u_char text[512];
  const u_char* end =
      ngx_slprintf(text, text + sizeof text,
                   "webhook bodies over client_body_buffer_size, here %O of client_max_body_size %O, go through a "
                   "temporary file in %V:%ui",
                   buffer, m.core.client_max_body_size, &m.conf.webhook_at.file, m.conf.webhook_at.line);
  tell(m.cf->log, {reinterpret_cast<const char*>(text), static_cast<std::size_t>(end - text)});
}

// Which are asked with GET, and the gate lets only POST through: inherited without a thought.
void warn_of_own_pages(const Merging& m) noexcept {
  if (m.core.handler != handle_status && m.core.handler != handle_api) return;
  ngx_log_error(NGX_LOG_WARN, m.cf->log, 0,
                "\"webhook\" is in effect where \"%s\" serves, and lets only signed POST requests through; add "
                "\"webhook off\" there in %V:%ui",
                m.core.handler == handle_status ? "webhook_status" : "ringd_api", &m.conf.webhook_at.file,
                m.conf.webhook_at.line);
}

// Scheme, keys and what follows from them, where `webhook` is on.
char* complete(const Merging& m, bool own_tolerance) noexcept {
  LocConf& conf = m.conf;
  Scheme* scheme = find_scheme(m.cf, m.main, conf.scheme_name, conf.webhook_at);
  if (scheme == nullptr) return conf_failed();
  scheme->used = true;
  scheme->default_url |= scheme->plan().needs_url && conf.url == nullptr;
  conf.scheme = scheme;
  if (conf.key_texts == nullptr) {
    return refuse(
        m.cf, conf.webhook_at,
        "\"webhook\" without a key would verify nothing; add \"webhook_key_file\" (or \"webhook_key\") at this "
        "level or around it");
  }
  conf.keys = parse_keys(m.cf, m.main.keys, *conf.key_texts, scheme->plan());
  if (conf.keys == nullptr) return conf_failed();
  if (const scheme::Plan* other = find_other_kind(m.main.keys, *conf.keys); other != nullptr) {
    ngx_str_t name = ngx_text(other->name);
    ngx_log_error(NGX_LOG_EMERG, m.cf->log, 0,
                  "\"webhook\" inherits the keys of scheme \"%V\"; of the two one has public keys, which everybody may "
                  "know, the other secrets; give \"%V\" a \"webhook_key_file\" of its own in %V:%ui",
                  &name, &conf.scheme_name, &conf.webhook_at.file, conf.webhook_at.line);
    return conf_failed();
  }
  if (conf.tolerance_at.line == 0) {
    conf.past_s = scheme->plan().past_s;
    conf.future_s = scheme->plan().future_s;
  } else if (own_tolerance && !scheme->plan().has_timestamp) {
    ngx_log_error(NGX_LOG_WARN, m.cf->log, 0,
                  "\"webhook_tolerance\" has no effect: scheme \"%V\" has no timestamp in %V:%ui", &conf.scheme_name,
                  &conf.tolerance_at.file, conf.tolerance_at.line);
  }
  // Whole seconds of a clock decide, milliseconds since boot count: what comes in at the first moment of its second
  // stays fresh for almost one more than both tolerances.
  const auto fresh_ms = static_cast<std::int64_t>(conf.past_s + conf.future_s + 1) * 1000;
  if (scheme->plan().has_timestamp) scheme->fresh_ms = std::max(scheme->fresh_ms, fresh_ms);
  // A dry run refuses nothing, also not what would be too large.
  if (conf.dry_run == 0) bound_body(m.core, conf.pass_at.line != 0 ? limits::kBodyBytes : limits::kGateBodyBytes);
  tell_of_body_file(m);
  warn_of_bypass(m.cf, m.main, conf);
  warn_of_own_pages(m);
  return NGX_CONF_OK;
}

char* check(const Merging& m, bool own_tolerance) noexcept {
  const LocConf& conf = m.conf;
  // Also where nobody dedups: nginx would call it a zone of no size, and not say where.
  if (conf.dedup_zone != nullptr && !is_declared(conf.dedup_zone)) {
    ngx_log_error(NGX_LOG_EMERG, m.cf->log, 0,
                  "\"webhook_dedup\" names a zone that no \"webhook_zone\" declares: \"%V\" in %V:%ui",
                  &conf.dedup_zone->shm.name, &conf.dedup_at.file, conf.dedup_at.line);
    return conf_failed();
  }
  if (conf.webhook == 0) {
    if (conf.pass_at.line == 0) return NGX_CONF_OK;
    return refuse(m.cf, conf.pass_at, "\"webhook_pass\" without \"webhook\" would pass unverified requests");
  }
  if (char* rv = complete(m, own_tolerance); rv != NGX_CONF_OK) return rv;
  if (conf.pass_at.line != 0 && conf.dry_run != 0) {
    return refuse(
        m.cf, conf.dry_run_at,
        "\"webhook_dry_run\" where \"webhook_pass\" serves would pass unverified requests; it is for \"webhook\" "
        "in front of other handlers");
  }
  return check_dedup(m.cf, conf);
}

}  // namespace

void* create_loc_conf(ngx_conf_t* cf) noexcept {
  auto* conf = pool_new<LocConf>(cf->pool);
  if (conf == nullptr) return nullptr;
  conf->dry_run = NGX_CONF_UNSET;
  conf->request_headers = NGX_CONF_UNSET;
  conf->log_level = NGX_CONF_UNSET_UINT;
  ngx_http_upstream_conf_t& up = conf->upstream;
  up.connect_timeout = NGX_CONF_UNSET_MSEC;
  up.send_timeout = NGX_CONF_UNSET_MSEC;
  up.read_timeout = NGX_CONF_UNSET_MSEC;
  up.next_upstream_timeout = NGX_CONF_UNSET_MSEC;
  up.next_upstream_tries = NGX_CONF_UNSET_UINT;
  up.buffer_size = ngx_pagesize;  // a verdict frame is far smaller
  // The provider closing early must not cancel an event that the worker may already have made durable.
  up.ignore_client_abort = 1;
  up.module = ngx_text("webhook");
  return conf;
}

char* merge_loc_conf(ngx_conf_t* cf, void* parent_conf, void* child_conf) noexcept {
  auto& parent = *static_cast<LocConf*>(parent_conf);
  auto& conf = *static_cast<LocConf*>(child_conf);
  auto& core = *static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  // proxy_pass and its likes take a location over without a word.
  if (conf.pass_at.line != 0 && core.handler != handle_webhook) {
    return refuse(cf, conf.pass_at, "\"webhook_pass\" meets another content handler in this location");
  }
  if (conf.api_at.line != 0 && core.handler != handle_api) {
    return refuse(cf, conf.api_at, "\"ringd_api\" meets another content handler in this location");
  }
  const bool own_pass = conf.pass_at.line != 0;
  const bool own_tolerance = conf.tolerance_at.line != 0;
  inherit_handler(core, handle_webhook, parent.pass_at, conf.pass_at);
  inherit_handler(core, handle_api, parent.api_at, conf.api_at);
  if (conf.api_at.line != 0) bound_body(core, limits::kBodyBytes);
  merge_values(parent, conf);
  merge_upstream(parent.upstream, conf.upstream);
  conf.lease_ms = conf.lease_given_ms;
  if (conf.lease_ms == 0) conf.lease_ms = conf.pass_at.line != 0 ? kPassLease_ms : kGateLease_ms;
  if (own_pass) {
    conf.upstream.upstream = with_second_try(cf->pool, conf.upstream.upstream);
    if (conf.upstream.upstream == nullptr) return conf_failed();
  }
  if (conf.api_at.line != 0 && !complete_api(cf->pool, conf)) return conf_failed();
  return check({cf, main_conf(cf), core, parent, conf}, own_tolerance);
}

}  // namespace ringfence::edge
