// The set-up most edge tests share: one genuine signer, one scripted worker, one location /w with dedup.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/fake_worker.h"
#include "support/http_client.h"
#include "support/nginx_fixture.h"
#include "support/telnyx_signer.h"
#include "support/wait.h"

namespace ringfence::test {

class EdgeTest : public ::testing::Test {
 protected:
  // A location with all that webhook_pass needs; `extra` are more lines inside it.
  [[nodiscard]] std::string location(std::string_view path, std::string_view extra = "") const {
    return "location " + std::string(path) + " { webhook telnyx; webhook_key " + signer.public_key() +
           "; webhook_dedup zone=calls; webhook_pass worker; " + std::string(extra) + " }\n";
  }
  [[nodiscard]] NginxSetup setup(std::string_view extra = "") const {
    NginxSetup made;
    made.http = "webhook_zone calls:1m;\nclient_max_body_size 1m;\n";
    made.server = location("/w", extra);
    return made;
  }
  bool start(const NginxSetup& with) { return worker.start() && nginx.start(with); }
  bool start() { return start(setup()); }

  [[nodiscard]] HttpRequest event(std::string_view id) const { return signer.webhook("/w", event_body(id)); }
  // An nginx without HTTP/2 is asked over HTTP/1.1 instead: what a test is about is then still looked at once.
  [[nodiscard]] HttpResponse send(HttpRequest request) const {
    request.http2 = request.http2 && NginxFixture::has(NginxFixture::kHttp2);
    return HttpClient(request.http2 ? nginx.http2_socket() : nginx.http_socket()).send(request);
  }
  // Nothing refused may leave a trace behind: not at the worker, not in the dedup table.
  void expect_no_effect() const {
    EXPECT_EQ(worker.bytes_received(), 0U);
    EXPECT_EQ(nginx.counter("worker.frames_sent"), 0);
    EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
    EXPECT_EQ(nginx.counter("zones.calls.claims"), 0);
  }
  // The log is written after the answer; wait for any of these lines (an age may be a second more than expected).
  template <class... Lines>
  [[nodiscard]] bool logged(const Lines&... lines) const {
    return wait_until([&] {
      const std::string log = nginx.access_log();
      return ((log.find(lines) != std::string::npos) || ...);
    });
  }

  TelnyxSigner signer;
  NginxFixture nginx;
  FakeWorker worker{nginx.worker_socket()};
};

}  // namespace ringfence::test
