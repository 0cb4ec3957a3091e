// Signs webhooks as Telnyx does, with a key pair made for the test.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/http_client.h"

namespace ringfence::test {

class TelnyxSigner {
 public:
  TelnyxSigner();
  [[nodiscard]] const std::string& public_key() const noexcept { return public_key_; }  // base64
  // The value of telnyx-signature-ed25519 for this timestamp and body.
  [[nodiscard]] std::string sign(std::string_view timestamp, std::string_view body) const;
  // A complete genuine webhook; `offset_s` moves its timestamp away from now.
  [[nodiscard]] HttpRequest webhook(std::string path, std::string body, std::int64_t offset_s = 0) const;

 private:
  std::array<std::uint8_t, 64> secret_key_{};
  std::string public_key_;
};

// Now in Unix seconds, as text.
[[nodiscard]] std::string unix_seconds(std::int64_t offset_s = 0);
// A small Telnyx event; `padding` bytes of filler make it as large as a test wants.
[[nodiscard]] std::string event_body(std::string_view id, std::string_view type = "call.answered",
                                     std::string_view call_session_id = "session-1", std::size_t padding = 0);

}  // namespace ringfence::test
