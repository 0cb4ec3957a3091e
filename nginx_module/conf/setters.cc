// See setters.h. Each fault is a sentence that says what was expected, at its own line.
#include "nginx_module/conf/setters.h"

#include "nginx_module/conf/directives.h"
#include "nginx_module/handover/api_link.h"
#include "nginx_module/observe/status.h"
#include "nginx_module/request/gate.h"

namespace ringfence::edge {
namespace {

// As for a scheme's own: dedup has to remember for past and future together, and can for 7 days.
constexpr std::int64_t kToleranceMost_s = 3LL * 24 * 3600;

SourceLine here(const ngx_conf_t* cf) noexcept { return {cf->conf_file->file.name, cf->conf_file->line}; }

LocConf& of(void* conf) noexcept { return *static_cast<LocConf*>(conf); }

// Schemes count in slots of their own, found by name when the memory is there.
void find_slots(void* main, Counters& all) noexcept {
  for (Scheme* one = static_cast<MainConf*>(main)->schemes; one != nullptr; one = one->next) {
    if (one->used) one->slot = slot_for(all, one->plan().name);
  }
}

bool need_counters(ngx_conf_t* cf) noexcept {
  MainConf& main = main_conf(cf);
  if (main.counters == nullptr) main.counters = declare_counters(cf, &main, find_slots);
  return main.counters != nullptr;
}

bool parse_duration(std::string_view text, ngx_msec_t& ms) noexcept {
  ngx_str_t value = ngx_text(text);
  const ngx_int_t parsed = ngx_parse_time(&value, 0);
  if (parsed == NGX_ERROR || parsed == 0) return false;
  ms = static_cast<ngx_msec_t>(parsed);
  return true;
}

bool set_dedup_parameter(ngx_conf_t* cf, LocConf& loc, std::string_view parameter) noexcept {
  const std::size_t equals = parameter.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = parameter.substr(0, equals);
  const std::string_view value = parameter.substr(equals + 1);
  if (value.empty()) return false;
  if (name == "window") return parse_duration(value, loc.window_ms);
  if (name == "lease") return parse_duration(value, loc.lease_given_ms);
  ngx_str_t text = ngx_text(value);
  if (name == "scope") {
    loc.scope = text;
    return true;
  }
  if (name != "zone") return false;
  loc.dedup_zone = refer_dedup_zone(cf, text);
  return loc.dedup_zone != nullptr;
}

// Of the whole, not of one half: "15" is 15 s, as everywhere in nginx.
bool parse_tolerance(ngx_conf_t* cf, ngx_str_t text, time_t& seconds) noexcept {
  const ngx_int_t parsed = ngx_parse_time(&text, 1);
  if (parsed != NGX_ERROR && parsed >= 1 && parsed <= kToleranceMost_s) {
    seconds = parsed;
    return true;
  }
  ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_tolerance\" \"%V\" is not a time from 1s to 3d", &text);
  return false;
}

// nginx answers some codes in its own way, and a sender acts on redirects in ways nobody checked.
bool is_usable_status(Outcome outcome, ngx_int_t status) noexcept {
  if (outcome == Outcome::duplicate) return status >= 200 && status <= 299;
  const bool is_refusal = status >= 400 && status <= 599 && status != 444 && (status < 494 || status > 499);
  return is_refusal || (!scheme::is_retryable(outcome) && status >= 200 && status <= 299);
}

char* meets_another(ngx_conf_t* cf, ngx_http_handler_pt handler) noexcept {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  if (core->handler != nullptr) return conf_message("meets another content handler in this location");
  core->handler = handler;
  return NGX_CONF_OK;
}

char* set_upstream(ngx_conf_t* cf, LocConf& loc, SourceLine& at, ngx_http_handler_pt handler) noexcept {
  if (at.line != 0) return conf_message("is duplicate");
  ngx_url_t url{};
  url.url = conf_args(cf)[1];
  url.no_resolve = 1;
  if (url.url.len == 0) return conf_message("needs the name of an upstream, or unix:<path>");
  if (char* rv = meets_another(cf, handler); rv != NGX_CONF_OK) return rv;
  loc.upstream.upstream = ngx_http_upstream_add(cf, &url, 0);
  if (loc.upstream.upstream == nullptr || !need_counters(cf)) return conf_failed();
  at = here(cf);
  return NGX_CONF_OK;
}

}  // namespace

char* set_webhook(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  LocConf& loc = of(conf);
  if (loc.webhook_at.line != 0) return conf_message("is duplicate");
  const ngx_str_t& name = conf_args(cf)[1];
  if (name.len == 0) return conf_message("needs the name of a scheme, or off");
  loc.webhook = view(name) != "off" ? 1 : 0;
  if (loc.webhook != 0) loc.scheme_name = name;
  loc.webhook_at = here(cf);
  return loc.webhook == 0 || need_counters(cf) ? NGX_CONF_OK : conf_failed();
}

