// The embedded store's own thread: every job queued while the previous transaction ran goes into the next one, so that
// one flush of the disk serves them all. Owned by EmbeddedStore; answers come back on the loop. Must not know: what the
// jobs do.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "adapters/sqlite/database.h"
#include "adapters/uv/loop.h"
#include "ports/log.h"

namespace ringfence {

// One request on its way through the thread and back.
class StoreJob {
 public:
  virtual ~StoreJob() = default;
  StoreJob() = default;
  StoreJob(const StoreJob&) = delete;
  StoreJob& operator=(const StoreJob&) = delete;

  [[nodiscard]] virtual std::size_t bytes() const noexcept = 0;
  [[nodiscard]] virtual Result<void> run(Database& database) = 0;  // on the store's thread, inside a transaction
  virtual void fail(const Error& error) = 0;                       // what run() found is not to be believed
  virtual void answer() = 0;                                       // on the loop, after the transaction is durable
};

class GroupCommit {
 public:
  GroupCommit(UvLoop& loop, Log& log, const Clock& clock, std::unique_ptr<Database> database);
  // Runs what is queued to its end; answers not yet given are dropped.
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // The job is answered later on the loop, with an Error when there is no room for it.
  void submit(std::unique_ptr<StoreJob> job);
  void refuse(std::unique_ptr<StoreJob> job, const Error& error);
  [[nodiscard]] bool healthy() const noexcept { return reported_trouble_.empty(); }

 private:
  using Jobs = std::deque<std::unique_ptr<StoreJob>>;

  void serve();  // the thread
  void run_transaction(Jobs& jobs);
  [[nodiscard]] Result<void> run_jobs(Jobs& jobs);
  Millis sweep();                          // returns the time until the next one
  bool note(const Result<void>& outcome);  // true: it went differently from the one before
  void collect();                          // on the loop
  void report(const std::string& trouble);

  Log& log_;
  const Clock& clock_;  // only now_ms(), which needs no loop
  std::unique_ptr<Database> database_;
  UvHandle<uv_async_t> wake_loop_;

  // Loop side.
  std::size_t pending_ = 0;
  std::size_t pending_bytes_ = 0;
  Jobs refused_;
  std::string reported_trouble_;
  bool* destroyed_ = nullptr;  // set while answers run: one of them may destroy us

  // Both sides, under the mutex.
  std::mutex mutex_;
  std::condition_variable wake_thread_;
  Jobs queue_;
  Jobs finished_;
  std::string trouble_;  // empty: the last transaction went well
  bool stopping_ = false;

  std::thread thread_;  // last: starts when everything above exists
};

}  // namespace ringfence
