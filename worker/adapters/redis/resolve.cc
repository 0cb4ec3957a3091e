// uv_getaddrinfo with an owner that may go away; see resolve.h.
#include "adapters/redis/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <memory>
#include <utility>

namespace ringfence {
namespace {

bool is_numeric(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

std::size_t length_of(const addrinfo* found) {
  std::size_t length = 0;
  for (; found != nullptr; found = found->ai_next) ++length;
  return length;
}

}  // namespace

Result<std::string> Resolve::address_at(std::size_t turn, int status, const addrinfo* found) {
  if (status != 0)
    return fail(ErrorCode::unavailable, std::string("its name cannot be resolved: ") + uv_strerror(status));
  std::array<char, NI_MAXHOST> text{};
  if (found != nullptr) {
    for (turn %= length_of(found); turn > 0; --turn) found = found->ai_next;
  }
  if (found == nullptr ||
      getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return fail(ErrorCode::unavailable, "its name has no address");
  }
  return std::string(text.data());
}

void Resolve::start(const std::string& host, std::function<void(Result<std::string>)> done) {
  forget();
  if (is_numeric(host)) {
    done(host);
    return;
  }
  done_ = std::move(done);
  auto request = std::make_unique<Request>();
  request->owner = this;
  request->handle.data = request.get();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  const int code = uv_getaddrinfo(loop_.get(), &request->handle, finished, host.c_str(), nullptr, &hints);
  if (code == 0) {
    request_ = request.release();
    return;
  }
  std::exchange(done_, nullptr)(address_at(0, code, nullptr));
}

void Resolve::forget() {
  done_ = nullptr;
  if (request_ == nullptr) return;
  Request* request = std::exchange(request_, nullptr);
  request->owner = nullptr;
  uv_cancel(reinterpret_cast<uv_req_t*>(&request->handle));
}

void Resolve::finished(uv_getaddrinfo_t* handle, int status, addrinfo* found) noexcept {
  const std::unique_ptr<Request> request(static_cast<Request*>(handle->data));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, uv_freeaddrinfo);
  if (request->owner == nullptr) return;
  Resolve& owner = *request->owner;
  owner.request_ = nullptr;
  std::exchange(owner.done_, nullptr)(address_at(owner.turn_++, status, found));
}

}  // namespace ringfence
