// libevent's HTTP server as a source of HttpRequests with a reply each, now or later. Owned by main.cc.
// Must not know: any path.
#pragma once

#include <event2/event.h>
#include <event2/http.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "shared/result.h"
#include "telnyx_sim/http_request.h"
#include "telnyx_sim/loop_clock.h"
#include "telnyx_sim/reply.h"

namespace ringfence::sim {

inline constexpr std::size_t kRequestBytes = 1024 * 1024;  // the largest real one is a script of a load test

class HttpServer {
 public:
  using Handler = std::function<void(const HttpRequest&, ReplyFn)>;

  HttpServer(event_base* base, LoopClock& clock, Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);  // the port it got

 private:
  struct Free {
    void operator()(evhttp* server) const noexcept { evhttp_free(server); }
  };
  static void received(evhttp_request* request, void* self) noexcept;

  LoopClock& clock_;
  Handler handler_;
  std::unique_ptr<evhttp, Free> server_;
};

}  // namespace ringfence::sim
