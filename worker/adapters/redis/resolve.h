// A host name as a numeric address, without blocking the loop: hiredis would call getaddrinfo inside connect. Owned by
// RedisLink. A name may have several addresses of which one works (::1 and 127.0.0.1), so each start gives the
// next, until one is kept. Must not know: who is at the address.
#pragma once

#include <cstddef>
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
  // The address last given works: the next start gives it again.
  void keep() {
    if (turn_ > 0) --turn_;
  }

  // The address whose turn it is, going round the list of `found`.
  static Result<std::string> address_at(std::size_t turn, int status, const addrinfo* found);

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
  std::size_t turn_ = 0;
};

}  // namespace ringfence
