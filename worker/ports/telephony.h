// The provider, as the engine sees it: a command goes out, its outcome comes back, once. Implemented by
// adapters/telnyx. It never decides to resend: that is step()'s. Must not know: sessions.
#pragma once

#include <functional>

#include "core/command.h"

namespace ringfence {

class Telephony {
 public:
  virtual ~Telephony() = default;
  Telephony() = default;
  Telephony(const Telephony&) = delete;
  Telephony& operator=(const Telephony&) = delete;

  // `done` runs later on the loop, exactly once: at the answer, at the deadline, or when the queue is full (not_sent).
  // Hang-ups, answers and bridges leave before dials. How long it waited for its turn is in the outcome.
  virtual void send(Command command, std::function<void(CommandOutcome)> done) = 0;
};

}  // namespace ringfence
