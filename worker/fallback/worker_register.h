// Which workers share a store: each signs a list of it from time to time. A signature is a commit like any other, so it
// also proves that the store takes writes and, where replicas count, that they have them. Owned by main or by
// FallbackStore. Must not know: calls.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ports/store.h"

namespace ringfence {

class WorkerRegister {
 public:
  // `worker`: the same after a restart, and of no two workers.
  WorkerRegister(Store& store, std::string worker) : store_(store), worker_(std::move(worker)) {}
  WorkerRegister(const WorkerRegister&) = delete;
  WorkerRegister& operator=(const WorkerRegister&) = delete;

  // `done`: true when the signature is durable. One at a time.
  void sign(Millis now_ms, std::function<void(bool well)> done);
  [[nodiscard]] bool signing() const noexcept { return signing_; }
  // Who else has signed in the last day.
  void others(Millis now_ms, std::function<void(Result<std::vector<std::string>>)> done);

 private:
  void send(Millis now_ms, int tries, std::function<void(bool)> done);

  Store& store_;
  const std::string worker_;
  SessionId page_;  // a session an hour: the marks of old signatures expire with it
  std::uint64_t version_ = 0;
  bool signing_ = false;
};

}  // namespace ringfence
