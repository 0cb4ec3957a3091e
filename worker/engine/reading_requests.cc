// See reading_requests.h.
#include "engine/reading_requests.h"

#include <utility>

namespace ringfence {

void ReadingRequests::on_request(const RequestFrame& frame, std::function<void(ControlReply)> done) {
  if (frame.method == "GET") {
    all_.on_request(frame, std::move(done));
    return;
  }
  done({.status = 403, .body = R"({"error":"only GET over HTTP; what changes something is asked with ringctl"})"});
}

}  // namespace ringfence
