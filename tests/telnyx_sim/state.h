// The world: calls and legs with true state, and the rules by which commands and people change them. Pure: time comes
// from the Scheduler, what happens goes to the Observer. Owned by Simulation.
// Must not know: HTTP, signatures, faults, who scripted a person.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "shared/json.h"
#include "telnyx_sim/checks.h"
#include "telnyx_sim/errors.h"
#include "telnyx_sim/model.h"
#include "telnyx_sim/random.h"
#include "telnyx_sim/scheduler.h"

namespace ringfence::sim {

enum class Move : std::uint8_t {
  started,
  ringing,
  answered,
  bridged,
  speaking,
  recording,
  gathering,
  ended,
  session_ended
};
[[nodiscard]] std::string_view move_name(Move move) noexcept;

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void webhook(Leg& leg, std::string_view type, Json payload) = 0;
  virtual void moved(Leg& leg, Move move) = 0;
  virtual void forgotten(Session& session) = 0;  // its storage goes away after this call
};

struct WorldSettings {
  std::string connection_id = "1684641123236054244";
  bool any_connection = true;  // false: dial refuses every other connection_id
  std::int64_t speak_ms = 150;
  std::int64_t recording_saved_ms = 100;
  std::int64_t ring_timeout_ms = 0;  // 0: as dial says in timeout_secs (30 s by default)
};

class World {
 public:
  using Answer = std::expected<Json, ApiError>;  // the "data" of a success answer

  World(Scheduler& scheduler, Random& random, Observer& observer)
      : scheduler_(scheduler), random_(random), observer_(observer) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  WorldSettings settings;

  // An inbound call in three steps, so that scripts and faults are in place before its first webhook.
  [[nodiscard]] Session& open_call(std::string from, std::string to, std::string caller_name);
  // The same, but a device of the account calls, by its SIP user name; it is parked, and outgoing.
  [[nodiscard]] Session& open_outbound_call(std::string credential, std::string to);
  void announce(Session& session);
  void abandon(Session& session);  // instead of announce: it never happened
  // `on_created` meets the new leg before anything about it is told to anybody.
  [[nodiscard]] Answer dial(const json_t* body, const std::function<void(Leg&)>& on_created);
  // Every verb but dial. `bridge_is_made` false accepts a bridge and does nothing.
  [[nodiscard]] Answer command(Verb verb, Leg& leg, const json_t* body, bool bridge_is_made = true);

  void answer_by_person(Leg& leg);
  void press(Leg& leg, std::string_view digit);
  void detect(Leg& leg, std::string_view result);  // nothing happens when no detection was asked for
  void end_leg(Leg& leg, std::string_view cause, std::string_view source, std::string_view sip_cause);

  [[nodiscard]] Leg* find_leg(std::string_view control_id);
  [[nodiscard]] Session* find_session(std::string_view id_or_control_id);
  [[nodiscard]] const std::map<std::uint64_t, Leg*>& active_legs() const noexcept { return active_; }
  [[nodiscard]] const std::unordered_map<std::string, std::unique_ptr<Session>>& sessions() const { return sessions_; }
  [[nodiscard]] std::uint64_t sessions_started() const noexcept { return sessions_started_; }
  void clear();

 private:
  Leg& new_leg(Session& session);
  Session& new_session();
  Answer answer(Leg& leg, const json_t* body);
  Answer bridge(Leg& leg, const json_t* body, bool is_made);
  Answer hangup(Leg& leg);
  Answer speak(Leg& leg, const json_t* body, std::string_view kind);
  Answer record_start(Leg& leg, const json_t* body);
  Answer record_stop(Leg& leg);
  Answer transfer(Leg& leg, const json_t* body);
  Answer gather(Leg& leg, const json_t* body);
  void prompt(Leg& leg);
  void stop_gathering(Leg& leg, std::string_view digits, std::string_view status);
  void ring_for_at_most(Leg& leg, std::int64_t asked_ms);
  void answer_transfer(Leg& leg);
  void join(Leg& a, Leg& b);
  void part(Leg& leg);
  void became_answered(Leg& leg);
  void say_next(Leg& leg);
  void said(Leg& leg, std::string_view status);
  void start_recording(Leg& leg, Recording recording, std::int64_t max_length_ms);
  void stop_recording(Leg& leg);
  void end_session_if_over(Session& session);
  void tell(Leg& leg, std::string_view type, Json payload) { observer_.webhook(leg, type, std::move(payload)); }

  Scheduler& scheduler_;
  Random& random_;
  Observer& observer_;
  std::unordered_map<std::string, std::unique_ptr<Session>> sessions_;
  std::unordered_map<std::string, std::unique_ptr<Leg>> legs_;
  std::map<std::uint64_t, Leg*> active_;
  std::deque<std::string> ended_sessions_;
  std::uint64_t leg_count_ = 0, sessions_started_ = 0;
};

}  // namespace ringfence::sim
