// The rules of a device's registration, one at a time. That they hold together under faults is
// registration_paths_test.cc's.
#include "devices/registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/registration_json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Millis kNow = 1'795'244'400'000;
constexpr Millis kDay = 24LL * 3'600'000;

class RegistrationTest : public testing::Test {
 protected:
  RegistrationTest() {
    record.device = {"acme", "anna", "phone"};
    record.tag = credential_tag("conn", record.device);
  }
  // The step is stored and its request is on its way.
  void take(const RegistrationEvent& event) {
    const RegistrationStep result = step(record, event, now_ms, policy);
    EXPECT_EQ(result.changed, result.next != record);
    record = result.next;
    sent = result.send;
  }
  void answer(CredentialAnswer answer) {
    ASSERT_TRUE(record.asked);
    take(CredentialAnswered{record.asked->number, std::move(answer)});
  }
  [[nodiscard]] Credential credential(const std::string& id) const {
    return {.id = id, .name = credential_name(record), .sip_username = "sip-" + id, .expires_ms = now_ms + 30 * kDay};
  }
  static CredentialAnswer listing(std::vector<Credential> found) {
    return {.outcome = OutcomeClass::ok, .http_status = 200, .found = std::move(found), .complete = true};
  }
  static CredentialAnswer made(Credential one) {
    return {.outcome = OutcomeClass::ok, .http_status = 201, .found = {std::move(one)}};
  }
  // Whatever is still to be looked at has been, and there was nothing.
  void expect_nothing_left() {
    now_ms = due_ms(record);
    take(RegistrationTick{});
    expect_asked(CredentialVerb::list);
    answer(listing({}));
    EXPECT_EQ(due_ms(record), 0);
  }
  void expect_asked(CredentialVerb verb) {
    ASSERT_TRUE(sent) << "nothing was asked";
    EXPECT_EQ(name_of(sent->request.verb), name_of(verb));
  }
  // Registered for the first time: credential "one" is in use.
  void register_first() {
    take(RegisterDevice{});
    answer(listing({}));
    answer(made(credential("one")));
    now_ms = due_ms(record);
    take(RegistrationTick{});
    expect_asked(CredentialVerb::list);  // when nothing of an earlier life can come any more
    answer(listing({*record.live}));
    ASSERT_TRUE(record.live);
  }

  RegistrationPolicy policy;
  Registration record;
  std::optional<Registration::Asked> sent;
  Millis now_ms = kNow;
};

TEST_F(RegistrationTest, TheFirstIsMadeAfterALookAtWhatIsThere) {
  take(RegisterDevice{});
  expect_asked(CredentialVerb::list);
  answer(listing({}));
  expect_asked(CredentialVerb::create);
  EXPECT_EQ(sent->request.tag, record.tag);
  EXPECT_EQ(sent->request.name, credential_name(record));
  EXPECT_EQ(sent->request.expires_ms, kNow + policy.valid_ms);
  answer(made(credential("one")));
  EXPECT_FALSE(sent);
  EXPECT_EQ(record.live->id, "one");
  EXPECT_FALSE(record.ordered);
}

// Whatever is under way to it from then would hit one that is taken up.
TEST_F(RegistrationTest, WhatAnEarlierLifeLeftIsRemoved) {
  Registration earlier = record;
  now_ms -= kDay;
  take(RegisterDevice{});
  const Credential stray = credential("stray");
  record = earlier;
  now_ms = kNow;
  take(RegisterDevice{});
  answer(listing({stray}));
  expect_asked(CredentialVerb::create);
  answer(made(credential("mine")));
  expect_asked(CredentialVerb::remove);
  EXPECT_EQ(sent->request.id, "stray");
}

TEST_F(RegistrationTest, AskingAgainGivesTheSame) {
  register_first();
  take(RegisterDevice{});
  const Registration before = record;
  take(RegisterDevice{});
  EXPECT_FALSE(sent);
  EXPECT_EQ(record, before) << "nothing to store";
  now_ms += policy.active_ms;
  take(RegisterDevice{});
  EXPECT_FALSE(sent);
  EXPECT_EQ(record.active_ms, now_ms);
}

