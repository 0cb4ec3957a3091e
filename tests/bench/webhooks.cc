// See webhooks.h.
#include "webhooks.h"

#include <ctime>

#include "shared/base64.h"

namespace ringfence::bench {
namespace {

// The shape and size (1.4 KB) of a real call.answered with its quality statistics; an event nobody acts upon.
std::string body_of(const std::string& id) {
  std::string padding;
  for (int i = 0; i < 8; ++i) {
    padding += R"(,"codec_)" + std::to_string(i) +
               R"(":"PCMU,PCMA,G729,opus;rate=8000;ptime=20;annexb=no;channels=1;fmtp=0-16")";
  }
  return R"({"data":{"event_type":"call.cost","id":")" + id +
         R"(","occurred_at":"2026-05-19T23:30:15.038431Z","payload":{)" +
         R"("call_control_id":"v3:2EC-70CTEjlUq3tDM0CxKXIt5-5N4iP4wo7_-PfH-qub97Sk4EqO5w","call_leg_id":"leg-)" + id +
         R"(","call_session_id":"session-)" + id +
         R"(","calling_party_type":"pstn","client_state":null,"connection_id":"2811212257810187875")" + padding +
         R"(,"from":"+12025550133","start_time":"2026-05-19T23:30:15.038431Z","to":"+12025550131"},)" +
         R"("record_type":"event"},"meta":{"attempt":1,"delivered_to":"https://edge.example.com/webhooks/telnyx"}})";
}

std::string hmac_of(const std::string& body) {
  crypto_auth_hmacsha256_state state;
  std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> mac{};
  const auto secret = as_bytes(kHmacSecret);
  crypto_auth_hmacsha256_init(&state, secret.data(), secret.size());
  crypto_auth_hmacsha256_update(&state, as_bytes(body).data(), body.size());
  crypto_auth_hmacsha256_final(&state, mac.data());
  std::string hex(2 * mac.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
  hex.pop_back();
  return hex;
}

}  // namespace

Webhooks::Webhooks() {
  std::array<std::uint8_t, crypto_sign_SEEDBYTES> seed{};
  seed.fill(0x5a);
  crypto_sign_seed_keypair(public_key_.data(), secret_key_.data(), seed.data());
}

std::string Webhooks::public_key_base64() const { return encode_base64(public_key_); }

std::vector<SignedWebhook> Webhooks::make(std::size_t count, const std::string& run, Kind kind) const {
  std::vector<SignedWebhook> webhooks(count);
  const std::string timestamp = std::to_string(std::time(nullptr) - (kind == Kind::stale ? 3600 : 0));
  for (std::size_t i = 0; i < count; ++i) {
    SignedWebhook& one = webhooks[i];
    if (kind == Kind::copies && i > 0) {
      one = webhooks[0];
      continue;
    }
    one.timestamp = timestamp;
    one.id = run + "-" + std::to_string(i);
    one.body = body_of(one.id);
    if (kind == Kind::hmac) {
      one.signature = hmac_of(one.body);
      continue;
    }
    const std::string message = timestamp + (kind == Kind::forged ? "!" : "|") + one.body;
    crypto_sign_detached(one.raw_signature.data(), nullptr, as_bytes(message).data(), message.size(),
                         secret_key_.data());
    one.signature = encode_base64(one.raw_signature);
  }
  return webhooks;
}

std::string signature_headers(const SignedWebhook& webhook, Kind kind) {
  if (kind == Kind::hmac) {
    return "x-github-delivery: " + webhook.id + "\r\nx-hub-signature-256: sha256=" + webhook.signature + "\r\n";
  }
  std::string lines = "telnyx-timestamp: " + webhook.timestamp + "\r\n";
  if (kind != Kind::unsigned_) lines += "telnyx-signature-ed25519: " + webhook.signature + "\r\n";
  return lines;
}

}  // namespace ringfence::bench
