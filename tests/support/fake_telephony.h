// A provider that writes down every command and answers when it is told to.
// Used by tests/unit/engine and tests/sim.
#pragma once

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ports/telephony.h"

namespace ringfence::test {

class FakeTelephony final : public Telephony {
 public:
  struct Sent {
    Command command;
    std::function<void(CommandOutcome)> done;  // empty once answered
  };
  std::vector<Sent> sent;

  void send(Command command, std::function<void(CommandOutcome)> done) override {
    sent.push_back({std::move(command), std::move(done)});
  }
  // From outside any call of the engine, as a loop would.
  void answer(std::size_t which, CommandOutcome outcome) {
    const auto done = std::exchange(sent.at(which).done, nullptr);
    done(std::move(outcome));
  }
  // Different commands of this verb; resends are the same command.
  [[nodiscard]] std::size_t count(Verb verb) const {
    std::set<std::string> ids;
    for (const Sent& one : sent) {
      if (one.command.verb == verb) ids.insert(one.command.id.text);
    }
    return ids.size();
  }
  // The first command of this verb and leg that is still unanswered; sent.size() when there is none.
  [[nodiscard]] std::size_t find_open(Verb verb, int leg) const {
    const auto place = std::find_if(sent.begin(), sent.end(), [&](const Sent& one) {
      return one.done && one.command.verb == verb && one.command.leg == leg;
    });
    return static_cast<std::size_t>(place - sent.begin());
  }
};

}  // namespace ringfence::test
