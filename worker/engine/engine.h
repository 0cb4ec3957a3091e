// The engine: one door in, one write that makes it true, one gate out.
//
//   frame -> Event -> lane of its session -> load -> step() -> commit -> gate: verdict and commands
//                         ^                                                        |
//                         +---- results of commands, ticks, sessions found due ----+
//
// Glossary
//   lane      the queue of one session; one commit in flight in each
//   gate      what nothing passes before it is durable (output_gate.h)
//   slip      the right to answer one event, once
//   tick      an event that says "time passed"; sent when a session's due time comes
//   due scan  asking the store for sessions whose time has passed and whose worker has not moved: recovery
//   registrar who gives devices their credentials, by the same order of things (registrar.h)
//   sweep     asking the provider for every live call of ours: strays, which no session looks for, come in (sweep.h)
//   ladder    the lines that say what happened in a call; kept with the session, and the latest in memory for `watch`
//
// Owned by main, which also owns everything in EngineParts and must let idle() come true, or destroy or silence the
// store, the provider and the clock, before it destroys the engine: their callbacks point here.
// Must not know: libuv, curl, SQLite, Redis, HTTP, the wire format of frames.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/webhook_event.h"
#include "core/policy.h"
#include "engine/directory_cache.h"
#include "engine/engine_stats.h"
#include "engine/event_log.h"
#include "engine/forwarder.h"
#include "engine/kept_events.h"
#include "engine/lanes.h"
#include "engine/output_gate.h"
#include "engine/registrar.h"
#include "engine/session_cache.h"
#include "engine/summaries.h"
#include "engine/sweep.h"
#include "engine/timer_queue.h"
#include "engine/watch_ring.h"
#include "ports/clock.h"
#include "ports/credentials.h"
#include "ports/ingress.h"
#include "ports/log.h"
#include "ports/notifier.h"
#include "ports/store.h"
#include "ports/telephony.h"

namespace ringfence {

struct EngineParts {
  Store& store;
  Telephony& telephony;
  Clock& clock;  // its one alarm belongs to the engine
  Log& log;
  DirectoryCache& directory;
  Notifier* notifier = nullptr;        // null: no application is told anything
  Credentials* credentials = nullptr;  // null: devices do not register here
};

struct EngineOptions {
  Policy policy;
  std::string sip_domain;  // where SIP usernames live, such as sip.telnyx.com
  bool alone = false;      // no other worker shares the store: when our clock is set back, nobody else keeps deadlines
  SweepOptions sweep;
  EventLogOptions event_log;
  RegistrarOptions registrar;
};

class Engine final : public EventSink {
 public:
  Engine(EngineParts parts, EngineOptions options);
  // Whoever still waits is told `later`; whoever calls in from there is, too.
  ~Engine() override {
    stopped_ = true;
    registrar_.stop();
  }

  // Loads the directory and begins the due scan, first for everything that is due. Until the store has answered for
  // the directory, incoming calls are told `later`.
  void start();

  void on_event(const EventFrame& frame, std::function<void(VerdictReply)> done) override;

  // An event of the log or of the dead ones once more, on the same way. `accepted`: it had not been applied.
  // `duplicate`: it had, and nothing changes. `refused`: its call is not kept any more; only an offer so fresh that its
  // caller still waits begins one.
  void put_again(LoggedEvent logged, std::function<void(VerdictReply)> done);

  // An operator ends this call, whatever it is doing. `done` gets `accepted` when that is durable.
  void cancel(const SessionId& session, std::string reason, std::function<void(VerdictReply)> done);
  // A device has registered: the calls of its user that this worker has ringing are offered it, and returned. The
  // caller says nothing again when one of them is lost, so this is a hint that may be lost, too.
  [[nodiscard]] std::vector<SessionId> device_ready(std::string_view organisation, std::string_view user,
                                                    std::string_view device);

  // A device of a user is to have a credential (with `anew`: another one), or none any more; see registrar.h.
  void enrol(const DeviceKey& device, bool anew, Registrar::Told done) {
    registrar_.enrol(device, anew, std::move(done));
  }
  void remove_device(const DeviceKey& device, Registrar::Told done) { registrar_.remove(device, std::move(done)); }

  // What earlier conversations with this caller were about, for agents of the organisation. Returns how many are known.
  std::size_t remember_summary(std::string_view organisation, std::string_view caller, std::string text,
                               Millis span_ms);

  // Other numbers of ringd.conf from now on: for new calls and next steps, calls in progress keep what their documents
  // say.
  void follow(const Policy& policy, const EventLogOptions& event_log);

  // Runs `work` then, unless the engine has gone.
  void after(Millis pause_ms, std::function<void()> work) {
    timers_.at(parts_.clock.now_ms() + pause_ms, std::move(work));
  }

  // From now on events are told `later` and no deadline is looked at; what is under way is finished.
  void stop_accepting();
  // Nothing waits for the store or the provider.
  [[nodiscard]] bool idle() const noexcept {
    return lanes_.empty() && gate_.commands_in_flight() == 0 && kept_.idle() && sweep_.idle() && events_.idle() &&
           registrar_.idle() && forwarder_.idle();
  }

  [[nodiscard]] EngineStats stats() const;
  [[nodiscard]] const Policy& policy() const noexcept { return options_.policy; }
  [[nodiscard]] const WatchRing& watch() const noexcept { return watch_; }

 private:
  void on_result(Event event);
  void enqueue(Event event, VerdictSlip slip, std::unique_ptr<Delivery> delivery);
  void keep_other(const EventFrame& frame, Event event, VerdictSlip slip, Delivery delivery);
  [[nodiscard]] Delivery delivery_of(const EventFrame& frame, Envelope envelope, const EventId& event) const;
  [[nodiscard]] RingPlan plan_of(const Event& event, const WebhookFact& fact) const;
  [[nodiscard]] EventId next_id(std::string_view what);
  void arm_due();
  void ring_due();
  void scan_due();
  void recover(const std::vector<SessionId>& due);
  void scan_again_in(Millis pause_ms);
  [[nodiscard]] Millis scan_pause();
  void refresh_directory();
  void look_at_clock();

  EngineParts parts_;
  EngineOptions options_;
  Policy judged_by_;  // the longest that any call in progress may have been given
  EngineStats stats_;
  TimerQueue timers_;
  SessionCache cache_;
  WatchRing watch_;
  Summaries summaries_;
  OutputGate gate_;
  EventLog events_;
  KeptEvents kept_;
  Lanes lanes_;
  Sweep sweep_;
  Registrar registrar_;
  Forwarder forwarder_;
  TimerQueue::Id due_timer_;
  Millis due_armed_ms_ = 0;
  Millis set_back_ms_ = 0;   // of the clock, as far as it was noticed
  Millis moved_ms_ = 0;      // of that, what the cached sessions' times were moved by
  std::uint64_t asked_ = 0;  // by operators and devices
  std::uint64_t left_ = 0;   // to other workers, as the last scan knew it
  bool stopped_ = false;
  bool scan_failing_ = false;  // so that a store that is away is logged once
  bool scanned_once_ = false;  // the first scan that is answered looks at everything due, later ones leave some slack
};

}  // namespace ringfence
