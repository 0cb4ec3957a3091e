// What is asked about devices and answered: one that registers, one that is removed, all of them.
#include "engine/reading_requests.h"
#include "fixture.h"
#include "support/fake_credentials.h"

namespace ringfence::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class DeviceRequestsTest : public EngineTest {
 protected:
  void SetUp() override {
    store.directory = {1, std::string(kDirectory)};
    clock = std::make_unique<FakeClock>(loop);
    directory = std::make_unique<DirectoryCache>(store, log, PlanRules{}, true);
    make_engine("conn-c");
  }
  void make_engine(const std::string& connection) {
    control.reset();
    engine = std::make_unique<Engine>(
        EngineParts{.store = store,
                    .telephony = telephony,
                    .clock = *clock,
                    .log = log,
                    .directory = *directory,
                    .credentials = &credentials},
        EngineOptions{
            .policy = exact_policy(), .sip_domain = std::string(kDomain), .registrar = {.connection = connection}});
    engine->start();
    loop.run();
    control = std::make_unique<Control>(ControlParts{.engine = *engine,
                                                     .store = store,
                                                     .directory = *directory,
                                                     .clock = *clock,
                                                     .version = "test",
                                                     .more_measures = {},
                                                     .reload = {}});
  }
  ControlReply ask(std::string_view method, std::string_view target) { return ask(*control, method, target); }
  ControlReply ask(RequestSink& whom, std::string_view method, std::string_view target) {
    ControlReply answer{.status = 0};
    whom.on_request({.method = method, .target = target, .body = {}},
                    [&](ControlReply reply) { answer = std::move(reply); });
    loop.run();
    return answer;
  }

  std::unique_ptr<FakeClock> clock;
  FakeTelephony telephony;
  FakeLog log;
  FakeCredentials credentials{loop};
  std::unique_ptr<DirectoryCache> directory;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Control> control;
};