char* set_key(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  return add_key_text(cf, main_conf(cf).keys, of(conf).key_texts, conf_args(cf)[1]) ? NGX_CONF_OK : conf_failed();
}

char* set_key_file(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  return add_key_file(cf, main_conf(cf).keys, of(conf).key_texts, conf_args(cf)[1]) ? NGX_CONF_OK : conf_failed();
}

char* set_tolerance(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  constexpr std::string_view kFuture = "future=";
  LocConf& loc = of(conf);
  if (loc.tolerance_at.line != 0) return conf_message("is duplicate");
  ngx_str_t* args = conf_args(cf);
  if (!parse_tolerance(cf, args[1], loc.past_s)) return conf_failed();
  loc.future_s = loc.past_s;
  if (cf->args->nelts == 3) {
    const std::string_view word = view(args[2]);
    if (!word.starts_with(kFuture)) {
      ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_tolerance\" cannot use \"%V\"; expected TIME [future=TIME]",
                         &args[2]);
      return conf_failed();
    }
    if (!parse_tolerance(cf, ngx_text(word.substr(kFuture.size())), loc.future_s)) return conf_failed();
  }
  loc.tolerance_at = here(cf);
  return NGX_CONF_OK;
}

char* set_dedup(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  LocConf& loc = of(conf);
  if (loc.dedup_at.line != 0) return conf_message("is duplicate");
  loc.dedup_at = here(cf);
  loc.window_ms = 60 * 60 * 1000;
  loc.scope = ngx_text("");
  if (cf->args->nelts == 2 && view(conf_args(cf)[1]) == "off") return NGX_CONF_OK;
  for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
    if (!set_dedup_parameter(cf, loc, view(conf_args(cf)[i]))) {
      ngx_conf_log_error(
          NGX_LOG_EMERG, cf, 0,
          "\"webhook_dedup\" cannot use the parameter \"%V\"; expected zone=NAME [window=TIME] [lease=TIME] "
          "[scope=TEXT], or off alone",
          &conf_args(cf)[i]);
      return conf_failed();
    }
  }
  if (loc.dedup_zone == nullptr) return conf_message("needs zone=<name>, or off");
  return NGX_CONF_OK;
}

char* set_dry_run(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept {
  of(conf).dry_run_at = here(cf);
  return ngx_conf_set_flag_slot(cf, command, conf);
}

char* set_status_code(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  ngx_str_t* args = conf_args(cf);
  const auto outcome = scheme::outcome_named(view(args[1]));
  if (!outcome || *outcome == Outcome::none || *outcome == Outcome::accepted || *outcome == Outcome::failed) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"webhook_status_code\" knows no outcome \"%V\" whose answer is ours to choose; expected "
                       "duplicate, in_flight, malformed, unsigned, forged, stale, method, too_large, unsupported, "
                       "refused, later or unavailable",
                       &args[1]);
    return conf_failed();
  }
  const ngx_int_t status = ngx_atoi(args[2].data, args[2].len);
  if (!is_usable_status(*outcome, status)) {
    const char* expected = "2xx, 4xx or 5xx";
    if (*outcome == Outcome::duplicate) {
      expected = "2xx; after any other its sender would send the event again";
    } else if (scheme::is_retryable(*outcome)) {
      expected = "4xx or 5xx; after any other its sender would not send the event again, and it would be lost";
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_status_code %V\" cannot be \"%V\"; expected %s", &args[1],
                       &args[2], expected);
    return conf_failed();
  }
  std::uint16_t& code = of(conf).status_codes[static_cast<std::size_t>(*outcome)];
  if (code != 0) return conf_message("is duplicate for this outcome");
  code = static_cast<std::uint16_t>(status);
  return NGX_CONF_OK;
}

char* set_zone(ngx_conf_t* cf, ngx_command_t*, void* main_conf) noexcept {
  ngx_shm_zone_t* zone = declare_dedup_zone(cf, conf_args(cf)[1]);
  if (zone == nullptr) return conf_failed();
  auto* slot = static_cast<ngx_shm_zone_t**>(ngx_array_push(&static_cast<MainConf*>(main_conf)->dedup_zones));
  if (slot == nullptr) return conf_failed();
  *slot = zone;
  return NGX_CONF_OK;
}

char* set_pass(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  return set_upstream(cf, of(conf), of(conf).pass_at, handle_webhook);
}

char* set_api(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  return set_upstream(cf, of(conf), of(conf).api_at, handle_api);
}

char* set_status(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  of(conf).status_format = StatusFormat::json;
  if (cf->args->nelts == 2) {
    const std::string_view format = view(conf_args(cf)[1]);
    if (format == "prometheus") {
      of(conf).status_format = StatusFormat::prometheus;
    } else if (format == "html") {
      of(conf).status_format = StatusFormat::html;
    } else if (format != "json") {
      return conf_message("knows the formats json, prometheus and html");
    }
  }
  if (!need_counters(cf)) return conf_failed();
  return meets_another(cf, handle_status);
}

}  // namespace ringfence::edge
