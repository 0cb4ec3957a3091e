// The set-up of the ringd_api tests: every path of the server is ringd's.
#pragma once

#include "edge/edge_test.h"
#include "shared/frame_codec.h"

namespace ringfence::test {

class ApiTest : public EdgeTest {
 protected:
  // `server` in place of the one location; the webhook zone is there as it usually is beside ringd_api.
  [[nodiscard]] static NginxSetup api(std::string server = "location / { ringd_api worker; }\n") {
    NginxSetup made;
    made.http = "webhook_zone calls:1m;\nlarge_client_header_buffers 4 64k;\n";
    made.server = std::move(server);
    return made;
  }
  bool start_api() { return start(api()); }

  [[nodiscard]] static HttpRequest request(std::string method, std::string path, std::string body = "") {
    HttpRequest made;
    made.method = std::move(method);
    made.path = std::move(path);
    made.body = std::move(body);
    return made;
  }
  [[nodiscard]] HttpResponse ask(std::string method, std::string path, std::string body = "") const {
    return send(request(std::move(method), std::move(path), std::move(body)));
  }
  void answer(const WorkerReply& reply) {
    worker.set_request_script([=](const SeenRequest&) { return reply; });
  }
};

// Bytes in which no piece is like another, so that a lost or repeated one shows.
[[nodiscard]] inline std::string patterned(std::size_t bytes) {
  std::string text(bytes, '\0');
  std::uint32_t state = 1;
  for (char& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return text;
}

}  // namespace ringfence::test
