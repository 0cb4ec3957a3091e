// What every live test of the client needs: a loop, a scripted server, a client towards it, and the outcomes so far.
// Must not know: what a test asserts.
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/telnyx/client.h"
#include "scripted_server.h"
#include "support/fake_log.h"

namespace ringfence {

inline constexpr const char* kTestKey = "KEY0123456789ABCDEF_test";

inline Command command_for(Verb verb, std::string call = "v3:call") {
  Command command;
  command.id.text = "cmd-" + call;
  command.verb = verb;
  if (verb != Verb::dial && verb != Verb::audit) command.call_control_id = std::move(call);
  command.live_calls = verb == Verb::audit;
  command.connection_id = "1684641123236054244";
  command.call_session_id = "session-1";
  command.to = "sip:gencred1@sip.telnyx.com";
  command.from = "+12025550133";
  command.text = "Nobody can answer.";
  return command;
}

class TelnyxClientTest : public ::testing::Test {
 protected:
  TelnyxClientTest() { std::signal(SIGPIPE, SIG_IGN); }

  void serve(ScriptedServer::Script script) { server_ = std::make_unique<ScriptedServer>(loop_, std::move(script)); }
  void connect(TelnyxOptions options = {}) {
    if (server_ != nullptr) options.base_url = server_->url() + "/v2";
    options.api_key = kTestKey;
    auto client = TelnyxClient::create(loop_, log_, std::move(options));
    ASSERT_TRUE(client.has_value()) << client.error().text;
    client_ = std::move(*client);
  }
  void send(Command command) {
    client_->send(std::move(command), [this](CommandOutcome outcome) { outcomes_.push_back(std::move(outcome)); });
  }
  [[nodiscard]] bool wait_for(std::size_t outcomes) {
    return run_until(loop_, [&] { return outcomes_.size() >= outcomes; });
  }
  CommandOutcome outcome_of(Command command) {
    outcomes_.clear();
    send(std::move(command));
    EXPECT_TRUE(outcomes_.empty()) << "the outcome must come later, on the loop";
    EXPECT_TRUE(wait_for(1));
    return outcomes_.empty() ? CommandOutcome{} : outcomes_.front();
  }

  UvLoop loop_;
  test::FakeLog log_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<TelnyxClient> client_;
  std::vector<CommandOutcome> outcomes_;
};

inline ScriptedReply held() { return {.how = ScriptedReply::How::held}; }

}  // namespace ringfence
