// Summaries of earlier conversations: for how long, of whom, how many; and their way to an agent.
#include "engine/summaries.h"

#include "engine/control.h"
#include "fixture.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(Summaries, AreOfOneCallerOfOneOrganisationForAWhile) {
  Summaries summaries;
  summaries.put("acme", "+491", "asked for an invoice", 1000);
  EXPECT_EQ(summaries.of("acme", "+491", 999), "asked for an invoice");
  EXPECT_EQ(summaries.of("acme", "+491", 1000), "");
  EXPECT_EQ(summaries.of("acme", "+492", 0), "");
  EXPECT_EQ(summaries.of("other", "+491", 0), "");
}

TEST(Summaries, AreReplacedAndForgotten) {
  Summaries summaries;
  summaries.put("acme", "+491", "old", 1000);
  summaries.put("acme", "+491", "new", 2000);
  EXPECT_EQ(summaries.of("acme", "+491", 1500), "new");
  EXPECT_EQ(summaries.size(), 1U);
  summaries.put("acme", "+491", "", 3000);
  EXPECT_EQ(summaries.size(), 0U);
}

TEST(Summaries, TheOneThatEndsFirstMakesRoom) {
  Summaries summaries;
  for (std::size_t i = 0; i < limits::kSummaries; ++i) {
    summaries.put("acme", std::to_string(i), "text", static_cast<Millis>(i == 7 ? 1 : 1000 + i));
  }
  summaries.put("acme", "one more", "text", 500);
  EXPECT_EQ(summaries.size(), limits::kSummaries);
  EXPECT_EQ(summaries.of("acme", "7", 0), "");
  EXPECT_EQ(summaries.of("acme", "one more", 0), "text");
}

class SummaryForAnAgent : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    store.directory.text = R"(organisation acme {
      share_with_agents full;
      agent reception { to sip:reception@agents.example.com; }
      number +4930123456 { agent reception; }
    })";
    control = std::make_unique<Control>(control_parts());
    start();
  }
  ControlReply put(std::string_view query, std::string_view text, std::string_view method = "PUT") {
    ControlReply reply;
    const std::string target = "/summaries" + std::string(query);
    control->on_request({.method = method, .target = target, .body = as_bytes(text)},
                        [&](ControlReply answer) { reply = std::move(answer); });
    return reply;
  }
  std::unique_ptr<Control> control;
};

TEST_F(SummaryForAnAgent, GoesWithTheTransfer) {
  ASSERT_EQ(put("?organisation=acme&caller=%2B4940111222", "asked for an invoice\n").status, 200);
  post(incoming("ev-1"));
  loop.run();
  worker->telephony.answer(worker->telephony.find_open(Verb::answer, kParent), {.outcome = OutcomeClass::ok});
  loop.run();
  const SipHeader wanted{"X-Conversation-Summary", "asked for an invoice"};
  const std::size_t transfer = worker->telephony.find_open(Verb::transfer, 0);
  EXPECT_THAT(worker->telephony.sent.at(transfer).command.headers, Contains(wanted));
}

TEST_F(SummaryForAnAgent, MistakesAreTold) {
  EXPECT_EQ(put("?organisation=acme", "text").status, 400);
  EXPECT_EQ(put("?organisation=acme&caller=%2B491&seconds=soon", "text").status, 400);
  EXPECT_EQ(put("?organisation=nobody&caller=%2B491", "text").status, 404);
  EXPECT_EQ(put("?organisation=acme&caller=%2B491", std::string(limits::kSummaryBytes + 1, 'x')).status, 413);
  EXPECT_EQ(put("?organisation=acme&caller=%2B491", "text", "GET").status, 405);
  EXPECT_THAT(put("?organisation=acme&caller=%2B491&seconds=99999999999999999999", "text").body, HasSubstr("error"));
}

}  // namespace
}  // namespace ringfence::test