TEST_F(RegistrationTest, WhoAsksWhileItIsMadeJoins) {
  take(RegisterDevice{});
  const Registration before = record;
  take(RegisterDevice{.anew = true});
  EXPECT_EQ(record, before);
}

TEST_F(RegistrationTest, TheOldOneGoesOnlyWhenTheNewOneIsStored) {
  register_first();
  take(RegisterDevice{.anew = true});
  expect_asked(CredentialVerb::create);
  EXPECT_EQ(record.live->id, "one") << "in use until there is another";
  EXPECT_THAT(record.retired, IsEmpty());
  answer(made(credential("two")));
  EXPECT_EQ(record.live->id, "two");
  expect_asked(CredentialVerb::remove);
  EXPECT_EQ(sent->request.id, "one");
  answer({.outcome = OutcomeClass::ok});
  EXPECT_FALSE(sent);
  EXPECT_THAT(record.retired, IsEmpty());
}

TEST_F(RegistrationTest, ARefusalLeavesTheOldOneInUseAndNoHalfRecord) {
  register_first();
  take(RegisterDevice{.anew = true});
  answer({.outcome = OutcomeClass::refused, .http_status = 422, .detail = "no such connection"});
  EXPECT_FALSE(sent);
  EXPECT_EQ(record.live->id, "one");
  EXPECT_EQ(record.trouble, "no such connection");
  EXPECT_FALSE(record.ordered);
}

TEST_F(RegistrationTest, ARefusedFirstOneLeavesNothing) {
  take(RegisterDevice{});
  answer(listing({}));
  answer({.outcome = OutcomeClass::refused, .http_status = 403, .detail = "not allowed"});
  EXPECT_FALSE(record.live);
  expect_nothing_left();
  take(RegisterDevice{});
  expect_asked(CredentialVerb::create);
}

TEST_F(RegistrationTest, WhenNobodyKnowsItIsLookedBeforeAnotherIsMade) {
  register_first();
  take(RegisterDevice{.anew = true});
  const Credential two = credential("two");
  answer({.outcome = OutcomeClass::unknown, .detail = "timeout"});
  EXPECT_FALSE(sent) << "after a pause";
  now_ms = due_ms(record);
  take(RegistrationTick{});
  expect_asked(CredentialVerb::list);
  answer(listing({*record.live, two}));
  EXPECT_EQ(record.live->id, "two");
  EXPECT_THAT(record.retired, ElementsAre("one"));
}

TEST_F(RegistrationTest, OneThatIsMadeLateIsFoundAndRemoved) {
  take(RegisterDevice{});
  answer(listing({}));
  const Credential late = credential("late");
  answer({.outcome = OutcomeClass::unknown});
  now_ms = due_ms(record);
  take(RegistrationTick{});
  answer(listing({}));
  expect_asked(CredentialVerb::create);
  answer(made(credential("one")));
  EXPECT_FALSE(sent);
  EXPECT_GE(due_ms(record), kNow + policy.settle_ms);
  now_ms = due_ms(record);
  take(RegistrationTick{});
  expect_asked(CredentialVerb::list);
  answer(listing({late, *record.live}));
  EXPECT_EQ(record.live->id, "one");
  expect_asked(CredentialVerb::remove);
  EXPECT_EQ(sent->request.id, "late");
}

TEST_F(RegistrationTest, ARequestWithoutAnAnswerIsLookedAfter) {
  take(RegisterDevice{});
  answer(listing({}));
  EXPECT_EQ(due_ms(record), kNow + policy.answer_ms);
  now_ms = due_ms(record) - 1;
  take(RegistrationTick{});
  EXPECT_TRUE(record.asked) << "its time is not over";
  const std::uint64_t number = record.asked->number;
  now_ms += 1;
  take(RegistrationTick{});
  EXPECT_TRUE(record.doubtful);
  const Registration before = record;
  take(CredentialAnswered{number, made(credential("one"))});
  EXPECT_EQ(record, before) << "too late to be heard: the look finds it";
}

