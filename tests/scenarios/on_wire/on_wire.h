// The whole product as the performer of a scenario, in real time: signed webhooks go in at nginx, commands come out of
// ringd, and the session is read back from the store after each. A call of its own among many, on a thread of its own.
// Used by main.cc. Must not know: the language of scenarios.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "directory_text.h"
#include "product.h"
#include "provider.h"
#include "scenarios/performer.h"

namespace ringfence::scenario {

class OnWire final : public Performer {
 public:
  // Its time 0 is now. The script, the provider and the product outlive it.
  OnWire(const Script& script, Provider& provider, Product& product);
  ~OnWire() override;

  std::vector<Command> take(const Event& event) override;
  std::optional<Happened> pass(Millis at_ms) override;
  std::optional<std::vector<Command>> more() override;
  const Session& session() const override;
  void crash() override { interrupt("crash"); }
  void forget() override { interrupt("forget"); }
  std::vector<std::string> ladder() override;
  std::string trouble() const override { return trouble_; }
  Millis told_ms(Millis at_ms) const override;
  Millis tolerance_ms() const override { return kRoomMs + late_ms_; }
  Millis tail_ms() const override;

  // The longest that a line was late, in the scenario's time.
  [[nodiscard]] Millis late_ms() const noexcept { return late_ms_; }

 private:
  using Steady = std::chrono::steady_clock;
  // What a moment of the session may be off: webhooks and answers take their way.
  static constexpr Millis kRoomMs = 250;

  void begin_line();
  [[nodiscard]] Steady::time_point real(Millis at_ms) const;
  [[nodiscard]] Millis now_ms() const;
  void tell(const Event& event);
  [[nodiscard]] bool tell_once(const std::string& data);
  void answer(const CommandResult& result);
  void get_ready(const std::string& device);
  void interrupt(const std::string& how);
  [[nodiscard]] std::vector<Command> arrived(Steady::time_point until);
  [[nodiscard]] Command known(Asked asked);
  [[nodiscard]] int told_leg(const Command& command) const;
  void refresh() const;
  void await_change();

  const Script& script_;
  Provider& provider_;
  Product& product_;
  Mailbox mailbox_;
  Place place_;
  Steady::time_point started_ = Steady::now();
  Millis started_ms_ = 0;  // the same on the clock that sessions live by
  Steady::time_point patience_;
  std::chrono::milliseconds look_{};  // how long to wait before the next look
  // As the store had it at the last look, and whether something has happened since.
  mutable bool stale_ = true;
  mutable Session session_;
  mutable std::uint64_t version_ = 0;
  mutable std::vector<std::string> ladder_;
  mutable std::string trouble_;
  std::map<std::string, int> tries_;                              // by command id
  std::map<std::pair<std::string, int>, std::uint64_t> waiting_;  // requests without an answer
  std::map<std::string, int> legs_;                               // by call_control_id
  Millis late_ms_ = 0;
};

}  // namespace ringfence::scenario
