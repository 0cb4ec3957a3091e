// A load of distinct genuine events from several clients at once, each over a connection of its own, and the book of
// what was answered. Used by the tests of what must not be lost while nginx or its worker changes.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "edge/edge_test.h"

namespace ringfence::test {

class Load {
 public:
  // `name` begins every id. The clients run until stop().
  Load(const NginxFixture& nginx, std::string path, const TelnyxSigner& signer, std::string name, int clients = 4)
      : nginx_(nginx), path_(std::move(path)), signer_(&signer), name_(std::move(name)) {
    for (int client = 0; client < clients; ++client) {
      clients_.emplace_back([this, client](const std::stop_token& stop) { run(client, stop); });
    }
  }
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void stop() {
    for (std::jthread& client : clients_) client.request_stop();
    clients_.clear();
  }
  // From now on the provider signs with this one; returns when nothing signed by the last one is still on its way.
  void sign_with(const TelnyxSigner& signer) {
    changing_ = true;  // else the readers would go on passing the lock to each other
    const std::unique_lock lock(signing_);
    signer_ = &signer;
    changing_ = false;
  }
  // Waits for so many more answers.
  [[nodiscard]] bool goes_on(int answers = 50) const {
    const int before = turns_.load();
    return wait_until([&] { return turns_.load() >= before + answers; });
  }

  [[nodiscard]] std::map<std::string, int> answers() const {  // by id
    const std::lock_guard lock(mutex_);
    return answers_;
  }
  // Everything that was not answered 200, for a failure's message.
  [[nodiscard]] std::string failures() const {
    std::string text;
    for (const auto& [id, status] : answers()) {
      if (status != 200) text += id + ":" + std::to_string(status) + " ";
    }
    return text;
  }

 private:
  void run(int client, const std::stop_token& stop) {
    for (int number = 0; !stop.stop_requested(); ++number) {
      const std::string id = name_ + "-" + std::to_string(client) + "-" + std::to_string(number);
      HttpResponse response;
      {
        while (changing_) std::this_thread::yield();
        const std::shared_lock lock(signing_);
        response = HttpClient(nginx_.http_socket()).send(signer_->webhook(path_, event_body(id, "call.answered", id)));
      }
      {
        const std::lock_guard lock(mutex_);
        answers_[id] = response.status;
      }
      ++turns_;
    }
  }

  const NginxFixture& nginx_;
  std::string path_;
  std::shared_mutex signing_;
  std::atomic<bool> changing_ = false;
  const TelnyxSigner* signer_;
  std::string name_;
  std::atomic<int> turns_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, int> answers_;
  std::vector<std::jthread> clients_;
};

}  // namespace ringfence::test
