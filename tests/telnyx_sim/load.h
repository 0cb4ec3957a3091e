// A load of calls at a steady rate, and what came of each. Owned by main.cc, driven by control.cc.
// Must not know: HTTP; it listens to the simulation.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "telnyx_sim/simulation.h"

namespace ringfence::sim {

inline constexpr std::size_t kLoadSamples = 1'000'000;
inline constexpr std::int64_t kLoadStepMs = 5;
inline constexpr std::int64_t kLoadPatienceMs = 60'000;  // a call nobody cares for ends, so that a run can end

class Load {
 public:
  explicit Load(Simulation& simulation);

  // {"calls_per_second","seconds","legs","to","answer_after_ms","talk_ms"}; refused while one is running.
  [[nodiscard]] Result<void> start(const json_t* body);
  [[nodiscard]] Json report() const;
  void clear();

  void first_attempt(const WebhookRecord& webhook);
  void command(const Session& session, Verb verb);

 private:
  struct Call {
    std::int64_t webhook_us = 0, answered_webhook_us = 0;
    std::int64_t dials = 0;
    bool commanded = false, bridge_commanded = false, dialled = false, bridged = false, voicemail = false;
  };
  void step();
  void start_one();
  void moved(Leg& leg, Move move);
  void forgotten(const Session& session);

  Simulation& simulation_;
  std::unordered_map<std::string, Call> calls_;
  std::map<std::string, std::int64_t> outcomes_;
  std::vector<double> first_command_ms_, all_dialled_ms_, answer_to_bridge_ms_;
  std::int64_t began_us_ = 0, last_done_us_ = 0;
  double rate_ = 0;
  std::int64_t legs_ = 0, answer_after_ms_ = 0, talk_ms_ = 0;
  std::int64_t wanted_ = 0, started_ = 0, completed_ = 0;
  std::uint64_t run_ = 0;
  std::string to_;
};

}  // namespace ringfence::sim
