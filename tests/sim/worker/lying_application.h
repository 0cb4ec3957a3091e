// The customer's application of one seed's call: takes webhooks, and lies about it while there is chaos. Says at once
// when one id comes with two texts (violation). Must not know: sessions.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "ports/notifier.h"
#include "stage.h"

namespace ringfence::sim {

struct Told {
  std::string body;
  int taken = 0;  // and said so
  int came = 0;
};

class LyingApplication {
 public:
  LyingApplication(Stage& stage, Dice& dice) : stage_(stage), dice_(dice) {}
  void heal() { chaos_ = false; }
  [[nodiscard]] const std::map<std::string, Told>& told() const noexcept { return told_; }  // by webhook id
  [[nodiscard]] const std::string& violation() const noexcept { return violation_; }

  void offer(const Command& command, const std::function<void(CommandOutcome)>& done) {
    enum class Fault : std::uint8_t { none, lost, refused, answer_lost };
    const Fault fault = chaos_ && dice_.one_in(3) ? static_cast<Fault>(1 + dice_.below(3)) : Fault::none;
    stage_.after(5 + dice_.below(chaos_ ? 2000 : 100), [this, command, fault, done] {
      if (fault != Fault::lost) take(command, fault != Fault::none);
      CommandOutcome outcome;
      if (fault == Fault::none) outcome = {.outcome = OutcomeClass::ok, .http_status = 200};
      if (fault == Fault::refused) outcome = {.outcome = OutcomeClass::unknown, .http_status = 503};
      done(outcome);
    });
  }

 private:
  void take(const Command& command, bool in_vain) {
    Told& one = told_[command.id.text];
    if (!one.body.empty() && one.body != command.body) {
      violation_ = "I16: one id tells two different things: " + one.body + " and " + command.body;
    }
    one.body = command.body;
    ++one.came;
    if (!in_vain) ++one.taken;
  }

  Stage& stage_;
  Dice& dice_;
  bool chaos_ = true;
  std::map<std::string, Told> told_;
  std::string violation_;
};

// A worker's line to it: nobody hears the answer once the worker is gone.
class ApplicationLine final : public Notifier {
 public:
  explicit ApplicationLine(LyingApplication& application) : application_(application) {}
  ~ApplicationLine() override { *alive_ = false; }
  [[nodiscard]] bool tells(std::string_view) const override { return true; }
  [[nodiscard]] bool tells_ringing(std::string_view) const override { return true; }
  void send(Command command, std::function<void(CommandOutcome)> done) override {
    application_.offer(command, [alive = alive_, done = std::move(done)](CommandOutcome outcome) {
      if (*alive) done(std::move(outcome));
    });
  }

 private:
  LyingApplication& application_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace ringfence::sim
