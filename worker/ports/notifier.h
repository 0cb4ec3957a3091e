// The applications of our customers, as the engine sees them: what became of a call goes out, whether it was taken
// comes back, once. Implemented by adapters/notify. It never decides to tell again: that is step()'s. Must not know:
// sessions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/command.h"

namespace ringfence {

class Notifier {
 public:
  virtual ~Notifier() = default;
  Notifier() = default;
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // This organisation has an application that is to be told. Asked once for each call, when it begins.
  [[nodiscard]] virtual bool tells(std::string_view organisation) const = 0;
  // And it wants to hear while a call rings that it does, to wake devices up.
  [[nodiscard]] virtual bool tells_ringing(std::string_view organisation) const = 0;
  // Who wants the events of a family that is no calls', such as `message`, as Command::organisation names it; empty:
  // nobody.
  [[nodiscard]] virtual std::string consumer_of(std::string_view /*family*/) const { return {}; }
  // The longest that one takes once it has left.
  [[nodiscard]] virtual Millis longest_ms() const { return 10'000; }
  // A command of Verb::notify. `done` runs later on the loop, exactly once. ok: it was taken. http_status 410: it is
  // not wanted any more. Everything else: offer it again. Of two copies of one command that wait together one is sent.
  virtual void send(Command command, std::function<void(CommandOutcome)> done) = 0;
};

}  // namespace ringfence
