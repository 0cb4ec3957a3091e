// One owner for one libuv handle. uv_close is asynchronous: the memory lives until the close callback, so an owner may
// be destroyed at any time, also inside a callback of its own handle. Used by every adapter that needs the loop.
// Must not know: what the handle is for.
#pragma once

#include <uv.h>

namespace ringfence {

template <class Handle>
class UvHandle {
 public:
  UvHandle() : handle_(new Handle{}) {}
  ~UvHandle() { reset(); }
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;

  // The handle must have been initialised (uv_*_init) before it is closed; an untouched one is simply freed.
  [[nodiscard]] Handle* get() noexcept { return handle_; }
  [[nodiscard]] uv_handle_t* base() noexcept { return reinterpret_cast<uv_handle_t*>(handle_); }
  void reset() noexcept {
    if (handle_ == nullptr) return;
    Handle* handle = handle_;
    handle_ = nullptr;
    auto* as_base = reinterpret_cast<uv_handle_t*>(handle);
    as_base->data = nullptr;  // requests still in the loop's hands (a write being cancelled) find nobody, not a ghost
    if (as_base->loop == nullptr) {
      delete handle;
      return;
    }
    if (uv_is_closing(as_base) == 0) {
      uv_close(as_base, [](uv_handle_t* closed) noexcept { delete reinterpret_cast<Handle*>(closed); });
    }
  }

 private:
  Handle* handle_;
};

}  // namespace ringfence