TEST_F(RegistrationTest, AnOrderIsGivenUpAfterItsTries) {
  take(RegisterDevice{});
  answer(listing({}));
  for (int i = 1; i < policy.create_tries; ++i) {
    answer({.outcome = OutcomeClass::not_sent, .detail = "nobody there"});
    ASSERT_TRUE(record.ordered) << i;
    now_ms = due_ms(record);
    take(RegistrationTick{});
    expect_asked(CredentialVerb::create);
  }
  answer({.outcome = OutcomeClass::not_sent, .detail = "nobody there"});
  EXPECT_FALSE(record.ordered);
  EXPECT_EQ(record.trouble, "nobody there");
  expect_nothing_left();
}

TEST_F(RegistrationTest, AProviderThatAsksForPatienceGetsIt) {
  take(RegisterDevice{});
  answer({.outcome = OutcomeClass::not_sent, .http_status = 429, .retry_after_ms = 20'000});
  EXPECT_EQ(due_ms(record), kNow + 20'000);
}

TEST_F(RegistrationTest, ARemovedDeviceHasNoneAndOneStillBeingMadeGoesToo) {
  register_first();
  take(RegisterDevice{.anew = true});
  take(RemoveDevice{});
  EXPECT_FALSE(record.live);
  answer(made(credential("two")));
  EXPECT_FALSE(record.live);
  EXPECT_THAT(record.retired, ElementsAre("one", "two"));
  for (const char* id : {"one", "two"}) {
    expect_asked(CredentialVerb::remove);
    EXPECT_EQ(sent->request.id, id);
    answer({.outcome = OutcomeClass::ok});
  }
  EXPECT_TRUE(is_over(record));
  EXPECT_EQ(due_ms(record), 0);
}

TEST_F(RegistrationTest, OneThatCannotBeRemovedDoesNotStandBeforeTheOthers) {
  register_first();
  record.retired = {"stuck", "old"};
  take(RegistrationTick{});
  answer({.outcome = OutcomeClass::refused, .http_status = 422});
  EXPECT_THAT(record.retired, ElementsAre("old", "stuck"));
}

TEST_F(RegistrationTest, OneThatTheProviderHasLostIsMadeAgain) {
  register_first();
  now_ms += policy.look_ms;
  take(RegisterDevice{});
  expect_asked(CredentialVerb::list);
  EXPECT_EQ(record.live->id, "one") << "what is stored is answered meanwhile";
  answer(listing({}));
  EXPECT_FALSE(record.live);
  expect_asked(CredentialVerb::create);
  answer(made(credential("two")));
  EXPECT_EQ(record.live->id, "two");
  EXPECT_EQ(sent->request.id, "one") << "a list that was behind leaves nothing";
}

TEST_F(RegistrationTest, AShortListingProvesNothing) {
  register_first();
  now_ms += policy.look_ms;
  take(RegisterDevice{});
  CredentialAnswer half = listing({});
  half.complete = false;
  answer(half);
  ASSERT_TRUE(record.live);
  EXPECT_EQ(record.live->id, "one");
}

TEST_F(RegistrationTest, AnAnswerToAnEarlierRequestIsNotTakenForThisOnes) {
  take(RegisterDevice{});
  const std::uint64_t earlier = record.asked->number;
  now_ms = due_ms(record);
  take(RegistrationTick{});
  now_ms = due_ms(record);
  take(RegistrationTick{});
  expect_asked(CredentialVerb::list);
  const Registration before = record;
  take(CredentialAnswered{earlier, listing({})});
  EXPECT_EQ(record, before);
}

TEST_F(RegistrationTest, OneThatEndsSoonIsReplacedWhenItsDeviceAsks) {
  register_first();
  now_ms = record.renew_ms;
  EXPECT_EQ(record.live->expires_ms - now_ms, policy.renew_ms);
  take(RegisterDevice{});
  ASSERT_TRUE(record.asked);
  EXPECT_TRUE(record.ordered);
  EXPECT_EQ(record.live->id, "one");
}

TEST_F(RegistrationTest, AProviderThatGivesLittleTimeIsNotAskedForAnotherEachTime) {
  take(RegisterDevice{});
  answer(listing({}));
  Credential one = credential("one");
  one.expires_ms = now_ms + kDay;
  answer(made(one));
  now_ms += kDay / 2;
  take(RegisterDevice{});
  EXPECT_FALSE(record.ordered);
  now_ms += kDay / 3;
  take(RegisterDevice{});
  EXPECT_TRUE(record.ordered);
}

TEST_F(RegistrationTest, OneWhoseEndTheProviderDoesNotSayEndsAsItWasOrdered) {
  take(RegisterDevice{});
  answer(listing({}));
  Credential one = credential("one");
  one.expires_ms = 0;
  answer(made(one));
  EXPECT_EQ(record.live->expires_ms, kNow + policy.valid_ms);
}

TEST_F(RegistrationTest, TimesOfAClockThatWasAheadHoldNothingUp) {
  register_first();
  record.asked = {.number = 7, .request = {.verb = CredentialVerb::remove, .id = "x"}, .until_ms = now_ms + kDay};
  record.requests = 7;
  record.next_ms = record.active_ms = record.looked_ms = now_ms + 3 * kDay;
  take(RegistrationTick{});
  EXPECT_LE(due_ms(record), now_ms + policy.answer_ms);
  EXPECT_LE(record.next_ms, now_ms + policy.most_pause_ms);
  EXPECT_EQ(record.active_ms, now_ms);
}

TEST_F(RegistrationTest, OneThatHasEndedIsRemoved) {
  register_first();
  EXPECT_EQ(due_ms(record), record.live->expires_ms);
  now_ms = record.live->expires_ms;
  take(RegistrationTick{});
  EXPECT_FALSE(record.live);
  expect_asked(CredentialVerb::remove);
  answer({.outcome = OutcomeClass::ok});
  EXPECT_TRUE(is_over(record));
}

TEST_F(RegistrationTest, WhatIsRetiredIsBoundedAndTheRestIsFoundLater) {
  register_first();
  std::vector<Credential> many = {*record.live};
  for (std::size_t i = 0; i < limits::kRetiredCredentials + 3; ++i) {
    many.push_back(credential("stray-" + std::to_string(i)));
    many.back().name = record.tag + "-of an earlier life";
  }
  record.look_ms = now_ms;
  take(RegistrationTick{});
  answer(listing(many));
  EXPECT_EQ(record.retired.size(), limits::kRetiredCredentials);
  EXPECT_NE(record.look_ms, 0);
}

TEST_F(RegistrationTest, AListOfEverybodysIsNoReasonToRemoveThem) {
  register_first();
  Credential theirs = credential("theirs");
  theirs.name = credential_tag("conn", {"acme", "anna", "web"}) + "-1-2";
  Credential nobodys = credential("nobodys");
  nobodys.name.clear();
  now_ms += policy.look_ms;
  take(RegisterDevice{});
  answer(listing({theirs, *record.live, nobodys}));
  EXPECT_FALSE(sent);
  EXPECT_THAT(record.retired, IsEmpty());
}

TEST_F(RegistrationTest, FleetsThatShareAnAccountKeepTheirHandsOffEachOther) {
  EXPECT_NE(credential_tag("conn", record.device), credential_tag("another", record.device));
  EXPECT_EQ(record.tag.find("anna"), std::string::npos) << "names of people do not go to the provider";
}

TEST_F(RegistrationTest, ItIsReadAsItWasWritten) {
  register_first();
  take(RegisterDevice{.anew = true});
  record.retired = {"old", "older"};
  record.trouble = "words";
  record.next_ms = 5;
  record.look_ms = 6;
  record.doubtful = true;
  record.failures = 2;
  const auto read = decode_registration(encode_registration(record));
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(*read, record);
  const RegisteredDevice told = published(record);
  EXPECT_EQ(decode_device(encode_device(told)), told);
  EXPECT_EQ(told.sip_username, "sip-one");
}

TEST_F(RegistrationTest, WhatIsNoRecordIsRefused) {
  for (const char* text : {"", "{", "[]", "{}", R"({"format":1})", R"({"format":1,"device":"d"})",
                           R"({"format":1,"device":"d","tag":"t","retired":[1]})",
                           R"({"format":1,"device":"d","tag":"t","asked":{"verb":"steal"}})"}) {
    EXPECT_FALSE(decode_registration(text)) << text;
  }
  EXPECT_EQ(decode_registration(R"({"format":2})").error().code, ErrorCode::unavailable);
  EXPECT_FALSE(decode_device("[]"));
}

}  // namespace
}  // namespace ringfence
