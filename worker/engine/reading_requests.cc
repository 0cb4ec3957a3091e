// See reading_requests.h.
#include "engine/reading_requests.h"

#include <utility>

#include "engine/control_reply.h"
#include "engine/request_target.h"
#include "shared/limits.h"

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
  if (open_ >= limits::kReadingAtOnce) {
    ++put_off_;
    done(sentence(503, "too many requests over HTTP wait for their answers; ask again in a second"));
    return;
  }
  ++open_;
  all_.on_request(frame, [this, done = std::move(done)](ControlReply reply) {
    --open_;
    done(std::move(reply));
  });
}

}  // namespace ringfence
