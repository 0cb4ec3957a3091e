// One hiredis connection on the libuv loop. Owned by RedisLink. The adapter that comes with hiredis 0.14 drops
// poll errors, so that a refused connect or a reset is silent for ever; this one lets hiredis read the error from the
// socket. Must not know: any Redis command.
#pragma once

#include <hiredis/async.h>

#include <functional>

#include "adapters/uv/loop.h"

namespace ringfence {

class RedisPoll {
 public:
  // `gone` runs when hiredis lets go of the context: after the last reply callback, before it frees the memory.
  RedisPoll(UvLoop& loop, redisAsyncContext* context, std::function<void()> gone);
  ~RedisPoll();
  RedisPoll(const RedisPoll&) = delete;
  RedisPoll& operator=(const RedisPoll&) = delete;

  [[nodiscard]] bool attached() const noexcept { return attached_; }

 private:
  void want(int events);
  void on_poll(int status, int events);

  redisAsyncContext* context_;
  std::function<void()> gone_;
  UvHandle<uv_poll_t> handle_;
  int wanted_ = 0;
  bool attached_ = false;
  bool* destroyed_ = nullptr;  // set while hiredis works: it may free the connection, and us with it
};

}  // namespace ringfence
