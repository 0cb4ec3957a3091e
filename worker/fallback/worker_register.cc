// See worker_register.h.
#include "fallback/worker_register.h"

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
  request.lists.push_back({.list = kList,
                           .rows = {{.name = short_hash(worker_), .at_ms = now_ms, .line = worker_}},
                           .ttl_ms = kDayMs,
                           .most = limits::kWorkersListed});
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
  store_.list_rows({.list = kList, .since_ms = now_ms - kDayMs},
                   [this, done = std::move(done)](const Result<std::vector<ListRow>>& rows) {
                     if (!rows) return done(std::unexpected(rows.error()));
                     std::vector<std::string> names;
                     for (const ListRow& row : *rows) {
                       if (!row.line.empty() && row.line != worker_) names.push_back(row.line);
                     }
                     done(std::move(names));
                   });
}

}  // namespace ringfence
