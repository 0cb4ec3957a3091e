// The provider of scenarios on the wire: the stand-in's own HTTP server, client and signature on a loop and a thread of
// its own, but with nobody who decides: every request waits until a scenario says how it is answered, and every webhook
// is a scenario's. Also the application that outcomes are told to. Used by on_wire.cc, from many threads. Must not
// know: the language of scenarios.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/command.h"
#include "shared/result.h"
#include "telnyx_sim/command_desk.h"

namespace ringfence::scenario {

// What somebody asked, and by which number it is answered.
struct Asked {
  Command command;  // as far as the wire tells; of a notice, `to` is the device it is about
  std::uint64_t request = 0;
};

// One number from the provider's thread to another, which waits for it and may then forget this.
class Said {
 public:
  void say(int what);
  [[nodiscard]] int wait();

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  std::optional<int> what_;
};

// The requests of one call, between the provider's thread and the call's.
class Mailbox {
 public:
  void put(Asked asked);
  // The next one, at `until` at the latest.
  [[nodiscard]] std::optional<Asked> take(std::chrono::steady_clock::time_point until);

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Asked> asked_;
};

class Provider {
 public:
  // `sweep`: the connection whose live calls are those of see().
  Provider(const std::string& webhook_url, std::string sweep);
  ~Provider();
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  [[nodiscard]] Result<std::uint16_t> start();
  [[nodiscard]] const std::string& public_key() const noexcept { return public_key_; }

  // All below from any thread. A call's ids, whatever of, begin with its name. What nobody plays, or nobody plays any
  // more, is over: whatever is asked, everything has ended. `left`: on the provider's thread, once it is so.
  void play(const std::string& call, Mailbox* mailbox);
  void leave(const std::string& call, std::function<void()> left);
  void answer(std::uint64_t request, sim::Reply reply);
  // Of an audit: what its records say, events first and then, as it asks on, live calls.
  void show_records(std::uint64_t request, const std::string& call, std::vector<AuditedLeg> legs);
  // This leg is in the list of the connection's live calls from now on.
  void see(const std::string& call, AuditedLeg leg);
  // `data` of an event, as JSON. `done` on the provider's thread, when it was taken or given up (0, or what was said).
  void tell(const std::string& data, std::function<void(int status)> done);
  // Requests that no provider would have taken, in sentences.
  [[nodiscard]] std::vector<std::string> strange() const;

 private:
  class Parts;
  std::string public_key_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ringfence::scenario
