// The product as calls meet it: one ringd's control socket, the directory of all calls, and the harness that ends and
// starts ringd when a scenario wants that. Shared by all calls of a run, each a thread. Must not know: what a call
// does.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy.h"
#include "ctl/client.h"
#include "scenarios/script.h"

namespace ringfence::scenario {

class Product {
 public:
  // `control`: the path of the socket. The scripts outlive this.
  Product(std::string control, const Policy& policy, double stretch, const std::vector<Script>& scripts);

  [[nodiscard]] const Policy& policy() const noexcept { return policy_; }
  [[nodiscard]] double stretch() const noexcept { return stretch_; }
  // status 0: ringd did not answer.
  [[nodiscard]] ctl::Answer ask(std::string_view method, const std::string& target, std::string_view body = {});
  // A device registers: the directory knows it from now on.
  [[nodiscard]] bool wake(const Script& script, const std::string& device);
  // The harness does so and says when it is done. False: it has gone.
  [[nodiscard]] bool order(const std::string& what);
  // The whole directory, as it is now.
  [[nodiscard]] std::string directory() const;

 private:
  [[nodiscard]] std::string directory_now() const;

  std::string control_;
  const Policy& policy_;
  double stretch_;
  const std::vector<Script>& scripts_;
  std::mutex asking_, ordering_;
  mutable std::mutex waking_;
  std::optional<ctl::Client> client_;
  std::map<std::string, std::set<std::string>> awake_;  // devices by call
};

}  // namespace ringfence::scenario
