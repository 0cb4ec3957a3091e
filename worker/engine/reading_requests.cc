// See reading_requests.h.
#include "engine/reading_requests.h"

#include <utility>

#include "engine/control_reply.h"
#include "engine/request_target.h"

namespace ringfence {

void ReadingRequests::on_request(const RequestFrame& frame, std::function<void(ControlReply)> done) {
  if (frame.method != "GET") {
    done(sentence(403, "only GET over HTTP; what changes something is asked with ringctl"));
    return;
  }
  const auto target = RequestTarget::parse(frame.target);
  if (target && target->parameter("whole") != nullptr) {
    done(sentence(403, "not over HTTP; whole numbers and bodies are shown by ringctl"));
    return;
  }
  all_.on_request(frame, std::move(done));
}

}  // namespace ringfence
