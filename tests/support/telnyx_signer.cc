// See telnyx_signer.h.
#include "support/telnyx_signer.h"

#include <sodium.h>

#include <chrono>
#include <cstdlib>

#include "shared/base64.h"

namespace ringfence::test {

TelnyxSigner::TelnyxSigner() {
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_key{};
  if (sodium_init() < 0 || crypto_sign_keypair(public_key.data(), secret_key_.data()) != 0) std::abort();
  public_key_ = encode_base64(public_key);
}

std::string TelnyxSigner::sign(std::string_view timestamp, std::string_view body) const {
  const std::string message = std::string(timestamp) + "|" + std::string(body);
  std::array<std::uint8_t, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr, as_bytes(message).data(), message.size(), secret_key_.data());
  return encode_base64(signature);
}

HttpRequest TelnyxSigner::webhook(std::string path, std::string body, std::int64_t offset_s) const {
  const std::string timestamp = unix_seconds(offset_s);
  HttpRequest request;
  request.path = std::move(path);
  request.headers = {{"content-type", "application/json"},
                     {"telnyx-timestamp", timestamp},
                     {"telnyx-signature-ed25519", sign(timestamp, body)}};
  request.body = std::move(body);
  return request;
}

// Not time(): that clock may lag behind the one nginx reads by a tick, and a test of the exact window would notice.
std::string unix_seconds(std::int64_t offset_s) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count() + offset_s);
}

std::string event_body(std::string_view id, std::string_view type, std::string_view call_session_id,
                       std::size_t padding) {
  std::string body = "{\"data\":{\"record_type\":\"event\",\"event_type\":\"";
  body.append(type).append("\",\"id\":\"").append(id);
  body.append("\",\"payload\":{\"call_session_id\":\"").append(call_session_id);
  body.append("\",\"filler\":\"").append(padding, 'x').append("\"}}}");
  return body;
}

}  // namespace ringfence::test
