// One HTTP/2 request, written frame by frame, for refusals that come while the body is still on its way: nginx then
// answers and resets the stream without error, which libcurl 7.88 reports as a failure without a status.
#pragma once

#include <string>

#include "support/http_client.h"

namespace ringfence::test {

// The :status of the answer; 0 when the connection ended or the stream was reset without one. Sends at most the
// first 60000 bytes of the body (the peer's initial window), with the whole length declared.
[[nodiscard]] int http2_status(const std::string& unix_socket, const HttpRequest& request);

}  // namespace ringfence::test
