// Creating and merging the configuration of a location, and the checks that need all of it. Nothing may fail open:
// a location that asks for verification and could be served without it does not load.
#include "nginx_module/conf/directives.h"
#include "nginx_module/handover/second_try.h"
#include "nginx_module/request/request.h"
#include "shared/limits.h"

namespace ringfence::edge {
namespace {

constexpr time_t kToleranceDefault_s = 300;
constexpr time_t kToleranceMost_s = 24 * 60 * 60;
constexpr ngx_msec_t kConnectTimeout_ms = 1000;
// Telnyx waits 2 s for our answer; one that comes later is worth nothing to it.
constexpr ngx_msec_t kAnswerTimeout_ms = 2000;
constexpr ngx_uint_t kNextUpstream = NGX_CONF_BITMASK_SET | NGX_HTTP_UPSTREAM_FT_ERROR | NGX_HTTP_UPSTREAM_FT_TIMEOUT |
                                     NGX_HTTP_UPSTREAM_FT_INVALID_HEADER | NGX_HTTP_UPSTREAM_FT_NON_IDEMPOTENT;

char* refuse(ngx_conf_t* cf, const SourceLine& at, const char* what) {
  ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s in %V:%ui", what, &at.file, at.line);
  return conf_failed();
}

void merge_upstream(ngx_http_upstream_conf_t& parent, ngx_http_upstream_conf_t& child) {
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

// An `if` or limit_except block is a location of its own to nginx, entered instead of the one around it.
bool inherit_handler(ngx_http_core_loc_conf_t& core, const LocConf& parent) noexcept {
  if (core.noname == 0 || core.handler != nullptr) return core.handler == handle_webhook;
  if (parent.pass_at.line == 0) return false;
  if (core.lmt_excpt != 0) core.handler = handle_webhook;
  return true;
}

// What would be refused as too large once it was read is not read: nginx stops a declared body at its headers, and one
// in chunks at this size. Also when client_max_body_size is 0, which means no limit.
void bound_body(ngx_http_core_loc_conf_t& core) noexcept {
  constexpr auto kMost = static_cast<off_t>(limits::kBodyBytes);
  if (core.client_max_body_size == 0 || core.client_max_body_size > kMost) core.client_max_body_size = kMost;
}

// The longest one hand-over can take: no further attempt starts after next_upstream_timeout.
bool outlasts(ngx_msec_t lease_ms, const ngx_http_upstream_conf_t& up) noexcept {
  for (const ngx_msec_t part : {up.next_upstream_timeout, up.connect_timeout, up.send_timeout, up.read_timeout}) {
    if (part > lease_ms) return false;
    lease_ms -= part;
  }
  return true;
}

char* check(ngx_conf_t* cf, const LocConf& conf, bool ours) {
  const bool on = conf.webhook != 0;
  if (on && !ours) {
    return refuse(cf, conf.webhook_at,
                  "\"webhook\" is in effect where no \"webhook_pass\" serves, so nothing would be verified; "
                  "add \"webhook_pass\" there, or \"webhook off\"");
  }
  // Also where nobody dedups: nginx would call it a zone of no size, and not say where.
  if (conf.dedup_zone != nullptr && !is_declared(conf.dedup_zone)) {
    return refuse(cf, conf.dedup_at, "\"webhook_dedup\" names a zone that no \"webhook_zone\" declares");
  }
  if (!ours) return NGX_CONF_OK;
  if (!on) return refuse(cf, conf.pass_at, "\"webhook_pass\" without \"webhook\" would pass unverified requests");
  if (conf.keys == nullptr || conf.keys->count == 0) {
    return refuse(cf, conf.webhook_at, "\"webhook\" without \"webhook_key\" or \"webhook_key_file\"");
  }
  if (conf.tolerance_s < 1 || conf.tolerance_s > kToleranceMost_s) {
    return refuse(cf, conf.webhook_at, "\"webhook_tolerance\" of this location is not between 1s and 1d");
  }
  if (conf.dedup_zone == nullptr) return NGX_CONF_OK;
  // A timestamp may lie one tolerance ahead and then stays valid for another; a copy must be known for as long.
  if (conf.window_ms < static_cast<ngx_msec_t>(conf.tolerance_s) * 2 * 1000) {
    return refuse(cf, conf.dedup_at, "\"webhook_dedup\" window is shorter than twice \"webhook_tolerance\"");
  }
  if (conf.window_ms > static_cast<ngx_msec_t>(limits::kDedupWindowMs)) {
    return refuse(cf, conf.dedup_at, "\"webhook_dedup\" window is longer than 7d, the most there is");
  }
  if (conf.lease_ms > static_cast<ngx_msec_t>(limits::kDedupLeaseMs)) {
    return refuse(cf, conf.dedup_at, "\"webhook_dedup\" lease is longer than 10m, the most there is");
  }
  if (!outlasts(conf.lease_ms, conf.upstream)) {
    return refuse(cf, conf.dedup_at,
                  "\"webhook_dedup\" lease is shorter than one hand-over may take: webhook_next_upstream_timeout and "
                  "the connect, send and read timeouts together");
  }
  return NGX_CONF_OK;
}

}  // namespace

void* create_loc_conf(ngx_conf_t* cf) noexcept {
  auto* conf = pool_new<LocConf>(cf->pool);
  if (conf == nullptr) return nullptr;
  conf->tolerance_s = NGX_CONF_UNSET;
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
  const bool ours = inherit_handler(core, parent);
  if (conf.webhook_at.line == 0) {
    conf.webhook = parent.webhook;
    conf.webhook_at = parent.webhook_at;
  }
  if (conf.pass_at.line == 0 && core.noname != 0) conf.pass_at = parent.pass_at;
  if (conf.keys == nullptr) conf.keys = parent.keys;
  if (conf.dedup_at.line == 0) {
    conf.dedup_at = parent.dedup_at;
    conf.dedup_zone = parent.dedup_zone;
    conf.window_ms = parent.window_ms;
    conf.lease_ms = parent.lease_ms;
    conf.scope = parent.scope;
  }
  ngx_conf_merge_sec_value(conf.tolerance_s, parent.tolerance_s, kToleranceDefault_s);
  merge_upstream(parent.upstream, conf.upstream);
  if (ours) bound_body(core);
  if (ours && core.noname == 0) {
    conf.upstream.upstream = with_second_try(cf->pool, conf.upstream.upstream);
    if (conf.upstream.upstream == nullptr) return conf_failed();
  }
  return check(cf, conf, ours);
}

}  // namespace ringfence::edge
