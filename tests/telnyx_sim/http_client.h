// A pool of kept-alive connections to one place at a time, one request on each. Owned by Webhooks.
// Must not know: what is sent.
#pragma once

#include <event2/event.h>
#include <event2/http.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shared/result.h"
#include "telnyx_sim/loop_clock.h"

namespace ringfence::sim {

inline constexpr std::size_t kClientConnections = 64;
inline constexpr std::size_t kClientQueue = 65536;

struct Endpoint {
  std::string url, host, path;
  std::uint16_t port = 80;
};
[[nodiscard]] Result<Endpoint> parse_endpoint(const std::string& url);

struct Post {
  Endpoint to;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::int64_t timeout_ms = 2000;
  std::function<void(int status, std::string body)> done;  // status 0: no answer
  std::function<void()> started;                           // when the request leaves the queue
};

class HttpClient {
 public:
  HttpClient(event_base* base, LoopClock& clock);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(Post post);

 private:
  struct Connection;
  void dispatch();
  void start(Connection& connection, Post post);
  Connection* idle_connection(const Endpoint& to);
  static void finished(evhttp_request* request, void* connection) noexcept;

  event_base* base_;
  LoopClock& clock_;
  event* wake_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;
  std::deque<Post> queue_;
};

}  // namespace ringfence::sim
