// A real nginx that speaks TLS and HTTP/2 in front of the scripted server, so that the client meets what it meets at
// the provider. Used by tls_test.cc only. Must not know: Telnyx.
#pragma once

#include <sys/types.h>

#include <string>

#include "support/temp_dir.h"

namespace ringfence {

class TlsFront {
 public:
  // Starts nginx on a port of its own, passing on to 127.0.0.1:`backend_port`. Not running() when it is not installed.
  explicit TlsFront(int backend_port, bool http2 = true);
  ~TlsFront();
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;

  [[nodiscard]] bool running() const { return pid_ > 0; }
  void kill();
  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/v2"; }
  [[nodiscard]] std::string ca_file() const { return folder_ + "/cert.pem"; }
  // One line a finished request: the connection's number and the protocol.
  [[nodiscard]] std::string access_log() const;

 private:
  void write_config(int backend_port, bool http2) const;

  test::TempDir directory_;
  std::string folder_ = directory_.path();
  int port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace ringfence
