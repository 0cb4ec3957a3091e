// See reload_call.h.
#include "nginx_module/handover/reload_call.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>

#include "nginx_module/conf/directives.h"
#include "shared/frame_codec.h"

namespace ringfence::edge {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr RequestFrame kReload{.method = "POST", .target = "/reload", .body = {}};

// 0, or what went wrong. A frame this short fits into the buffer of a socket that has just been opened.
ngx_err_t send_reload(const sockaddr_un& address) noexcept {
  std::array<std::uint8_t, 64> frame{};
  const std::size_t bytes = request_prefix_bytes(kReload);
  if (bytes > frame.size() || !encode_request_prefix(kReload, 0, {frame.data(), bytes})) return NGX_EINVAL;
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return ngx_errno;
  ngx_err_t failed = 0;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::send(fd, frame.data(), bytes, MSG_NOSIGNAL) != static_cast<ssize_t>(bytes)) {
    failed = ngx_errno;
  }
  ::close(fd);
  return failed;
}

}  // namespace

ngx_int_t tell_ringd_of_reload(ngx_cycle_t* cycle) noexcept {
  if (ngx_test_config || ngx_is_init_cycle(cycle->old_cycle)) return NGX_OK;
  auto* main = static_cast<MainConf*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_webhook_module));
  if (main == nullptr || main->ringd_reload == nullptr) return NGX_OK;
  const auto* addresses = static_cast<const sockaddr_un*>(main->ringd_reload->elts);
  for (ngx_uint_t i = 0; i < main->ringd_reload->nelts; ++i) {
    if (const ngx_err_t failed = send_reload(addresses[i]); failed != 0) {
      ngx_log_error(NGX_LOG_ERR, cycle->log, failed,
                    "webhook: ringd_reload: ringd at %s was not told to read its configuration again; "
                    "\"ringctl reload\" does it",
                    addresses[i].sun_path);
    } else {
      ngx_log_error(NGX_LOG_NOTICE, cycle->log, 0, "webhook: ringd at %s is told to read its configuration again",
                    addresses[i].sun_path);
    }
  }
  return NGX_OK;
}

char* set_ringd_reload(ngx_conf_t* cf, ngx_command_t*, void* main_conf) noexcept {
  ngx_array_t*& addresses = static_cast<MainConf*>(main_conf)->ringd_reload;
  if (addresses != nullptr) return conf_message("is duplicate; one line may name several sockets");
  const ngx_uint_t count = cf->args->nelts - 1;
  addresses = ngx_array_create(cf->pool, count, sizeof(sockaddr_un));
  if (addresses == nullptr) return conf_failed();
  for (ngx_uint_t i = 1; i <= count; ++i) {
    const std::string_view word = view(conf_args(cf)[i]);
    auto* address = static_cast<sockaddr_un*>(ngx_array_push(addresses));
    *address = {};
    address->sun_family = AF_UNIX;
    const std::string_view path = word.substr(std::min(word.size(), kUnix.size()));
    if (!word.starts_with(kUnix) || !path.starts_with('/') || path.size() >= sizeof(address->sun_path)) {
      ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                         "\"ringd_reload\" \"%V\" is not the control socket of a ringd on this machine; expected "
                         "unix:/run/ringd/control.sock",
                         &conf_args(cf)[i]);
      return conf_failed();
    }
    std::copy(path.begin(), path.end(), static_cast<char*>(address->sun_path));
  }
  return NGX_CONF_OK;
}

}  // namespace ringfence::edge
