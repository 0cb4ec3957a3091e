// The operator's and the application's requests about registered devices, in JSON; control.h lists them. Owned by
// Control. Must not know: how a credential comes about.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "devices/registration.h"
#include "engine/directory_cache.h"
#include "engine/engine.h"
#include "engine/request_target.h"
#include "ports/clock.h"
#include "ports/ingress.h"

namespace ringfence {

class DeviceRequests {
 public:
  using Done = std::function<void(ControlReply)>;
  DeviceRequests(Engine& engine, const DirectoryCache& directory, const Clock& clock)
      : engine_(engine), directory_(directory), clock_(clock) {}

  // Devices, and why one does not ring; of one user with `user`, at most `limit`.
  void list(const RequestTarget& target, const Done& done) const;
  // `path`: devices, organisation, user, device.
  void put(const std::vector<std::string>& path, const RequestTarget& target, Done done);
  void remove(const std::vector<std::string>& path, Done done);
  // The calls of its user that ring here ring it, too.
  void ready(const RequestTarget& target, const Done& done);

 private:
  [[nodiscard]] bool rings_by_the_text(const DeviceKey& key) const;

  Engine& engine_;
  const DirectoryCache& directory_;
  const Clock& clock_;
};

}  // namespace ringfence
