// The keys of conversations and messages: the same for the same, different for what is not.
#include "core/conversation.h"

#include <gtest/gtest.h>

#include <functional>

namespace ringfence {
namespace {

Session call(const std::string& from, const std::string& to) {
  Session session;
  session.plan.organisation = "acme";
  session.parent.from = from;
  session.parent.to = to;
  session.parent.call_session_id = "cs-1";
  return session;
}

TEST(Conversation, ACallAndItsCopyHaveTheSameKeysInWhateverStateItIs) {
  const Session first = call("+4940111222", "+4930123456");
  Session later = first;
  later.id.text = "another leg of it";
  later.phase = Phase::closed;
  later.plan.user = "anna";
  EXPECT_EQ(conversation_id(later), conversation_id(first));
  EXPECT_EQ(message_id(later), message_id(first));
  EXPECT_NE(conversation_id(first), message_id(first));
}

TEST(Conversation, AnotherCallOfTheSameTwoIsAnotherMessageOfTheSameConversation) {
  const Session first = call("+4940111222", "+4930123456");
  Session second = first;
  second.parent.call_session_id = "cs-2";
  EXPECT_EQ(conversation_id(second), conversation_id(first));
  EXPECT_NE(message_id(second), message_id(first));
}

// A device of ours calls by the name of its credential, and shows the number of its plan.
TEST(Conversation, CallingBackGoesOnWithIt) {
  const Session in = call("+4940111222", "+4930123456");
  Session out = call("gencredA", "0049 40 111222");
  out.plan.outbound = true;
  out.plan.caller_id = "+4930123456";
  out.legs.push_back({.destination = {.device = "out", .to = "+4940111222"}});
  EXPECT_EQ(conversation_id(out), conversation_id(in));
  EXPECT_NE(message_id(out), "");
  EXPECT_NE(conversation_id(call("+4930123456", "+4940111222")), conversation_id(in)) << "of two numbers of ours";
}

TEST(Conversation, OtherNumbersAndOtherOrganisationsHaveOthers) {
  const Session first = call("+4940111222", "+4930123456");
  const auto differs = [&](const std::function<void(Session&)>& change) {
    Session other = first;
    change(other);
    return conversation_id(other) != conversation_id(first);
  };
  EXPECT_TRUE(differs([](Session& s) { s.parent.from = "+4940111223"; }));
  EXPECT_TRUE(differs([](Session& s) { s.parent.to = "+4930123457"; }));
  EXPECT_TRUE(differs([](Session& s) { s.plan.organisation = "beta"; }));
  Session beta = first;
  beta.plan.organisation = "beta";
  EXPECT_NE(message_id(beta), message_id(first));
}

TEST(Conversation, WhatIsNotKnownHasNone) {
  EXPECT_EQ(conversation_id(call("", "+4930123456")), "");
  EXPECT_EQ(conversation_id(call("+4940111222", "")), "");
  for (const char* withheld : {"anonymous", "Restricted", "+266696687", "+", "100", "+49"}) {
    EXPECT_EQ(conversation_id(call(withheld, "+4930123456")), "") << withheld;
  }
  Session unknown = call("+4940111222", "+4930123456");
  unknown.parent.call_session_id.clear();
  EXPECT_EQ(message_id(unknown), "");
}

}  // namespace
}  // namespace ringfence
