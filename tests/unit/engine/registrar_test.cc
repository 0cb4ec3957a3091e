// Devices that register, on workers in virtual time: many at once, two workers on one store, a worker that dies at each
// step, a store that fails after the provider has made a credential, and that calls ring what is stored.
#include "engine/registrar.h"

#include "fixture.h"
#include "support/fake_credentials.h"

namespace ringfence::test {
namespace {

using testing::SizeIs;

constexpr Millis kMinute = 60'000;

// One worker with everything it has, which can be killed.
struct Host {
  Host(FakeLoop& loop, Store& store, FakeCredentials::Account& account, Millis now_ms,
       const std::string& connection = "conn-c")
      : clock(loop, now_ms),
        credentials(loop),
        directory(store, log, {}, true),
        engine(
            {.store = store,
             .telephony = telephony,
             .clock = clock,
             .log = log,
             .directory = directory,
             .credentials = &credentials},
            {.policy = exact_policy(), .sip_domain = std::string(kDomain), .registrar = {.connection = connection}}) {
    credentials.account = &account;
  }
  FakeClock clock;
  FakeTelephony telephony;
  FakeLog log;
  FakeCredentials credentials;
  DirectoryCache directory;
  Engine engine;
};

class RegistrarTest : public testing::Test {
 protected:
  void SetUp() override {
    store.directory = {1, std::string(kDirectory)};
    host = start();
  }
  std::unique_ptr<Host> start() {
    auto started = std::make_unique<Host>(loop, store, account, host ? host->clock.now_ms() : 1'795'244'400'000);
    started->engine.start();
    loop.run();
    return started;
  }
  // Everything under way is lost; what is stored, and what is at the provider, stays.
  void kill() {
    loop.forget_all();
    store.forget_held();
    dead.push_back(std::move(host));
    host = std::make_unique<Host>(loop, store, account, dead.back()->clock.now_ms());
    host->engine.start();
    loop.run();
  }
  struct Told {
    int ok = 0, failed = 0;
    std::string id, error;
    ErrorCode code = ErrorCode::internal;
  };
  Told& ask(Host& of, bool anew = false, const std::string& device = "phone") {
    Told& told = told_.emplace_back();
    of.engine.enrol({"acme", "anna", device}, anew, [&told](const Result<RegisteredDevice>& result) {
      if (result) {
        ++told.ok;
        told.id = result->credential_id;
      } else {
        ++told.failed;
        told.error = result.error().text;
        told.code = result.error().code;
      }
    });
    return told;
  }
  void settle(Millis span_ms = 3 * kMinute) {
    host->clock.advance(span_ms);
    loop.run();
  }
  void expect_one(const std::string& id) {
    ASSERT_THAT(account.there, SizeIs(1));
    EXPECT_EQ(account.there[0].id, id);
  }
  [[nodiscard]] std::string rung_as(Host& of, const std::string& device = "phone") const {
    const RingPlan plan = of.directory.current().plan("+4930123456", "+4940111222", of.clock.now_ms(), kDomain);
    for (const Destination& to : plan.destinations) {
      if (to.device == device) return to.to;
    }
    return "";
  }

