// One worker (or two on one store) in virtual time, with webhooks as a provider writes them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/client_state.h"
#include "engine/control.h"
#include "engine/engine.h"
#include "shared/json.h"
#include "shared/limits.h"
#include "support/fake_clock.h"
#include "support/fake_log.h"
#include "support/fake_notifier.h"
#include "support/fake_store.h"
#include "support/fake_telephony.h"

namespace ringfence::test {

inline constexpr std::string_view kDomain = "sip.example.net";
inline constexpr std::string_view kDirectory =
    "organisation acme { user anna {"
    " device phone { sip_username credA; last_active_at 2026-11-21T07:00:00Z; credential_expires_at never; }"
    " device web { sip_username credB; last_active_at 2026-11-21T07:00:00Z; credential_expires_at never; } }"
    " number +4930123456 { ring anna; } number +4930123457 { voicemail; } }";

// The webhook's body. `leg` kParent or an index; `with_state` as every leg we dial carries it.
struct Hook {
  std::string id, type, call = "caller-leg", leg = "caller-leg";
  int state_leg = kUnknownLeg;  // kUnknownLeg: no client_state
  std::string cause;
  [[nodiscard]] std::string body() const {
    Json payload = json_object_new();
    set_text(payload.get(), "call_control_id", "cc-" + leg);
    set_text(payload.get(), "call_leg_id", leg);
    set_text(payload.get(), "call_session_id", "cs-" + call);
    set_text(payload.get(), "connection_id", "conn");
    if (type == "call.initiated")
      set_text(payload.get(), "direction", state_leg == kUnknownLeg ? "incoming" : "outgoing");
    set_text(payload.get(), "from", "+4940111222");
    set_text(payload.get(), "to", "+4930123456");
    if (!cause.empty()) set_text(payload.get(), "hangup_cause", cause);
    if (state_leg != kUnknownLeg) {
      set_text(payload.get(), "client_state", encode_client_state({.session = SessionId{call}, .leg = state_leg}));
    }
    Json data = json_object_new();
    set_text(data.get(), "record_type", "event");
    set_text(data.get(), "id", id);
    set_text(data.get(), "event_type", type);
    set_json(data.get(), "payload", std::move(payload));
    Json root = json_object_new();
    set_json(root.get(), "data", std::move(data));
    return dump_json(root.get());
  }
};

inline Hook incoming(const std::string& id, const std::string& call = "caller-leg") {
  return {.id = id, .type = "call.initiated", .call = call, .leg = call};
}
inline Hook answered(const std::string& id, int leg, const std::string& call = "caller-leg") {
  return {
      .id = id, .type = "call.answered", .call = call, .leg = call + "-leg" + std::to_string(leg), .state_leg = leg};
}
inline Hook hangup(const std::string& id, const std::string& call = "caller-leg") {
  return {.id = id, .type = "call.hangup", .call = call, .leg = call, .cause = "originator_cancel"};
}

// A test advances the clock to the very millisecond.
inline Policy exact_policy() {
  Policy policy;
  policy.command_jitter_percent = 0;
  return policy;
}

// The answers one event got: a correct engine gives exactly one.
using Answers = std::vector<VerdictReply>;

struct Worker {
  Worker(FakeLoop& loop, Store& store, Millis now_ms = 1'795'244'400'000, bool alone = false,
         Notifier* notifier = nullptr, SweepOptions sweep = {})
      : clock(loop, now_ms),
        directory(store, log),
        engine({store, telephony, clock, log, directory, notifier},
               {exact_policy(), std::string(kDomain), alone, std::move(sweep)}) {}
  FakeClock clock;
  FakeTelephony telephony;
  FakeLog log;
  DirectoryCache directory;
  Engine engine;
};

class EngineTest : public testing::Test {
 protected:
  void SetUp() override {
    store.directory = {1, std::string(kDirectory)};
    worker = std::make_unique<Worker>(loop, store);
  }
  // A caller whose two devices cannot be dialled; the application is told.
  void ring_nobody(FakeNotifier& notifier) {
    worker = std::make_unique<Worker>(loop, store, 1'795'244'400'000, false, &notifier);
    start();
    post(incoming("ev-1"));
    loop.run();
    for (const int leg : {0, 1}) {
      worker->telephony.answer(worker->telephony.find_open(Verb::dial, leg), {.outcome = OutcomeClass::refused});
    }
    loop.run();
  }
  void start() {
    worker->engine.start();
    loop.run();
  }
  // Posts a webhook; the answers collect in the returned reference.
  Answers& post_body(const std::string& body, Worker& to) {
    Answers& answers = answers_.emplace_back();
    EventFrame frame;
    frame.id = "frame-id";
    frame.body = as_bytes(body);
    to.engine.on_event(frame, [&answers](VerdictReply reply) { answers.push_back(std::move(reply)); });
    return answers;
  }
  Answers& post(const Hook& hook, Worker& to) { return post_body(hook.body(), to); }
  Answers& post(const Hook& hook) { return post(hook, *worker); }
  static void expect_only(const Answers& answers, Verdict verdict) {
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].verdict, verdict) << answers[0].reason;
  }
  // What an operator's Control of this worker is made of.
  ControlParts control_parts() {
    return {.engine = worker->engine,
            .store = store,
            .directory = worker->directory,
            .clock = worker->clock,
            .version = "test",
            .more_measures = {},
            .reload = {}};
  }
  // A call that rings on both devices, with both dials answered by the provider.
  void ring() {
    start();
    post(incoming("ev-1"));
    loop.run();
    for (int leg = 0; leg < 2; ++leg) {
      worker->telephony.answer(worker->telephony.find_open(Verb::dial, leg), dialled(leg));
      loop.run();
    }
  }
  static CommandOutcome dialled(int leg) {
    CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
    outcome.call_control_id = "cc-caller-leg-leg" + std::to_string(leg);
    outcome.call_leg_id = "caller-leg-leg" + std::to_string(leg);
    return outcome;
  }

  FakeLoop loop;
  FakeStore store{loop};
  std::unique_ptr<Worker> worker;
  std::deque<Answers> answers_;
};

}  // namespace ringfence::test
