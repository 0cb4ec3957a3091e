// A provider reduced to what calls of many devices need, as fast as can be: answers each command at once and says what
// became of it by webhooks. No state of legs, no faults, no time; tests/telnyx_sim has those. Owned by call_load.cc.
// Must not know: sockets, who listens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ringfence::bench {

struct Webhook {
  std::uint64_t call = 0;
  std::string id, type, partition, body;
};

class LeanCalls {
 public:
  // A call with so many devices: the first that was dialled answers, the others never do. It ends as soon as it is
  // recorded, or stands: until the end of the program.
  void begin(int legs, bool stands);
  // The caller of a standing call, one picked at random, presses a key.
  void touch();
  // The body of the answer to a command; empty: no such call.
  [[nodiscard]] std::string command(std::string_view path, std::string_view body);
  // This webhook has been taken.
  void taken(const Webhook& webhook);

  std::deque<Webhook> outbox;  // webhooks to be delivered, in order
  [[nodiscard]] std::size_t open() const noexcept { return open_; }
  [[nodiscard]] std::size_t standing() const noexcept { return standing_.size(); }
  [[nodiscard]] std::size_t commands() const noexcept { return commands_; }
  [[nodiscard]] std::size_t webhooks() const noexcept { return webhooks_; }

 private:
  struct Call {
    int legs = 0, dialled = 0;
    bool stands = false, over = false;
    int untaken = 0;                  // webhooks on their way
    std::vector<std::string> states;  // client_state of each leg, the caller's first
  };
  void say(std::uint64_t number, Call& call, int leg, std::string_view type, std::string_view more = {});
  [[nodiscard]] std::string dial(std::string_view body);
  [[nodiscard]] std::string act(std::uint64_t number, Call& call, int leg, std::string_view verb);

  std::unordered_map<std::uint64_t, Call> calls_;
  std::vector<std::uint64_t> standing_;
  std::uint64_t begun_ = 0, dice_ = 1;
  std::size_t open_ = 0, commands_ = 0, webhooks_ = 0;
};

}  // namespace ringfence::bench
