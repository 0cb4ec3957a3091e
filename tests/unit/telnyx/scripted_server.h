// A tiny HTTP/1.1 server on the test's own loop that answers as told: at once, later, half, or never.
// Used by the client tests only. Must not know: Telnyx.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/uv/loop.h"

namespace ringfence {

struct SeenRequest {
  std::string method, path, body;
  std::map<std::string, std::string> headers;  // names in lower case
};

struct ScriptedReply {
  enum class How : std::uint8_t { at_once, held, close_at_once, close_midway };
  How how = How::at_once;
  int status = 200;
  std::string body = R"({"data":{"result":"ok"}})";
  std::string extra_headers = {};  // lines ending in \r\n
};

class ScriptedServer {
 public:
  using Script = std::function<ScriptedReply(const SeenRequest&)>;
  ScriptedServer(UvLoop& loop, Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int port() const { return port_; }
  // Sends the oldest held answer; false when there is none.
  bool release_one();
  void release_all();
  void close_connections();
  void stop_listening() { listener_.reset(); }

  std::vector<SeenRequest> seen;
  int connections = 0;  // accepted so far

 private:
  struct Connection {
    ScriptedServer* server = nullptr;
    UvHandle<uv_tcp_t> handle;
    std::string input;
  };
  struct Held {
    Connection* connection;
    ScriptedReply reply;
  };
  void accept();
  void take_input(Connection& connection);
  void answer(Connection& connection, const ScriptedReply& reply);
  void drop(Connection& connection);

  UvLoop& loop_;
  Script script_;
  UvHandle<uv_tcp_t> listener_;
  int port_ = 0;
  std::list<std::unique_ptr<Connection>> open_;
  std::deque<Held> held_;
};

// Turns the loop until `done`; false after `limit_ms`, which only a failing test sees.
[[nodiscard]] bool run_until(UvLoop& loop, const std::function<bool()>& done, Millis limit_ms = 20'000);

}  // namespace ringfence
