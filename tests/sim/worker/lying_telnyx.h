// The provider of one seed's call: calls with real states, webhooks that are late, doubled, out of order or lost, and
// commands that are executed late, not at all, or without an answer, while there is chaos. Webhooks that no worker
// takes are repeated, as the provider does. Says at once when something happens that must not (violation). Must not
// know: sessions, rules.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ports/ingress.h"
#include "ports/telephony.h"
#include "stage.h"

namespace ringfence::sim {

inline constexpr std::string_view kCaller = "caller";
inline constexpr std::string_view kMustProve =
    "+4915";  // devices with such numbers have to prove that they are a person

class LyingTelnyx {
 public:
  // Gives a webhook's body to some worker; `done` gets the verdict, or nothing when the worker dies first.
  using Post = std::function<void(const std::string& body, std::function<void(Verdict)> done)>;

  LyingTelnyx(Stage& stage, Dice& dice, Post post) : stage_(stage), dice_(dice), post_(std::move(post)) {}

  void call_in(std::string number);
  void execute(const Command& command, const std::function<void(CommandOutcome)>& done);
  void hang_up(const std::string& call);  // a person does
  void heal() {
    chaos_ = false;
    come_back();
  }
  void go_away();  // its API only: people and webhooks go on
  void come_back();
  void may_be_cut() { may_be_cut_ = true; }  // an operator said so

  // "" or what is wrong when nothing happens any more.
  [[nodiscard]] std::string wrong_end() const;
  [[nodiscard]] const std::string& violation() const noexcept { return violation_; }
  [[nodiscard]] bool talking() const noexcept { return !bridged_.empty(); }
  [[nodiscard]] bool quiet() const noexcept { return under_way_ == 0; }
  [[nodiscard]] bool recorded() const noexcept { return recorded_; }
  [[nodiscard]] Millis away_ms() const noexcept { return away_ms_; }  // in all
  // The address of who spoke with the caller; "" is nobody.
  [[nodiscard]] std::string spoke() const {
    return ever_bridged_.empty() ? std::string() : calls_.at(ever_bridged_).to;
  }
  std::vector<std::string> journal;  // what happened, for the report of a seed that fails

 private:
  enum class State : std::uint8_t { ringing, answered, ended };
  struct Call {
    State state = State::ringing;
    std::string client_state, to;
    Millis began_ms = 0;
    bool detects = false;  // the provider listens who answers
    bool person = false;   // somebody proved to be one
  };

  void notify(const std::string& call, const std::string& type, const std::string& extra = {});
  void post(const std::string& body, int tries);
  CommandOutcome perform(const Command& command);
  CommandOutcome new_leg(const Command& command, bool transfer);
  CommandOutcome audit(bool live_calls) const;
  void gather(const std::string& call);
  void detect(const std::string& call);
  CommandOutcome live_calls() const;
  void answer_leg(const std::string& call, bool transfer);
  void connect(const std::string& leg);
  void end(const std::string& call, const std::string& cause);
  void note(std::string line);
  void wrong(std::string what);
  [[nodiscard]] bool is(const std::string& call, State state) const {
    const auto at = calls_.find(call);
    return at != calls_.end() && at->second.state == state;
  }

  Stage& stage_;
  Dice& dice_;
  Post post_;
  bool chaos_ = true, may_be_cut_ = false, away_ = false;
  Millis away_since_ms_ = 0, away_ms_ = 0;
  int lost_ = 0, under_way_ = 0;
  std::map<std::string, Call> calls_;              // by call leg id
  std::map<std::string, Millis> ids_;              // commands executed, with when
  std::map<std::string, CommandOutcome> answers_;  // and what was said
  std::map<std::string, int> dialled_;             // by destination
  std::string bridged_, ever_bridged_, number_;
  bool recording_ = false, recorded_ = false;
  int events_ = 0, legs_ = 0;
  std::string violation_;
};

}  // namespace ringfence::sim
