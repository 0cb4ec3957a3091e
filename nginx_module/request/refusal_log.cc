// See refusal_log.h. Its state is the process's own: nginx runs each worker process on one thread.
#include "nginx_module/request/refusal_log.h"

#include <array>

namespace ringfence::edge {
namespace {

// Forged requests cost their sender nothing; a log line costs us a write and the operator's disk.
constexpr ngx_uint_t kLinesPerSecond = 20;
constexpr ngx_msec_t kSecond_ms = 1000;
// A sentence with sixteen labels; nginx cuts a line at 2048 bytes.
constexpr std::size_t kSentenceBytes = 1200;

struct Window {
  ngx_event_t end;  // when the number left out is told
  ngx_msec_t begun;
  ngx_uint_t lines;
  ngx_uint_t left_out;
  ngx_uint_t level;
};
Window window;
// What nginx's debug log asks of a timer's owner is a connection with a descriptor.
ngx_connection_t nobody;

void tell_left_out() noexcept {
  if (window.left_out == 0) return;
  ngx_log_error(window.level, ngx_cycle->log, 0, "webhook refused: %ui more within a second, not logged one by one",
                window.left_out);
  window.left_out = 0;
}

void on_end(ngx_event_t*) noexcept { tell_left_out(); }

void leave_out(ngx_uint_t level) noexcept {
  window.level = level;
  if (window.left_out++ != 0) return;
  nobody.fd = static_cast<ngx_socket_t>(-1);
  window.end.handler = on_end;
  window.end.data = &nobody;
  window.end.log = ngx_cycle->log;
  window.end.cancelable = 1;  // no reason to keep an old process from ending
  if (window.end.timer_set == 0) ngx_add_timer(&window.end, kSecond_ms);
}

bool has_room(ngx_uint_t level) noexcept {
  if (ngx_current_msec - window.begun >= kSecond_ms) {
    tell_left_out();
    window.begun = ngx_current_msec;
    window.lines = 0;
  }
  if (window.lines < kLinesPerSecond) {
    ++window.lines;
    return true;
  }
  leave_out(level);
  return false;
}

}  // namespace

void log_refusal(ngx_http_request_t* r, const LocConf& conf, Reason reason, const scheme::Presented& presented,
                 std::string_view said) noexcept {
  ngx_log_t* log = r->connection->log;
  if (log->log_level < conf.log_level) return;
  if (!has_room(conf.log_level)) {
    count(counters(r).log_suppressed);
    return;
  }
  std::array<char, kSentenceBytes> room;
  const scheme::Plan& plan = conf.scheme->plan();
  ngx_str_t sentence =
      ngx_text(scheme::explain(reason, plan, {conf.past_s, conf.future_s}, presented, conf.keys->all(), room));
  ngx_str_t outcome = ngx_text(scheme::name_of(scheme::outcome_of(reason)));
  ngx_str_t why = ngx_text(scheme::name_of(reason));
  ngx_str_t name = ngx_text(plan.name);
  ngx_str_t quote = ngx_text(said);
  const bool quotes = !said.empty();
  ngx_log_error(conf.log_level, log, 0, "webhook refused%s: %V (%V): %V%s%V%s, scheme \"%V\"",
                conf.dry_run != 0 ? " (dry run, let on)" : "", &outcome, &why, &sentence, quotes ? ": \"" : "", &quote,
                quotes ? "\"" : "", &name);
}

}  // namespace ringfence::edge
