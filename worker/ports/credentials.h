// The provider's credentials of devices, as the engine sees them: a request goes out, its answer comes back, once.
// Implemented by adapters/telnyx. It never repeats a request: whether that is safe is registration.h's to say. Must not
// know: devices, users, the store.
#pragma once

#include <functional>

#include "devices/credential.h"

namespace ringfence {

class Credentials {
 public:
  virtual ~Credentials() = default;
  Credentials() = default;
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  // `done` runs later on the loop, exactly once: at the answer, at the deadline (limits::kCredentialAnswerMs), or when
  // too many are waiting (not_sent).
  virtual void send(CredentialRequest request, std::function<void(CredentialAnswer)> done) = 0;
};

}  // namespace ringfence
