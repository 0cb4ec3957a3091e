// An organisation's application: writes down what it is told and answers when it is told to. Used by tests/unit/engine.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/notifier.h"
#include "support/fake_telephony.h"

namespace ringfence::test {

class FakeNotifier final : public Notifier {
 public:
  bool tells(std::string_view organisation) const override { return organisation == told; }
  bool tells_ringing(std::string_view organisation) const override { return rings && organisation == told; }
  std::string consumer_of(std::string_view family) const override { return family == consumed ? "~consumer" : ""; }
  void send(Command command, std::function<void(CommandOutcome)> done) override {
    sent.push_back({std::move(command), std::move(done)});
  }
  void take_all() {
    for (auto& one : sent) {
      if (one.done) std::exchange(one.done, nullptr)({.outcome = OutcomeClass::ok, .http_status = 204});
    }
  }
  std::string told = "acme";
  bool rings = false;    // wants to hear of it
  std::string consumed;  // the family that has a consumer
  std::vector<FakeTelephony::Sent> sent;
};

}  // namespace ringfence::test
