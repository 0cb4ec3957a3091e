// What nginx may ask on behalf of others: only what reads, and nothing whole that is shown masked otherwise. Stands
// before Control on the ingest socket. Until requests carry who asks and what that person may do, everything else stays
// with ringctl, on a socket of its own that nginx cannot open. Owned by main. Must not know: which requests exist.
#pragma once

#include <functional>

#include "ports/ingress.h"

namespace ringfence {

class ReadingRequests final : public RequestSink {
 public:
  explicit ReadingRequests(RequestSink& all) noexcept : all_(all) {}
  // 403 for every method but GET, and for the parameter `whole`; the edge asks HEAD as GET and keeps the body back.
  void on_request(const RequestFrame& frame, std::function<void(ControlReply)> done) override;

 private:
  RequestSink& all_;
};

}  // namespace ringfence
