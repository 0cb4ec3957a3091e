// See notices.h.
#include "nginx_module/conf/notices.h"

#include "nginx_module/conf/directives.h"

namespace ringfence::edge {
namespace {

void tell_of(ngx_log_t* log, std::string_view scheme, std::string_view sentence) noexcept {
  u_char text[1024];
  ngx_str_t name = ngx_text(scheme);
  ngx_str_t what = ngx_text(sentence);
  const u_char* end = ngx_slprintf(text, text + sizeof text, "webhook scheme \"%V\": %V", &name, &what);
  tell(log, {reinterpret_cast<const char*>(text), static_cast<std::size_t>(end - text)});
}

}  // namespace

void tell(ngx_log_t* log, std::string_view text) noexcept {
  ngx_str_t line = ngx_text(text);
  ngx_log_error(NGX_LOG_NOTICE, log, 0, "%V", &line);
  const bool seen = log->file != nullptr && log->file->fd == ngx_stderr && log->log_level >= NGX_LOG_NOTICE;
  if (ngx_test_config != 0 && ngx_quiet_mode == 0 && !seen) ngx_log_stderr(0, "[notice] %V", &line);
}

void tell_of_schemes(ngx_log_t* log, const MainConf& main) noexcept {
  for (const Scheme* one = main.schemes; one != nullptr; one = one->next) {
    if (!one->used) continue;
    for (const std::string_view sentence : scheme::unprotected(one->plan())) {
      if (!sentence.empty()) tell_of(log, one->plan().name, sentence);
    }
    if (one->default_url) {
      tell_of(log, one->plan().name,
              "signs the URL, which is taken as $scheme://$http_host$request_uri; behind a proxy that ends TLS or "
              "changes the path, say webhook_url");
    }
  }
}

}  // namespace ringfence::edge
