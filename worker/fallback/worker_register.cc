// See worker_register.h.
#include "fallback/worker_register.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr Millis kHourMs = 3'600'000;
constexpr Millis kDayMs = 24 * kHourMs;
constexpr const char* kList = "workers";

}  // namespace

void WorkerRegister::sign(Millis now_ms, std::function<void(bool)> done) {
  const SessionId page{"worker:" + short_hash(worker_) + ":" + std::to_string(now_ms / kHourMs)};
  if (page != page_) {
    page_ = page;
    version_ = 0;
  }
  signing_ = true;
  send(now_ms, 2, std::move(done));
}

void WorkerRegister::send(Millis now_ms, int tries, std::function<void(bool)> done) {
  CommitRequest request;
  request.session = page_;
  request.expected_version = version_;
  request.event = EventId{"signed:" + std::to_string(now_ms)};
  request.ttl_ms = 2 * kHourMs;
  request.rows.push_back({.name = "seen", .at_ms = now_ms, .line = worker_});
  request.lists.emplace_back(kList);
  request.rows_ttl_ms = kDayMs;
  request.rows_most = limits::kWorkersListed;
  store_.commit(std::move(request), [this, now_ms, tries, done = std::move(done)](const CommitResult& result) mutable {
    if (result.status == CommitStatus::conflict && tries > 1) {
      version_ = result.current.version;  // signed before a restart
      return send(now_ms, tries - 1, std::move(done));
    }
    const bool well = result.status == CommitStatus::committed || result.status == CommitStatus::duplicate;
    if (well) version_ = result.version;
    signing_ = false;
    done(well);
  });
}

void WorkerRegister::others(Millis now_ms, std::function<void(Result<std::vector<std::string>>)> done) {
  store_.lines(kList, limits::kListLines, now_ms - kDayMs,
               [this, done = std::move(done)](Result<std::vector<std::string>> lines) {
                 if (!lines) return done(std::move(lines));
                 std::ranges::sort(*lines);
                 const auto repeated = std::ranges::unique(*lines);
                 lines->erase(repeated.begin(), repeated.end());
                 std::erase(*lines, worker_);
                 done(std::move(lines));
               });
}

}  // namespace ringfence
