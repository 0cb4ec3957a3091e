// Commits without end, as an engine makes them: one at a time for each session, the same one again while its outcome is
// unknown. Afterwards it counts what was acknowledged and is not there. Used by the failover tests of this folder.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bench.h"

namespace ringfence::test {

class RedisLoad {
 public:
  RedisLoad(Bench& bench, Store& store, std::size_t sessions) : bench_(bench), store_(store) {
    for (std::size_t i = 0; i < sessions; ++i) {
      Caller& caller = callers_.emplace_back(bench.loop);
      caller.session = "load" + std::to_string(i);
    }
  }
  void start() {
    for (Caller& caller : callers_) next(caller);
  }
  // Waits for what is under way; nothing new begins.
  bool stop() {
    stopping_ = true;
    return bench_.run_until([&] { return std::ranges::none_of(callers_, &Caller::busy); });
  }
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::size_t unknown() const { return unknown_; }
  // When one of these sessions was last acknowledged.
  [[nodiscard]] std::chrono::steady_clock::time_point last_acknowledged() const { return last_; }

  // Events that were acknowledged and are not in their ladder, or are in it twice.
  std::size_t lost_or_doubled() {
    std::size_t wrong = 0;
    for (const Caller& caller : callers_) {
      const auto lines = bench_.ladder(store_, caller.session);
      EXPECT_TRUE(lines) << lines.error().text;
      if (!lines) return 1;
      for (const std::string& event : caller.acknowledged) {
        wrong += std::ranges::count(*lines, "line of " + event) == 1 ? 0 : 1;
      }
      const auto stored = bench_.load(store_, caller.session);
      wrong += stored && stored->version == lines->size() ? 0 : 1;
    }
    return wrong;
  }

 private:
  struct Caller {
    explicit Caller(UvLoop& loop) : pause(loop) {}
    UvTimer pause;
    std::string session;
    std::uint64_t version = 0;
    int number = 0;
    bool busy = false;
    std::set<std::string> acknowledged;
  };

  void next(Caller& caller) {
    caller.busy = !stopping_;
    if (stopping_) return;
    const std::string event = caller.session + "-e" + std::to_string(caller.number);
    store_.commit(request(caller.session, caller.version, event), [this, &caller, event](CommitResult result) {
      if (result.status == CommitStatus::committed || result.status == CommitStatus::duplicate) {
        caller.acknowledged.insert(event);
        ++caller.number;
        ++acknowledged_;
        last_ = std::chrono::steady_clock::now();
      }
      if (result.status == CommitStatus::unknown) {
        ++unknown_;
      } else {
        caller.version = result.version;
      }
      // A pace at which no ladder fills up; the pause after an unknown is the engine's.
      caller.pause.start(20, [this, &caller] { next(caller); });
    });
  }

  Bench& bench_;
  Store& store_;
  std::deque<Caller> callers_;
  std::size_t acknowledged_ = 0, unknown_ = 0;
  std::chrono::steady_clock::time_point last_;
  bool stopping_ = false;
};

}  // namespace ringfence::test
