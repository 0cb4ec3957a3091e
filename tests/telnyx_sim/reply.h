// What a request gets back, and the function that gives it. Used by the desks, by the paths and by the HTTP side.
// Must not know: sockets, what was asked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "telnyx_sim/errors.h"

namespace ringfence::sim {

struct Reply {
  int status = 200;  // 0: the connection breaks off in the middle of the answer
  std::string body;
  std::int64_t retry_after_s = 0;  // 0: no such header
};
using ReplyFn = std::function<void(Reply)>;

[[nodiscard]] inline Reply refusal(const ApiError& error) { return {error.status, error_body(error), 0}; }

}  // namespace ringfence::sim
