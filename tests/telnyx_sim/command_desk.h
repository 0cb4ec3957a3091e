// The counter at which commands arrive: contract checks, faults, command_id dedup, execution, answer - in this order.
// Owned by Simulation. Must not know: HTTP beyond a status and a body.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "telnyx_sim/faults.h"
#include "telnyx_sim/held_answers.h"
#include "telnyx_sim/journal.h"
#include "telnyx_sim/reply.h"
#include "telnyx_sim/state.h"

namespace ringfence::sim {

inline constexpr std::size_t kRememberedDials = 65536;  // 60 s of dials at a thousand a second

class CommandDesk {
 public:
  CommandDesk(Scheduler& scheduler, World& world, Faults& faults, Journal& journal)
      : scheduler_(scheduler), world_(world), faults_(faults), journal_(journal), held_(scheduler) {}

  // `reply` is called once: now, later, or with 504 after kNeverAnsweredMs when the answer is to be lost.
  void receive(Verb verb, std::string_view target, std::string_view body, ReplyFn reply);
  void clear();  // answers whatever is held with 503

  std::function<void(const Session&, Verb)> on_command;  // the load generator measures here

 private:
  static constexpr std::size_t kNoRecord = static_cast<std::size_t>(-1);
  struct Order {  // one command on its way
    Verb verb = Verb::dial;
    std::string target, command_id, to;
    Json body;
    std::size_t record = kNoRecord;  // index into the session's commands
    std::string session;
  };
  struct Done {
    Reply reply;
    std::string outcome, code;
  };
  Done execute(Order& order, bool bridge_is_made);
  Done execute_dial(Order& order);
  Done execute_action(Order& order, bool bridge_is_made);
  Leg* describe(Order& order, std::string_view target);  // the leg it is about, or its dial is linked to
  void carry_out(Order order, const FaultRule& fault, ReplyFn reply);
  Reply run(Order& order, std::string_view note);
  Reply run_later(std::uint64_t number);
  void open_record(Order& order, Session* session, std::string_view to);
  void close(const Order& order, const Done& done);
  [[nodiscard]] const RememberedCommand* remembered_dial(const std::string& command_id);
  void remember_dial(const std::string& command_id, const std::string& body);

  Scheduler& scheduler_;
  World& world_;
  Faults& faults_;
  Journal& journal_;
  std::unordered_map<std::string, RememberedCommand> dials_;
  std::deque<std::string> dial_order_;
  HeldAnswers held_;
  std::map<std::uint64_t, Order> delayed_;  // commands to be executed later
  std::uint64_t delayed_count_ = 0;
};

}  // namespace ringfence::sim
