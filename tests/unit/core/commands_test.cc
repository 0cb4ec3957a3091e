// What the commands of plans, transfers, prompts and outcomes carry. Their order and moment are told in
// tests/scenarios.
#include <gmock/gmock.h>

#include "core/prompts.h"
#include "shared/json.h"
#include "shared/limits.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

using test::Call;

StepResult offer(Call& call, RingPlan plan) {
  WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
  fact.call_session_id = "call-session";
  fact.connection_id = "connection";
  fact.incoming = true;
  fact.from = "+15550001111";
  fact.to = "+15550002222";
  fact.caller_name = "Ada";
  return call.happen(Event{.body = std::move(fact), .plan = std::move(plan)});
}

TEST(Commands, ADialHasItsDevicesTimeAndListensWhoAnswers) {
  Call call;
  const auto result = offer(call, {.destinations = {{"desk", "sip:desk", 0, 20'500, 0, Verify::none},
                                                    {"mobile", "+15550003333", 0, 0, 0, Verify::amd}}});
  ASSERT_EQ(result.commands.size(), 2u);
  EXPECT_EQ(result.commands[0].timeout_secs, 21);
  EXPECT_FALSE(result.commands[0].detect_machine);
  EXPECT_EQ(result.commands[1].timeout_secs, 30);
  EXPECT_TRUE(result.commands[1].detect_machine);
}

TEST(Commands, ATransferNamesTheLegItMakes) {
  Call call;
  const auto result = offer(call, {.route = Route::transfer, .destinations = {{"desk", "sip:desk", 0, 25'000}}});
  ASSERT_EQ(result.commands.size(), 1u);
  const Command& transfer = result.commands[0];
  EXPECT_EQ(transfer.verb, Verb::transfer);
  EXPECT_EQ(transfer.call_control_id, "parent");
  EXPECT_EQ(transfer.to, "sip:desk");
  EXPECT_EQ(transfer.from, "+15550001111");
  EXPECT_EQ(transfer.timeout_secs, 25);
  EXPECT_EQ(transfer.time_limit_secs, 4 * 3600);
  EXPECT_EQ(decode_client_state(transfer.client_state)->leg, kParent);
  EXPECT_EQ(decode_client_state(transfer.target_client_state)->leg, 0);
}

TEST(Commands, ATransferPresentsThePlansNumberOrTheCallers) {
  Call call;
  auto result =
      offer(call, {.route = Route::transfer, .destinations = {{"out", "+15550009999"}}, .caller_id = "+15557"});
  EXPECT_EQ(result.commands.at(0).from, "+15557");
  Call unnamed;
  WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
  fact.incoming = true;
  fact.from = "gencred1";
  fact.to = "+15550009999";
  result = unnamed.happen(
      Event{.body = fact, .plan = RingPlan{.route = Route::transfer, .destinations = {{"out", "+15550009999"}}}});
  EXPECT_EQ(result.commands.at(0).from, "");
}

TEST(Commands, AnAgentGetsItsHeaders) {
  Call call;
  const std::vector<SipHeader> headers{{"X-Org-Id", "acme"}, {"X-Thread-Id", "7"}};
  auto result =
      offer(call, {.route = Route::agent, .destinations = {{"agent", "sip:agent@example"}}, .headers = headers});
  ASSERT_EQ(result.commands.at(0).verb, Verb::answer);
  result = call.accept(result.commands[0]);
  ASSERT_EQ(result.commands.at(0).verb, Verb::transfer);
  EXPECT_EQ(result.commands[0].headers, headers);
}

TEST(Commands, AnAgentIsShownTheCallerOrTheNumberThatIsShownInHisPlace) {
  for (const bool hidden : {false, true}) {
    Call call;
    WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
    fact.incoming = true;
    fact.from = "+15550001111";
    fact.to = "+15550002222";
    fact.caller_name = "Carla";
    auto result = call.happen(Event{.body = fact,
                                    .plan = RingPlan{.route = Route::agent,
                                                     .destinations = {{"agent", "sip:agent@example"}},
                                                     .caller_id = hidden ? "+15550002222" : ""}});
    result = call.accept(result.commands.at(0));
    ASSERT_EQ(result.commands.at(0).verb, Verb::transfer);
    EXPECT_EQ(result.commands[0].from, hidden ? "+15550002222" : "+15550001111");
    EXPECT_EQ(result.commands[0].display_name, hidden ? "" : "Carla");
  }
}

TEST(Commands, ARejectionSaysWhetherAsBusy) {
  for (const bool busy : {false, true}) {
    Call call;
    const auto result = offer(call, {.route = Route::reject, .busy = busy});
    ASSERT_EQ(result.commands.at(0).verb, Verb::reject);
    EXPECT_EQ(result.commands[0].busy, busy);
    EXPECT_EQ(result.commands[0].call_control_id, "parent");
  }
}

TEST(Commands, APromptIsSpokenToTheLeg) {
  Call call;
  offer(call, {.destinations = {{"desk", "sip:desk", 0, 0, 0, Verify::press1}}});
  const auto result = call.leg(WebhookType::answered, 0);
  ASSERT_EQ(result.commands.at(0).verb, Verb::gather);
  EXPECT_EQ(result.commands[0].call_control_id, "leg0");
  EXPECT_EQ(result.commands[0].text, prompts::kPressOne);
  EXPECT_EQ(result.commands[0].timeout_secs, 15);
}

TEST(Commands, APromptWaitsForTheLegsId) {
  Call call;
  offer(call, {.destinations = {{"desk", "sip:desk", 0, 0, 0, Verify::press1}}});
  WebhookFact answered{.type = WebhookType::answered};
  answered.client_state = ClientState{.session = call.session.id, .leg = 0};
  EXPECT_TRUE(call.webhook(answered).commands.empty());
  const auto result = call.leg(WebhookType::initiated, 0);
  ASSERT_EQ(result.commands.size(), 1u);
  EXPECT_EQ(result.commands[0].verb, Verb::gather);
  EXPECT_EQ(result.commands[0].call_control_id, "leg0");
}

TEST(Commands, AnApologySaysWhatIsTrue) {
  Call late;
  offer(late, {.destinations = {{"desk", "sip:desk"}, {"mobile", "sip:mobile"}}});
  late.leg(WebhookType::answered, 0);
  auto result = late.leg(WebhookType::answered, 1);
  ASSERT_EQ(result.commands.at(0).verb, Verb::speak);
  EXPECT_EQ(result.commands[0].call_control_id, "leg1");
  EXPECT_EQ(result.commands[0].text, prompts::kTakenByAnother);

  Call nobody;
  offer(nobody, {.destinations = {{"desk", "sip:desk"}}});
  nobody.now_ms += nobody.policy.ring_ms;
  nobody.tick();
  result = nobody.leg(WebhookType::answered, 0);
  ASSERT_EQ(result.commands.at(0).verb, Verb::speak);
  EXPECT_EQ(result.commands[0].text, prompts::kTooLate);
}

TEST(Commands, PleaseHoldIsToldApartFromTheGreeting) {
  Call call;
  RingPlan plan{.greeting = "g", .destinations = {{"desk", "sip:desk"}, {"mobile", "sip:mobile"}}};
  plan.on_winner_lost = OnWinnerLost::ring_again;
  offer(call, plan);
  auto result = call.leg(WebhookType::answered, 0);
  call.parent(WebhookType::answered);
  call.leg(WebhookType::hangup, 1);
  result = call.leg(WebhookType::hangup, 0);
  const auto speak = std::ranges::find(result.commands, Verb::speak, &Command::verb);
  ASSERT_NE(speak, result.commands.end());
  EXPECT_EQ(speak->text, prompts::kPleaseHold);
  EXPECT_EQ(decode_client_state(speak->client_state)->generation, 2);
}

// a message is recorded when its greeting has been spoken, however long that is and whatever becomes of the word
// of its end.
TEST(Commands, AMessageIsNotRecordedOverItsGreeting) {
  const auto starts_after_ms = [](std::size_t letters) {
    Call call;
    offer(call, {.route = Route::voicemail, .greeting = std::string(letters, 'g')});
    call.parent(WebhookType::answered);
    EXPECT_EQ(call.session.phase, Phase::vm_greeting);
    return call.session.greeting_deadline_ms - call.now_ms;
  };
  EXPECT_EQ(starts_after_ms(100), Policy{}.greeting_ms);
  EXPECT_EQ(starts_after_ms(1000), 1000 * limits::kSpokenByteMs);
}

// A call that A declined and the caller gave up, told to the application.
struct Told : Call {
  StepResult result;
  Told() {
    offer(*this, {.organisation = "acme", .user = "reception", .destinations = {{"desk", "sip:desk"}}, .notify = true});
    leg(WebhookType::initiated, 0);
    now_ms += 2000;
    WebhookFact declined{.type = WebhookType::hangup, .call_control_id = "leg0", .ending = {.cause = "call_rejected"}};
    declined.ending.source = "callee";
    declined.ending.sip_cause = "603";
    declined.ending.start_time = "2026-11-22T10:00:00.076316Z";
    declined.ending.end_time = "2026-11-22T10:00:02.316Z";
    declined.client_state = ClientState{.session = session.id, .leg = 0};
    result = webhook(declined);
  }
};

TEST(Commands, AnOutcomeNamesTheDeviceAndWhy) {
  Told call;
  const auto told = std::ranges::find(call.result.commands, Verb::notify, &Command::verb);
  ASSERT_NE(told, call.result.commands.end());
  EXPECT_EQ(told->organisation, "acme");
  EXPECT_TRUE(told->client_state.empty());
  const auto body = parse_json(told->body);
  ASSERT_TRUE(body);
  EXPECT_EQ(get_text(body->get(), "type"), "call.device");
  const json_t* data = get_object(body->get(), "data");
  EXPECT_EQ(get_text(data, "call"), "parent-leg");
  EXPECT_EQ(get_text(data, "device"), "desk");
  EXPECT_EQ(get_text(data, "outcome"), "declined");
  EXPECT_EQ(get_text(data, "hangup_cause"), "call_rejected");
  EXPECT_EQ(get_text(data, "hangup_source"), "callee");
  EXPECT_EQ(get_text(data, "sip_hangup_cause"), "603");
  EXPECT_EQ(get_text(data, "start_time"), "2026-11-22T10:00:00.076316Z");
  EXPECT_EQ(get_text(data, "end_time"), "2026-11-22T10:00:02.316Z");
  EXPECT_TRUE(get_bool(data, "rang"));
  EXPECT_FALSE(get_text(data, "ended_at").empty());
}

// I16: whatever is learnt afterwards, every copy of what was told is the same.
TEST(Commands, AnOutcomeIsTheSameInEveryCopy) {
  Told call;
  const auto first = std::ranges::find(call.result.commands, Verb::notify, &Command::verb);
  ASSERT_NE(first, call.result.commands.end());
  call.leg(WebhookType::answered, 0);
  call.leg(WebhookType::bridged, 0);
  WebhookFact again{.type = WebhookType::hangup, .call_control_id = "leg0", .ending = {.cause = "user_busy"}};
  again.client_state = ClientState{.session = call.session.id, .leg = 0};
  call.webhook(again);
  call.parent(WebhookType::hangup);
  call.now_ms += call.policy.notify_retry_ms;
  const auto result = call.tick();
  const auto second =
      std::ranges::find_if(result.commands, [](const Command& c) { return c.verb == Verb::notify && c.leg == 0; });
  ASSERT_NE(second, result.commands.end());
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->body, first->body);
}

TEST(Commands, TheOutcomeOfTheCallIsTheSameInEveryCopy) {
  Told call;
  const auto first = call.parent(WebhookType::hangup);
  ASSERT_EQ(call.session.phase, Phase::closed);
  ASSERT_EQ(first.commands.size(), 1u);
  EXPECT_EQ(first.commands[0].verb, Verb::notify);
  call.parent(WebhookType::answered);
  call.parent(WebhookType::bridged);
  WebhookFact saved{.type = WebhookType::recording_saved, .call_leg_id = "parent-leg"};
  saved.recording.id = "late";
  call.webhook(saved);
  WebhookFact again{.type = WebhookType::hangup, .call_leg_id = "parent-leg", .ending = {.cause = "timeout"}};
  again.ending.source = "callee";
  call.webhook(again);
  call.now_ms += call.policy.notify_retry_ms;
  const auto result = call.tick();
  const auto second = std::ranges::find(result.commands, kParent, &Command::leg);
  ASSERT_NE(second, result.commands.end());
  EXPECT_EQ(second->id, first.commands[0].id);
  EXPECT_EQ(second->body, first.commands[0].body);
}

TEST(Commands, TheOutcomeOfTheCallNamesItsRecording) {
  for (const bool recorded : {true, false}) {
    Call call;
    RingPlan plan{.organisation = "acme", .destinations = {{"desk", "sip:desk"}}, .notify = true};
    plan.no_record = !recorded;
    offer(call, plan);
    auto result = call.leg(WebhookType::answered, 0);
    call.accept(result.commands.at(0));
    result = call.leg(WebhookType::bridged, 0);
    if (recorded) call.accept(result.commands.at(0));
    call.parent(WebhookType::hangup);
    if (recorded) {
      WebhookFact saved{.type = WebhookType::recording_saved, .call_leg_id = "parent-leg"};
      saved.recording.id = "r1";
      call.webhook(saved);
    }
    result = call.leg(WebhookType::hangup, 0);
    ASSERT_EQ(call.session.phase, Phase::closed);
    const auto told = std::ranges::find(result.commands, kParent, &Command::leg);
    ASSERT_NE(told, result.commands.end());
    const auto body = parse_json(told->body);
    ASSERT_TRUE(body);
    const json_t* data = get_object(body->get(), "data");
    EXPECT_EQ(get_text(data, "outcome"), "answered");
    EXPECT_EQ(get_text(data, "device"), "desk");
    EXPECT_EQ(get_bool(data, "recorded"), recorded);
  }
}

constexpr std::string_view kRecordingUrl = "https://recordings.example.com/r1.wav?key";

// A conversation that goes on while its recording is saved.
struct Recorded : Call {
  StepResult result;
  WebhookFact saved{.type = WebhookType::recording_saved, .call_leg_id = "parent-leg"};
  explicit Recorded(bool notify = true) {
    offer(*this, {.organisation = "acme", .destinations = {{"desk", "sip:desk"}}, .notify = notify});
    result = leg(WebhookType::answered, 0);
    accept(result.commands.at(0));
    result = leg(WebhookType::bridged, 0);
    accept(result.commands.at(0));
    saved.recording = {.id = "r1",
                       .url = std::string(kRecordingUrl),
                       .call_leg_id = "parent-leg",
                       .channels = "dual",
                       .started_at = "2026-11-22T10:00:00.5Z",
                       .ended_at = "2026-11-22T10:01:00.5Z"};
    result = webhook(saved);
  }
};

// the application has ten minutes to fetch it.
TEST(Commands, TheRecordingIsToldOfWithAllThatIsKnownOfIt) {
  const Recorded call;
  ASSERT_EQ(call.result.commands.size(), 1u);
  const auto body = parse_json(call.result.commands[0].body);
  ASSERT_TRUE(body);
  EXPECT_EQ(get_text(body->get(), "type"), "call.recording");
  EXPECT_FALSE(get_text(body->get(), "timestamp").empty());
  const json_t* data = get_object(body->get(), "data");
  for (const auto& [key, value] : std::initializer_list<std::pair<const char*, std::string_view>>{
           {"call", "parent-leg"},
           {"kind", "conversation"},
           {"recording_id", "r1"},
           {"url", kRecordingUrl},
           {"call_leg_id", "parent-leg"},
           {"channels", "dual"},
           {"recording_started_at", "2026-11-22T10:00:00.5Z"},
           {"recording_ended_at", "2026-11-22T10:01:00.5Z"}}) {
    EXPECT_EQ(get_text(data, key), value) << key;
  }
}

TEST(Commands, TheRecordingIsToldOfOnceAndTheSameInEveryCopy) {
  Recorded call;
  const Command first = call.result.commands.at(0);
  call.saved.recording = {.id = "r2", .url = "https://recordings.example.com/r2.wav?key"};
  EXPECT_TRUE(call.webhook(call.saved).commands.empty());
  call.parent(WebhookType::hangup);
  call.leg(WebhookType::hangup, 0);
  call.now_ms += call.policy.notify_retry_max_ms;
  const auto result = call.tick();
  const auto again = std::ranges::find(result.commands, first.id, &Command::id);
  ASSERT_NE(again, result.commands.end());
  EXPECT_EQ(again->body, first.body);
  call.accept(*again);
  EXPECT_TRUE(call.webhook(call.saved).commands.empty());
}

// The list of all live calls is long: it is read where something may never have been, not to see what happened.
TEST(Commands, ALookListsAllLiveCallsOnlyForALegThatIsMissing) {
  const auto look_of = [](Call& call) {
    StepResult result;
    for (int ticks = 0; ticks < 20 && due_ms(call.session) != 0; ++ticks) {
      call.now_ms = due_ms(call.session);
      result = call.tick();
      const auto look = std::ranges::find(result.commands, Verb::audit, &Command::verb);
      if (look != result.commands.end()) return std::optional(*look);
    }
    return std::optional<Command>();
  };
  Recorded talks(false);
  ASSERT_EQ(talks.session.phase, Phase::connected);
  const auto watched = look_of(talks);
  ASSERT_TRUE(watched);
  EXPECT_FALSE(watched->live_calls);

  Call left;
  offer(left, {.destinations = {{"desk", "sip:desk"}}});
  left.parent(WebhookType::hangup);  // and nobody knows whether the dial was carried out
  const auto search = look_of(left);
  ASSERT_TRUE(search);
  EXPECT_TRUE(search->live_calls);
}

// It is a key to what was said.
TEST(Commands, TheUrlOfARecordingIsKeptUntilItIsToldAndNoLonger) {
  Recorded taken;
  EXPECT_EQ(taken.session.recording.url, kRecordingUrl);
  taken.accept(taken.result.commands.at(0));
  EXPECT_TRUE(taken.session.recording.url.empty());

  Recorded refused;
  refused.parent(WebhookType::hangup);
  refused.leg(WebhookType::hangup, 0);
  refused.now_ms += limits::kNotifyMs;
  refused.tick();
  EXPECT_TRUE(refused.session.recording.url.empty()) << "nobody took it for a day";

  const Recorded untold(false);
  EXPECT_EQ(untold.session.recording.id, "r1");
  EXPECT_TRUE(untold.session.recording.url.empty()) << "nobody is to be told";
}

TEST(Commands, AnOutcomeNobodyTakesIsOfferedForADayAndNoLonger) {
  Told call;
  call.parent(WebhookType::hangup);
  int offers = 0;
  while (due_ms(call.session) != 0) {
    ASSERT_GT(due_ms(call.session), call.now_ms);
    call.now_ms = due_ms(call.session);
    for (const Command& command : call.tick().commands) offers += command.verb == Verb::notify ? 1 : 0;
    ASSERT_LT(offers, 200);
  }
  EXPECT_GT(offers, 40);  // the device and the call, each a day long, hourly in the end
  EXPECT_LE(call.now_ms, test::kStartMs + limits::kNotifyMs + 10'000);
  EXPECT_TRUE(is_tombstone(call.session));
}

}  // namespace
}  // namespace ringfence