TEST_F(DeviceRequestsTest, ADeviceGetsACredentialAndKeepsIt) {
  const ControlReply first = ask("PUT", "/devices/acme/anna/tablet");
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_THAT(first.body, HasSubstr(R"("credential_id":"id-1","sip_username":"gencred1","expires_at":"2026-12-21T)"));
  EXPECT_EQ(ask("PUT", "/devices/acme/anna/tablet").body, first.body);
  EXPECT_THAT(ask("PUT", "/devices/acme/anna/tablet?anew=yes").body, HasSubstr("id-2"));
}

TEST_F(DeviceRequestsTest, ARemovedDeviceHasNone) {
  ask("PUT", "/devices/acme/anna/tablet");
  const ControlReply gone = ask("DELETE", "/devices/acme/anna/tablet");
  EXPECT_EQ(gone.status, 200);
  EXPECT_THAT(gone.body, HasSubstr(R"("removed":true)"));
  EXPECT_THAT(ask("GET", "/devices?whole=yes").body, Not(HasSubstr("tablet")));
  EXPECT_EQ(ask("DELETE", "/devices/acme/anna/tablet").status, 200) << "once more does no harm";
}

TEST_F(DeviceRequestsTest, AllAreListedWithWhyOneDoesNotRing) {
  ask("PUT", "/devices/acme/anna/tablet");
  const std::string all = ask("GET", "/devices?whole=yes").body;
  EXPECT_THAT(all, HasSubstr(R"("device":"tablet","credential_id":"id-1","sip_username":"gencred1")"));
  EXPECT_THAT(all, HasSubstr(R"("device":"web","registered":false)"));
  EXPECT_EQ(ask("GET", "/devices?user=acme/nobody").body, R"({"devices":[]})");
  clock->advance(25LL * 3'600'000);
  EXPECT_THAT(ask("GET", "/devices?user=acme/anna").body, HasSubstr("was not active for 24 h"));
  EXPECT_THAT(ask("GET", "/directory").body, Not(HasSubstr("tablet"))) << "the text is what was imported";
}

// Whoever may read may not learn where a device is reached, nor have one registered.
TEST_F(DeviceRequestsTest, OverHttpThereAreNoCredentials) {
  ask("PUT", "/devices/acme/anna/tablet");
  ReadingRequests reading(*control);
  const ControlReply all = ask(reading, "GET", "/devices");
  EXPECT_THAT(all.body, HasSubstr("tablet"));
  EXPECT_THAT(all.body, Not(HasSubstr("gencred1")));
  EXPECT_THAT(all.body, Not(HasSubstr("id-1")));
  EXPECT_EQ(ask(reading, "GET", "/devices?whole=yes").status, 403);
  EXPECT_EQ(ask(reading, "PUT", "/devices/acme/anna/tablet").status, 403);
  EXPECT_EQ(ask(reading, "DELETE", "/devices/acme/anna/tablet").status, 403);
}

TEST_F(DeviceRequestsTest, WrongRequestsGetASentence) {
  EXPECT_EQ(ask("PUT", "/devices/acme/nobody/phone").status, 404);
  EXPECT_EQ(ask("PUT", "/devices/acme/anna/ph%20one").status, 400);
  EXPECT_EQ(ask("PUT", "/devices/acme/anna").status, 404);
  EXPECT_EQ(ask("GET", "/devices/acme/anna/phone").status, 405);
  store.away = true;
  EXPECT_EQ(ask("PUT", "/devices/acme/anna/phone").status, 503);
  store.away = false;
  make_engine("");
  const ControlReply none = ask("PUT", "/devices/acme/anna/phone");
  EXPECT_EQ(none.status, 422);
  EXPECT_THAT(none.body, HasSubstr("credential_connection"));
}

TEST_F(DeviceRequestsTest, AUserHasNoMoreDevicesThanCanRing) {
  for (std::size_t i = 2; i < limits::kLegs; ++i) {
    ASSERT_EQ(ask("PUT", "/devices/acme/anna/d" + std::to_string(i)).status, 200) << i;
  }
  EXPECT_EQ(ask("PUT", "/devices/acme/anna/one-more").status, 422);
  EXPECT_EQ(ask("PUT", "/devices/acme/anna/d2").status, 200) << "one that is there already";
}

// Two thousand rows are more than one page; a worker that starts has them all before it takes a call.
TEST_F(DeviceRequestsTest, AWorkerThatStartsReadsEveryDevice) {
  const Millis now_ms = clock->now_ms();
  for (int i = 0; i < 2'500; ++i) {
    const RegisteredDevice device{.device = {"acme", "anna", "d" + std::to_string(i % 60)},
                                  .credential_id = "id",
                                  .sip_username = "cred" + std::to_string(i),
                                  .expires_ms = now_ms + 1'000'000,
                                  .active_ms = now_ms};
    const std::string name = "row" + std::to_string(i);
    store.lists[std::string(kDevicesList)][name] = {
        .name = name, .at_ms = now_ms - 5'000 + i / 600, .line = encode_device(device)};
  }
  DirectoryCache fresh(store, log, {}, true);
  EXPECT_FALSE(fresh.loaded());
  fresh.refresh(now_ms);
  loop.run();
  EXPECT_TRUE(fresh.loaded());
  EXPECT_EQ(fresh.devices().size(), 60u);
  EXPECT_EQ(fresh.devices().at({"acme", "anna", "d39"}).sip_username, "cred2499") << "the last word of each";
}

// Another worker's clock is an hour ahead: what the others write is read all the same.
TEST_F(DeviceRequestsTest, ARowFromTheFutureHidesNobody) {
  const auto write = [&](const std::string& device, Millis at_ms) {
    const RegisteredDevice row{.device = {"acme", "anna", device},
                               .credential_id = "id",
                               .sip_username = "cred-" + device,
                               .expires_ms = at_ms};
    store.lists[std::string(kDevicesList)][device] = {.name = device, .at_ms = at_ms, .line = encode_device(row)};
  };
  write("early", clock->now_ms() + 3'600'000);
  clock->advance(limits::kDirectoryRefreshMs);
  EXPECT_TRUE(directory->devices().contains({"acme", "anna", "early"}));
  write("right", clock->now_ms());
  clock->advance(limits::kDirectoryRefreshMs);
  EXPECT_TRUE(directory->devices().contains({"acme", "anna", "right"}));
  write("late", clock->now_ms() - 20'000);
  clock->advance(limits::kDevicesLongMs + limits::kDirectoryRefreshMs);
  EXPECT_TRUE(directory->devices().contains({"acme", "anna", "late"}));
}

TEST_F(DeviceRequestsTest, WhoHasLeftTheDirectoryIsSeenAndCanBeRemoved) {
  ask("PUT", "/devices/acme/anna/tablet");
  directory->import("d.conf", "organisation acme { user bert { } number +4930123456 { ring bert; } }",
                    [](const Result<std::uint64_t>& done) { EXPECT_TRUE(done); });
  loop.run();
  EXPECT_THAT(ask("GET", "/devices").body, HasSubstr("not in the directory any more"));
  EXPECT_EQ(ask("PUT", "/devices/acme/anna/tablet").status, 404);
  EXPECT_EQ(ask("DELETE", "/devices/acme/anna/tablet").status, 200);
  EXPECT_TRUE(credentials.account->there.empty());
}

TEST_F(DeviceRequestsTest, ADeviceThatTheTextNamesRingsByThatAgain) {
  ask("PUT", "/devices/acme/anna/phone");
  EXPECT_THAT(ask("GET", "/devices?whole=yes").body, HasSubstr("gencred1"));
  const ControlReply gone = ask("DELETE", "/devices/acme/anna/phone");
  EXPECT_THAT(gone.body, HasSubstr("rings_by_the_text"));
  const RingPlan plan = directory->current().plan("+4930123456", "+4940111222", clock->now_ms(), kDomain);
  ASSERT_EQ(plan.destinations.size(), 2u);
  EXPECT_EQ(plan.destinations[0].to, "sip:credA@sip.example.net");
  const RingPlan out = directory->current().plan_outbound("credA", "+4940111222", clock->now_ms(), kDomain);
  EXPECT_EQ(out.user, "anna");
}

TEST_F(DeviceRequestsTest, AListIsBounded) {
  for (int i = 0; i < 5; ++i) ask("PUT", "/devices/acme/anna/d" + std::to_string(i));
  EXPECT_THAT(ask("GET", "/devices?limit=3").body, HasSubstr(R"("more":true)"));
  EXPECT_THAT(ask("GET", "/devices?limit=10").body, Not(HasSubstr("more")));
  EXPECT_EQ(ask("GET", "/devices?limit=x").status, 400);
}

TEST_F(DeviceRequestsTest, ADirectoryThatIsImportedKeepsWhoHasRegistered) {
  ask("PUT", "/devices/acme/anna/tablet");
  directory->import("d.conf", "organisation acme { user anna { } number +4930123456 { ring anna; } }",
                    [](const Result<std::uint64_t>& done) { EXPECT_TRUE(done); });
  loop.run();
  const RingPlan plan = directory->current().plan("+4930123456", "+4940111222", clock->now_ms(), kDomain);
  ASSERT_EQ(plan.destinations.size(), 1u);
  EXPECT_EQ(plan.destinations[0].to, "sip:gencred1@sip.example.net");
  EXPECT_EQ(plan.destinations[0].device, "tablet");
  const RingPlan out = directory->current().plan_outbound("gencred1", "+4940111222", clock->now_ms(), kDomain);
  EXPECT_EQ(out.user, "anna") << "and calls out as her";
}

}  // namespace
}  // namespace ringfence::test
