// hiredis' event hooks over uv_poll; see redis_poll.h.
#include "adapters/redis/redis_poll.h"

#include <utility>

namespace ringfence {

RedisPoll::RedisPoll(UvLoop& loop, redisAsyncContext* context, std::function<void()> gone)
    : context_(context), gone_(std::move(gone)) {
  attached_ = uv_poll_init(loop.get(), handle_.get(), context->c.fd) == 0;
  if (!attached_) return;
  handle_.get()->data = this;
  auto& hooks = context->ev;
  hooks.data = this;
  hooks.addRead = [](void* self) noexcept {
    auto* poll = static_cast<RedisPoll*>(self);
    poll->want(poll->wanted_ | UV_READABLE);
  };
  hooks.delRead = [](void* self) noexcept {
    auto* poll = static_cast<RedisPoll*>(self);
    poll->want(poll->wanted_ & ~UV_READABLE);
  };
  hooks.addWrite = [](void* self) noexcept {
    auto* poll = static_cast<RedisPoll*>(self);
    poll->want(poll->wanted_ | UV_WRITABLE);
  };
  hooks.delWrite = [](void* self) noexcept {
    auto* poll = static_cast<RedisPoll*>(self);
    poll->want(poll->wanted_ & ~UV_WRITABLE);
  };
  hooks.cleanup = [](void* self) noexcept {
    auto* poll = static_cast<RedisPoll*>(self);
    poll->context_ = nullptr;
    // Moved out first: the owner destroys us in it.
    const auto gone_now = std::exchange(poll->gone_, nullptr);
    if (gone_now) gone_now();
  };
}

RedisPoll::~RedisPoll() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  if (attached_) uv_poll_stop(handle_.get());
}

void RedisPoll::want(int events) {
  // hiredis repeats itself with every command; each uv_poll_start would be a system call.
  if (events == wanted_) return;
  wanted_ = events;
  if (events == 0) {
    uv_poll_stop(handle_.get());
    return;
  }
  uv_poll_start(handle_.get(), events, [](uv_poll_t* handle, int status, int ready) noexcept {
    static_cast<RedisPoll*>(handle->data)->on_poll(status, ready);
  });
}

void RedisPoll::on_poll(int status, int events) {
  if (status < 0) {
    // libuv has stopped the handle. hiredis finds the error on the socket itself when it reads and writes.
    wanted_ = 0;
    events = UV_READABLE | UV_WRITABLE;
  }
  bool destroyed = false;
  destroyed_ = &destroyed;
  if ((events & UV_READABLE) != 0 && context_ != nullptr) redisAsyncHandleRead(context_);
  if (destroyed) return;
  if ((events & UV_WRITABLE) != 0 && context_ != nullptr) redisAsyncHandleWrite(context_);
  if (destroyed) return;
  destroyed_ = nullptr;
}

}  // namespace ringfence
