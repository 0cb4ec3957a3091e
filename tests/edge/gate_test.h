// The set-up of the gate's tests: one genuine signer, a location /w with `webhook` and dedup, and behind it not
// ringd but a scripted application.
#pragma once

#include "edge/edge_test.h"
#include "support/fake_backend.h"

namespace ringfence::test {

class GateTest : public EdgeTest {
 protected:
  static constexpr std::string_view kProxy = "proxy_pass http://backend;";
  // What verifies, and nothing that answers.
  [[nodiscard]] std::string gate() const {
    return "webhook telnyx; webhook_key " + signer.public_key() + "; webhook_dedup zone=calls; ";
  }
  [[nodiscard]] std::string gated(std::string_view path, std::string_view extra = "",
                                  std::string_view handler = kProxy) const {
    return "location " + std::string(path) + " { " + gate() + std::string(handler) + " " + std::string(extra) + " }\n";
  }
  // `locations` beside the gated /w, which has `extra`.
  [[nodiscard]] NginxSetup gate_setup(std::string_view extra = "", std::string_view locations = "") const {
    NginxSetup made;
    made.http =
        "webhook_zone calls:1m;\nclient_max_body_size 2m;\n"
        "upstream backend { server unix:{dir}/backend.sock; }\nupstream other { server unix:{dir}/other.sock; }\n"
        "log_format found '$status $webhook_status $webhook_reason $webhook_scheme id=$webhook_id type=$webhook_type "
        "key=$webhook_key age=$webhook_age attempt=$webhook_attempt partition=$webhook_partition';\n";
    made.server = "access_log {dir}/found.log found;\n" + gated("/w", extra) + std::string(locations);
    return made;
  }
  bool start_gate(const NginxSetup& with) { return backend.start() && other.start() && nginx.start(with); }
  bool start_gate() { return start_gate(gate_setup()); }

  [[nodiscard]] bool found(std::string_view line) const {
    return wait_until([&] { return read_text(nginx.file("found.log")).contains(line); });
  }
  void expect_nothing_reached_the_backend() const {
    EXPECT_EQ(backend.count(), 0U);
    EXPECT_EQ(other.count(), 0U);
    EXPECT_EQ(nginx.counter("zones.calls.claims"), 0);
  }
  // Neither a forged nor an unsigned request gets through; a genuine one does, once, and its copy does not.
  void expect_gate_holds(const std::string& path) {
    HttpRequest forged = TelnyxSigner().webhook(path, event_body("forged"));
    EXPECT_EQ(send(forged).status, 403) << path;
    EXPECT_EQ(send(forged.remove("telnyx-signature-ed25519")).status, 403) << path;
    expect_nothing_reached_the_backend();
    const HttpRequest genuine = signer.webhook(path, event_body("genuine"));
    EXPECT_EQ(send(genuine).status, 200) << path;
    ASSERT_EQ(backend.count(), 1U) << path;
    EXPECT_EQ(backend.seen()[0].body, genuine.body);
    EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
    EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
    EXPECT_EQ(nginx.counter("zones.calls.claims"), 1);
    EXPECT_EQ(send(genuine).body, "{\"ok\":true}") << path;
    EXPECT_EQ(backend.count(), 1U) << path;
  }

  FakeBackend backend{nginx.file("backend.sock")};
  FakeBackend other{nginx.file("other.sock")};
};

}  // namespace ringfence::test
