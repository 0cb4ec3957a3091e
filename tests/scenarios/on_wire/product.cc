// See product.h.
#include "product.h"

#include <iostream>

#include "directory_text.h"

namespace ringfence::scenario {

Product::Product(std::string control, const Policy& policy, double stretch, const std::vector<Script>& scripts)
    : control_(std::move(control)), policy_(policy), stretch_(stretch), scripts_(scripts) {}

ctl::Answer Product::ask(std::string_view method, const std::string& target, std::string_view body) {
  const std::lock_guard lock(asking_);
  constexpr int kTries = 2;  // the connection may be one to a ringd that has been killed since
  for (int i = 0; i < kTries; ++i) {
    if (!client_) {
      auto client = ctl::Client::connect(control_);
      if (!client) return {};
      client_.emplace(*std::move(client));
    }
    if (auto answer = client_->ask(method, target, as_bytes(body))) return *std::move(answer);
    client_.reset();
  }
  return {};
}

std::string Product::directory_now() const {
  std::string text;
  const std::set<std::string> nobody;
  for (const Script& script : scripts_) {
    const auto awake = awake_.find(script.call);
    text += directory_text(script, stretch_, awake == awake_.end() ? nobody : awake->second);
  }
  return text;
}

std::string Product::directory() const {
  const std::lock_guard lock(waking_);
  return directory_now();
}

bool Product::wake(const Script& script, const std::string& device) {
  const std::lock_guard lock(waking_);
  awake_[script.call].insert(device);
  return ask("PUT", "/directory?file=directory.conf", directory_now()).status == 200;
}

bool Product::order(const std::string& what) {
  const std::lock_guard lock(ordering_);
  std::cout << what << std::endl;
  std::string said;
  return static_cast<bool>(std::getline(std::cin, said));
}

}  // namespace ringfence::scenario