  FakeLoop loop;
  FakeStore store{loop};
  FakeCredentials::Account account;
  std::deque<Told> told_;
  std::unique_ptr<Host> host;
  std::vector<std::unique_ptr<Host>> dead;
};

TEST_F(RegistrarTest, TenAtOnceOfOneDeviceGetTheSameOne) {
  for (int i = 0; i < 10; ++i) (void)ask(*host);
  loop.run();
  for (const Told& told : told_) {
    EXPECT_EQ(told.ok, 1);
    EXPECT_EQ(told.id, "id-1");
  }
  EXPECT_EQ(account.made, 1u);
  EXPECT_EQ(rung_as(*host), "sip:gencred1@sip.example.net") << "in place of what the directory's text says";
}

TEST_F(RegistrarTest, TenDevicesOfOneUserGetTen) {
  for (int i = 0; i < 10; ++i) (void)ask(*host, false, "device-" + std::to_string(i));
  loop.run();
  EXPECT_EQ(account.there.size(), 10u);
  EXPECT_EQ(rung_as(*host, "device-9"), "sip:gencred10@sip.example.net") << "also one that the text does not name";
}

TEST_F(RegistrarTest, TwoWorkersMakeOne) {
  const auto other = start();
  host->credentials.hold = other->credentials.hold = true;
  Told& here = ask(*host);
  Told& there = ask(*other);
  loop.run();
  EXPECT_EQ(host->credentials.open.size() + other->credentials.open.size(), 1u) << "one asks, the other waits";
  Host& asks = host->credentials.open.empty() ? *other : *host;
  Host& waits = &asks == host.get() ? *other : *host;
  for (int i = 0; i < 2; ++i) {
    asks.credentials.answer(0);
    loop.run();
  }
  EXPECT_EQ(here.ok + there.ok, 1);
  waits.clock.advance(limits::kRegistrationLookMs);
  EXPECT_EQ(here.ok + there.ok, 2);
  EXPECT_EQ(here.id, there.id);
  expect_one("id-1");
  EXPECT_EQ(waits.engine.stats().sessions_cached, 0u);
  waits.clock.advance(limits::kDirectoryRefreshMs);
  EXPECT_EQ(rung_as(waits), "sip:gencred1@sip.example.net") << "and both ring it";
}

TEST_F(RegistrarTest, ANewOneTakesThePlaceOfTheOldOneOnlyWhenItIsStored) {
  (void)ask(*host);
  loop.run();
  host->credentials.hold = true;
  Told& told = ask(*host, true);
  loop.run();
  ASSERT_THAT(host->credentials.open, SizeIs(1));
  EXPECT_EQ(host->credentials.open[0].request.verb, CredentialVerb::create);
  EXPECT_EQ(rung_as(*host), "sip:gencred1@sip.example.net");
  store.hold_commits = true;
  host->credentials.answer(0);
  loop.run();
  EXPECT_THAT(account.there, SizeIs(2));
  EXPECT_TRUE(host->credentials.open.empty()) << "nothing is removed before the new one is stored";
  EXPECT_EQ(told.ok, 0);
  store.hold_commits = false;
  store.release();
  loop.run();
  EXPECT_EQ(told.id, "id-2");
  EXPECT_EQ(rung_as(*host), "sip:gencred2@sip.example.net");
  ASSERT_THAT(host->credentials.open, SizeIs(1));
  EXPECT_EQ(host->credentials.open[0].request.id, "id-1");
  host->credentials.answer(0);
  loop.run();
  expect_one("id-2");
}

TEST_F(RegistrarTest, TheLogTellsOnlyWhatIsDurable) {
  store.faults = {CommitFault::none, CommitFault::none, CommitFault::lost};  // the order, the look, what was made
  (void)ask(*host);
  loop.run();
  EXPECT_EQ(account.there.size(), 1u);
  EXPECT_EQ(host->log.count("device_registered"), 0u);
  settle();
  EXPECT_EQ(host->log.count("device_registered"), 1u);
}

TEST_F(RegistrarTest, AProviderThatRefusesLeavesNothingBehind) {
  host->credentials.hold = true;
  Told& told = ask(*host);
  loop.run();
  host->credentials.answer(0);
  loop.run();
  host->credentials.answer(0, {.outcome = OutcomeClass::refused, .http_status = 422, .detail = "no such connection"});
  loop.run();
  EXPECT_EQ(told.failed, 1);
  EXPECT_EQ(told.code, ErrorCode::invalid);
  EXPECT_THAT(told.error, testing::HasSubstr("no such connection"));
  EXPECT_TRUE(account.there.empty());
  EXPECT_TRUE(host->directory.devices().empty());
}

TEST_F(RegistrarTest, ARefusedReplacementIsNotToldAsDone) {
  (void)ask(*host);
  loop.run();
  host->credentials.hold = true;
  Told& told = ask(*host, true);
  loop.run();
  host->credentials.answer(0, {.outcome = OutcomeClass::refused, .http_status = 403, .detail = "not allowed"});
  loop.run();
  EXPECT_EQ(told.code, ErrorCode::invalid);
  EXPECT_THAT(told.error, testing::HasSubstr("not allowed"));
  EXPECT_EQ(rung_as(*host), "sip:gencred1@sip.example.net") << "which stays in use";
  Told& plain = ask(*host);
  loop.run();
  EXPECT_EQ(plain.id, "id-1");
}

// The provider is away: who has a good one goes on with it, who wants another is told to come again.
TEST_F(RegistrarTest, AProviderThatIsAwayKeepsNobodyFromWhatIsStored) {
  (void)ask(*host);
  settle();
  host->clock.advance(25LL * 3'600'000);
  host->credentials.hold = true;
  Told& plain = ask(*host);
  loop.run();
  ASSERT_THAT(host->credentials.open, SizeIs(1));
  EXPECT_EQ(host->credentials.open[0].request.verb, CredentialVerb::list) << "whether it is still there";
  EXPECT_EQ(plain.ok, 0);
  Told& anew = ask(*host, true);
  host->clock.advance(limits::kRegistrationMs);
  EXPECT_EQ(plain.id, "id-1");
  EXPECT_EQ(anew.code, ErrorCode::unavailable);
}

// After the provider has made it, the store takes no answer: whoever asks again, or the due scan, finds it.
TEST_F(RegistrarTest, AStoreThatFailsAfterItWasMadeLeavesOneNotTwo) {
  std::size_t devices = 0;
  for (const CommitFault fault : {CommitFault::lost, CommitFault::landed}) {
    SCOPED_TRACE(static_cast<int>(fault));
    const std::string device = "device-" + std::to_string(++devices);
    store.faults = {CommitFault::none, CommitFault::none, fault};  // the order, the look, what was made
    Told& told = ask(*host, false, device);
    loop.run();
    EXPECT_EQ(account.there.size(), devices) << "it is made";
    settle(limits::kRegistrationMs);
    EXPECT_EQ(told.ok + told.failed, 1);
    settle();
    EXPECT_EQ(account.there.size(), devices);
    Told& again = ask(*host, false, device);
    loop.run();
    EXPECT_EQ(again.ok, 1);
    EXPECT_EQ(again.id, account.there.back().id);
  }
}

TEST_F(RegistrarTest, ARecordThatNobodyCanReadIsBegunAnew) {
  account.there.push_back({.id = "old", .name = credential_tag("conn-c", {"acme", "anna", "phone"}) + "-1-2"});
  store.rows["~device/acme/anna/phone"] = {.version = 3, .document = "{", .due_ms = 1};
  settle();
  EXPECT_GT(store.rows["~device/acme/anna/phone"].due_ms, host->clock.now_ms()) << "put aside, not claimed for ever";
  EXPECT_THAT(account.there, SizeIs(1));
  Told& told = ask(*host);
  settle();
  EXPECT_EQ(told.ok, 1);
  expect_one(told.id);
}

TEST_F(RegistrarTest, AnotherConnectionIsTakenUpWithTheNextCredential) {
  (void)ask(*host);
  settle();
  host = std::make_unique<Host>(loop, store, account, host->clock.now_ms(), "another");
  host->engine.start();
  loop.run();
  Told& told = ask(*host);
  loop.run();
  EXPECT_EQ(told.id, "id-2");
  settle();
  expect_one("id-2");
}

TEST_F(RegistrarTest, AWorkerThatMayNotAskTheProviderLeavesRecordsToOthers) {
  host->credentials.hold = true;
  (void)ask(*host);
  loop.run();
  kill();
  host = std::make_unique<Host>(loop, store, account, host->clock.now_ms(), "");
  host->engine.start();
  const std::size_t scans = store.scans;
  settle(60'000);
  EXPECT_GT(host->engine.stats().left_alone, 0u);
  EXPECT_LE(store.scans - scans, 60u) << "not four times a second what it cannot do";
  EXPECT_TRUE(host->credentials.requests.empty());
}

TEST_F(RegistrarTest, AWorkerThatDiesAtAnyStepLeavesOne) {
  // `step`: how many turns of the loop it lives for; `executed`: what had left was carried out.
  int finished = 0;
  for (int step = 0; finished < 2; ++step) {
    for (const bool executed : {false, true}) {
      SCOPED_TRACE("dies at step " + std::to_string(step) + (executed ? ", request carried out" : ", request lost"));
      host->credentials.hold = true;
      Told& told = ask(*host, true);
      loop.run();
      for (int i = 0; i < step && !host->credentials.open.empty(); ++i) {
        host->credentials.answer(0);
        loop.run();
      }
      if (host->credentials.open.empty()) ++finished;
      if (executed && !host->credentials.open.empty()) host->credentials.lose_answer(0);
      const bool was_told = told.ok == 1;
      kill();
      settle();
      ASSERT_THAT(account.there, SizeIs(1));
      Told& again = ask(*host);
      loop.run();
      EXPECT_EQ(again.ok, 1);
      expect_one(again.id);
      if (was_told) {
        EXPECT_EQ(again.id, told.id) << "what was told is kept";
      }
      EXPECT_EQ(rung_as(*host), "sip:" + account.there[0].sip_username + "@sip.example.net");
    }
    ASSERT_LT(step, 20);
  }
  EXPECT_LE(account.most, 3u);
}

TEST_F(RegistrarTest, ARemovedDeviceDoesNotRingAndItsCredentialGoes) {
  (void)ask(*host, false, "tablet");
  loop.run();
  EXPECT_NE(rung_as(*host, "tablet"), "");
  const auto other = start();
  EXPECT_NE(rung_as(*other, "tablet"), "");
  bool removed = false;
  host->engine.remove_device({"acme", "anna", "tablet"},
                             [&](const Result<RegisteredDevice>& result) { removed = result.has_value(); });
  loop.run();
  EXPECT_TRUE(removed);
  EXPECT_EQ(rung_as(*host, "tablet"), "");
  EXPECT_TRUE(account.there.empty());
  other->clock.advance(limits::kDirectoryRefreshMs);
  EXPECT_EQ(rung_as(*other, "tablet"), "");
}

TEST_F(RegistrarTest, WhoCannotRegisterIsToldWhy) {
  Told& nobody = told_.emplace_back();
  const auto note = [&nobody](const Result<RegisteredDevice>& result) {
    nobody.error = result ? "" : result.error().text;
    if (!result) nobody.code = result.error().code;
  };
  host->engine.enrol({"acme", "nobody", "phone"}, false, note);
  EXPECT_EQ(nobody.code, ErrorCode::not_found);
  store.away = true;
  Told& away = ask(*host);
  loop.run();
  EXPECT_EQ(away.code, ErrorCode::unavailable);
  store.away = false;
  EXPECT_EQ(account.made, 0u);
}

TEST_F(RegistrarTest, AProviderThatDoesNotAnswerIsNotWaitedForForEver) {
  host->credentials.hold = true;
  Told& told = ask(*host);
  settle(limits::kRegistrationMs);
  EXPECT_EQ(told.failed, 1);
  EXPECT_EQ(told.code, ErrorCode::unavailable);
  host->credentials.answer(0, {.outcome = OutcomeClass::unknown});
  host->credentials.hold = false;
  settle();
  Told& again = ask(*host);
  loop.run();
  EXPECT_EQ(again.ok, 1) << "the order was carried out meanwhile";
  EXPECT_EQ(account.made, 1u);
  EXPECT_TRUE(host->engine.idle());
}

// 64 wait, the 65th is told to come again; of another device there is room.
TEST_F(RegistrarTest, WhoAsksAgainAndAgainIsBounded) {
  host->credentials.hold = true;
  for (std::size_t i = 0; i < limits::kRegisteringEach; ++i) (void)ask(*host);
  Told& one_more = ask(*host);
  EXPECT_EQ(one_more.code, ErrorCode::unavailable);
  Told& other = ask(*host, false, "web");
  loop.run();
  EXPECT_EQ(other.failed, 0);
}

TEST_F(RegistrarTest, ADeviceIsNoCall) {
  (void)ask(*host);
  loop.run();
  std::size_t listed = 99;
  store.list(10, [&](const Result<std::vector<CallListing>>& calls) { listed = calls->size(); });
  loop.run();
  EXPECT_EQ(listed, 0u);
}

}  // namespace
}  // namespace ringfence::test
