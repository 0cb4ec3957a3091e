// One HTTP/2 request, written frame by frame, for refusals that come while the body is still on its way: nginx then
// answers and resets the stream without error, which libcurl 7.88 reports as a failure without a status.
#pragma once

#include <string>

#include "support/http_client.h"

namespace ringfence::test {

// The :status of the answer; 0 when the connection ended or the stream was reset without one. Of a
// declared body at most the first 60000 bytes are sent (the peer's initial window); `chunked` declares no length and
// sends the rest once the window opens.
[[nodiscard]] int http2_status(const std::string& unix_socket, const HttpRequest& request);

// A client that takes the headers of its answer at once, and no byte of the body before it asks for it.
class SlowHttp2Client {
 public:
  explicit SlowHttp2Client(const std::string& unix_socket) : client_(unix_socket) {}
  [[nodiscard]] bool send(const HttpRequest& request) const;
  [[nodiscard]] int status();
  [[nodiscard]] std::string body();

 private:
  RawClient client_;
};

}  // namespace ringfence::test
