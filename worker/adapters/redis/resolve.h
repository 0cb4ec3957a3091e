// A host name as a numeric address, without blocking the loop: hiredis would call getaddrinfo inside connect. Owned by
// RedisConnection. Must not know: who is at the address.
#pragma once

#include <functional>
#include <string>

#include "adapters/uv/loop.h"
#include "shared/result.h"

namespace ringfence {

class Resolve {
 public:
  explicit Resolve(UvLoop& loop) : loop_(loop) {}
  ~Resolve() { forget(); }
  Resolve(const Resolve&) = delete;
  Resolve& operator=(const Resolve&) = delete;

  // `done` runs later on the loop for a name, at once for a numeric address. A new call forgets the one before.
  void start(const std::string& host, std::function<void(Result<std::string>)> done);
  void forget();

 private:
  // Lives until libuv is finished with it, however long that takes; `owner` is null once nobody wants the answer.
  struct Request {
    uv_getaddrinfo_t handle{};
    Resolve* owner = nullptr;
  };
  static void finished(uv_getaddrinfo_t* handle, int status, addrinfo* found) noexcept;

  UvLoop& loop_;
  Request* request_ = nullptr;  // owned by libuv while it is under way
  std::function<void(Result<std::string>)> done_;
};

}  // namespace ringfence
