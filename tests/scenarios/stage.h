// Plays a script: turns its lines into events for a performer, lets time pass between them, and compares what comes out
// with what the line expects. Must not know: files, stores, what time is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/policy.h"
#include "core/step.h"
#include "performer.h"
#include "script.h"

namespace ringfence::scenario {

class Stage {
 public:
  // The performer has not played anything yet.
  Stage(const Script& script, Performer& performer, const Policy& policy);
  // One text per line that went wrong; empty: the scenario holds.
  [[nodiscard]] std::vector<std::string> play();

 private:
  struct Sent {
    Command command;
    bool lost = false;  // the worker that would have heard the answer is gone
  };

  void play_line(const Line& line);
  void play_again();
  void compare(const Line& line);
  [[nodiscard]] std::vector<std::string> differences(const Line& line);
  [[nodiscard]] bool agrees(const std::string& is, const std::string& value) const;
  [[nodiscard]] std::string moment(Millis at_ms, std::string_view never = "never") const;
  [[nodiscard]] std::string fact(const std::string& what) const;
  [[nodiscard]] std::string leg_fact(std::size_t leg, const std::string& what) const;
  [[nodiscard]] std::string words_of(const Command& command) const;
  [[nodiscard]] std::string name_of_leg(int leg) const;
  void run_until(Millis at_ms, const Line& line);
  void happen(Event event);
  void take_in(const std::vector<Command>& commands);
  void learn_names();
  [[nodiscard]] const Session& session() const { return performer_.session(); }
  void complain(const Line& line, const std::string& what);

  // events.cc: words to events. Each returns false when the words mean something else.
  bool act(const Line& line);
  bool act_caller(const std::vector<std::string>& words);
  bool act_leg(const std::vector<std::string>& words);
  void take_names(std::vector<std::string>& words, WebhookFact& fact, int leg) const;
  bool act_result(const std::vector<std::string>& words);
  bool act_audit(const std::vector<std::string>& words);
  bool act_others(const std::vector<std::string>& words);      // devices, operators, the store
  [[nodiscard]] int leg_named(const std::string& word) const;  // kParent for `caller`, kUnknownLeg for nobody
  [[nodiscard]] WebhookFact about(int leg) const;
  void webhook(WebhookFact fact, bool incoming_call = false);
  void answer_command(const Sent& sent, CommandOutcome outcome);
  [[nodiscard]] CommandOutcome accepted(const Command& command) const;

  const Script& script_;
  Performer& performer_;
  const Policy& policy_;
  Millis now_ms_ = kStartMs;
  std::uint64_t events_ = 0;
  std::vector<std::string> commands_;               // handed over since the last line
  std::vector<std::pair<std::string, Sent>> sent_;  // by name, oldest first; a resend replaces nothing
  std::map<std::string, std::string> names_by_id_;  // command id -> its name when first seen
  std::vector<std::string> complaints_;
  std::vector<std::string> names_;  // of the legs: a device rung again gets a number, A2
};

}  // namespace ringfence::scenario
