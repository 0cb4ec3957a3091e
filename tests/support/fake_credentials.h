// A provider of credentials with true state, whose answers a test gives, loses or delays. Used by tests/unit/engine.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ports/credentials.h"
#include "support/fake_clock.h"

namespace ringfence::test {

class FakeCredentials final : public Credentials {
 public:
  struct Open {
    CredentialRequest request;
    std::function<void(CredentialAnswer)> done;
  };
  explicit FakeCredentials(FakeLoop& loop) : loop_(loop) {}

  // --- script ---
  bool hold = false;  // requests are neither carried out nor answered until a test says so

  // --- what is true, shared by every worker of one provider ---
  struct Account {
    std::vector<Credential> there;
    std::size_t made = 0, most = 0;  // ever; at once
  };
  Account* account = &own_;
  std::vector<Open> open;
  std::vector<CredentialRequest> requests;  // every one

  void send(CredentialRequest request, std::function<void(CredentialAnswer)> done) override {
    requests.push_back(request);
    open.push_back({std::move(request), std::move(done)});
    if (!hold) answer(open.size() - 1);
  }
  // As a provider that is well.
  void answer(std::size_t index) {
    Open one = take(index);
    give(std::move(one.done), carry_out(one.request));
  }
  void answer(std::size_t index, CredentialAnswer with) { give(take(index).done, std::move(with)); }
  // The answer, or the request and so the answer, never comes.
  void lose_answer(std::size_t index) { (void)carry_out(take(index).request); }
  void lose(std::size_t index) { (void)take(index); }

  CredentialAnswer carry_out(const CredentialRequest& request) {
    CredentialAnswer answer{.outcome = OutcomeClass::ok, .http_status = 200, .complete = true};
    switch (request.verb) {
      case CredentialVerb::create: {
        const std::string number = std::to_string(++account->made);
        account->there.push_back({.id = "id-" + number,
                                  .name = request.name,
                                  .sip_username = "gencred" + number,
                                  .expires_ms = request.expires_ms});
        account->most = std::max(account->most, account->there.size());
        answer.found = {account->there.back()};
        break;
      }
      case CredentialVerb::remove:
        std::erase_if(account->there, [&](const Credential& one) { return one.id == request.id; });
        break;
      case CredentialVerb::list:
        for (const Credential& one : account->there) {
          if (one.name.starts_with(request.tag)) answer.found.push_back(one);
        }
        break;
    }
    return answer;
  }

 private:
  Open take(std::size_t index) {
    Open one = std::move(open.at(index));
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
    return one;
  }
  void give(std::function<void(CredentialAnswer)> done, CredentialAnswer answer) {
    loop_.post([done = std::move(done), answer = std::move(answer)] { done(answer); });
  }

  FakeLoop& loop_;
  Account own_;
};

}  // namespace ringfence::test
