// What nginx may ask on behalf of others: only what reads, and nothing whole that is shown masked otherwise. Stands
// before Control on the ingest socket. Until requests carry who asks and what that person may do, everything else stays
// with ringctl, on a socket of its own that nginx cannot open. And only so many at once: who knows how many read over
// HTTP, and they read the store that live calls need. Owned by the daemon, which keeps it until nobody asks any more.
// Must not know: which requests exist.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "ports/ingress.h"

namespace ringfence {

class ReadingRequests final : public RequestSink {
 public:
  explicit ReadingRequests(RequestSink& all) noexcept : all_(all) {}
  // 403 for every method but GET, and for the parameter `whole`; the edge asks HEAD as GET and keeps the body back.
  // 503 while limits::kReadingAtOnce others have no answer yet.
  void on_request(const RequestFrame& frame, std::function<void(ControlReply)> done) override;

  [[nodiscard]] std::uint64_t put_off() const noexcept { return put_off_; }  // answered 503

 private:
  RequestSink& all_;
  std::size_t open_ = 0;
  std::uint64_t put_off_ = 0;
};

}  // namespace ringfence
