// The provider's HTTP API: paths, methods, authentication, listings. With or without the /v2 prefix.
// Used by http_server.cc's caller (main.cc) and tests. Must not know: sockets; how a command is carried out (the desk).
#pragma once

#include <string>

#include "telnyx_sim/http_request.h"
#include "telnyx_sim/simulation.h"

namespace ringfence::sim {

class Api {
 public:
  // An empty key accepts every non-empty bearer token.
  Api(Simulation& simulation, std::string api_key) : simulation_(simulation), api_key_(std::move(api_key)) {}
  void handle(const HttpRequest& request, ReplyFn reply);

 private:
  [[nodiscard]] bool authenticated(const HttpRequest& request) const;
  void on_calls(const HttpRequest& request, const std::vector<std::string>& path, ReplyFn reply);
  void on_credentials(const HttpRequest& request, const std::vector<std::string>& path, ReplyFn reply);
  [[nodiscard]] Reply one_call(std::string_view control_id);
  [[nodiscard]] Reply active_calls(const std::string& connection_id, const HttpRequest& request);
  [[nodiscard]] Reply call_events(const HttpRequest& request);

  Simulation& simulation_;
  std::string api_key_;
};

}  // namespace ringfence::sim
