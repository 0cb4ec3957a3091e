// `nginx -t` on configurations: what is refused, with the line it names, and what is told. Used by the tests of the
// module's configuration.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "edge/edge_test.h"

namespace ringfence::test {

class ConfigTest : public EdgeTest {
 protected:
  static constexpr const char* kSecret = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";  // of the MAC schemes

  static NginxSetup with(std::string server, std::string http = "webhook_zone calls:1m;\n");
  // Refused, with a message that holds `what` and the line on which `at` first stands in nginx.conf.
  void expect_refused(const NginxSetup& setup, const std::string& at, const std::string& what);
  void expect_accepted(const NginxSetup& setup);
  // Accepted, with a line that begins with "nginx: [level] " and holds `what`, and " in <line of at>" unless it is "".
  void expect_told(const NginxSetup& setup, const std::string& level, const std::string& what, const std::string& at);
  void expect_not_told(const NginxSetup& setup, const std::string& what);
  // "in /path/nginx.conf:12" for the line on which `at` first stands.
  [[nodiscard]] std::string line_of(const std::string& at) const;
  // A location of telnyx with a key, up to its closing brace.
  [[nodiscard]] std::string gate() const {
    return "location /w {\n webhook telnyx;\n webhook_key " + signer.public_key() + ";\n";
  }
};

}  // namespace ringfence::test
