// Queue, thread, transactions, answers; see group_commit.h.
#include "adapters/sqlite/group_commit.h"

#include <chrono>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

GroupCommit::GroupCommit(UvLoop& loop, Log& log, const Clock& clock, std::unique_ptr<Database> database)
    : log_(log), clock_(clock), database_(std::move(database)) {
  wake_loop_.get()->data = this;
  uv_async_init(loop.get(), wake_loop_.get(),
                [](uv_async_t* async) noexcept { static_cast<GroupCommit*>(async->data)->collect(); });
  thread_ = std::thread([this]() noexcept { serve(); });
}

GroupCommit::~GroupCommit() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_thread_.notify_one();
  thread_.join();
}

void GroupCommit::submit(std::unique_ptr<StoreJob> job) {
  const std::size_t bytes = job->bytes();
  if (pending_ >= limits::kStoreQueue || pending_bytes_ + bytes > limits::kStoreQueueBytes) {
    refuse(std::move(job), {ErrorCode::limit, "the embedded store has too many requests waiting"});
    return;
  }
  ++pending_;
  pending_bytes_ += bytes;
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back(std::move(job));
  }
  wake_thread_.notify_one();
}

void GroupCommit::refuse(std::unique_ptr<StoreJob> job, const Error& error) {
  job->fail(error);
  // Bounded by the callers' own limits: they wait for these answers as for any other.
  refused_.push_back(std::move(job));
  uv_async_send(wake_loop_.get());
}

void GroupCommit::serve() {
  Millis wait_ms = limits::kStoreSweepMs;
  auto last_sweep = std::chrono::steady_clock::now();
  for (;;) {
    Jobs jobs;
    {
      std::unique_lock lock(mutex_);
      wake_thread_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return stopping_ || !queue_.empty(); });
      if (stopping_ && queue_.empty()) return;
      while (!queue_.empty() && jobs.size() < limits::kStoreBatch) {
        jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    if (!jobs.empty()) run_transaction(jobs);
    if (std::chrono::steady_clock::now() - last_sweep >= std::chrono::milliseconds(wait_ms)) {
      wait_ms = sweep();
      last_sweep = std::chrono::steady_clock::now();
    }
  }
}

void GroupCommit::run_transaction(Jobs& jobs) {
  auto outcome = run_jobs(jobs);
  if (outcome) outcome = database_->commit();
  if (!outcome) {
    database_->rollback();
    // One failed step or flush takes the whole group with it: nobody may believe what he saw inside it.
    for (auto& job : jobs) job->fail(outcome.error());
  }
  static_cast<void>(note(outcome));
  {
    const std::scoped_lock lock(mutex_);
    for (auto& job : jobs) finished_.push_back(std::move(job));
  }
  uv_async_send(wake_loop_.get());
}

Result<void> GroupCommit::run_jobs(Jobs& jobs) {
  if (auto begun = database_->begin(); !begun) return begun;
  for (auto& job : jobs) {
    if (auto done = job->run(*database_); !done) return done;
  }
  return {};
}

Millis GroupCommit::sweep() {
  auto outcome = database_->begin();
  std::size_t swept = 0;
  if (outcome) {
    auto count = database_->sweep(clock_.now_ms());
    if (count) {
      swept = *count;
      outcome = database_->commit();
    } else {
      outcome = std::unexpected(std::move(count.error()));
    }
  }
  if (!outcome) database_->rollback();
  if (note(outcome)) uv_async_send(wake_loop_.get());
  // A full batch means that more is waiting; calls come first, so the next batch takes its turn behind them.
  return outcome && swept >= limits::kStoreSweep ? limits::kStoreSweepMs / 100 : limits::kStoreSweepMs;
}

bool GroupCommit::note(const Result<void>& outcome) {
  std::string trouble = outcome ? std::string() : outcome.error().text;
  const std::scoped_lock lock(mutex_);
  if (trouble == trouble_) return false;
  trouble_ = std::move(trouble);
  return true;
}

void GroupCommit::collect() {
  Jobs answers;
  std::string trouble;
  {
    const std::scoped_lock lock(mutex_);
    answers.swap(finished_);
    trouble = trouble_;
  }
  report(trouble);
  for (const auto& job : answers) pending_bytes_ -= job->bytes();
  pending_ -= answers.size();
  for (auto& job : refused_) answers.push_back(std::move(job));
  refused_.clear();
  bool destroyed = false;
  destroyed_ = &destroyed;
  for (auto& job : answers) {
    job->answer();
    if (destroyed) return;
  }
  destroyed_ = nullptr;
}

void GroupCommit::report(const std::string& trouble) {
  if (trouble == reported_trouble_) return;
  if (trouble.empty()) {
    log_.write(LogLevel::notice, "store_recovered", {{"store", "embedded"}});
  } else {
    log_.write(LogLevel::error, "store_trouble", {{"store", "embedded"}, {"detail", trouble}});
  }
  reported_trouble_ = trouble;
}

}  // namespace ringfence
