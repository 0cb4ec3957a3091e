// The /_sim/ interface: start scripted calls, act, break things, look at the truth. No authentication; loopback only.
// Used by main.cc. Must not know: sockets.
#pragma once

#include <string>
#include <vector>

#include "telnyx_sim/http_request.h"
#include "telnyx_sim/load.h"
#include "telnyx_sim/simulation.h"
#include "telnyx_sim/webhooks.h"

namespace ringfence::sim {

class Control {
 public:
  Control(Simulation& simulation, Webhooks& webhooks, Load& load)
      : simulation_(simulation), webhooks_(webhooks), load_(load) {}
  void handle(const HttpRequest& request, ReplyFn reply);

 private:
  void on_post(const std::vector<std::string>& path, const json_t* body, ReplyFn reply);
  [[nodiscard]] Reply on_get(const std::vector<std::string>& path, const HttpRequest& request);
  [[nodiscard]] Reply start_call(const json_t* body);
  [[nodiscard]] Reply act(const std::string& call, const json_t* body);
  [[nodiscard]] Reply add_faults(const json_t* body);
  [[nodiscard]] Reply add_credential_faults(const json_t* body);
  [[nodiscard]] Reply configure(const json_t* body);
  void forge(const json_t* body, ReplyFn reply);
  void replay(const json_t* body, ReplyFn reply);

  Simulation& simulation_;
  Webhooks& webhooks_;
  Load& load_;
};

}  // namespace ringfence::sim
