// See webhook_secret.h.
#include "adapters/notify/webhook_secret.h"

#include <sodium.h>

#include <array>
#include <utility>

#include "shared/base64.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kPrefix = "whsec_";
// What the specification asks of a symmetric key.
constexpr std::size_t kLeastKeyBytes = 24, kMostKeyBytes = 64;

std::string_view without_blanks(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
  return line;
}

}  // namespace

Result<WebhookSecrets> WebhookSecrets::parse(std::string_view text) {
  WebhookSecrets secrets;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view whole = text.substr(0, end);
    const std::string_view line = without_blanks(whole.substr(0, whole.find('#')));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty()) continue;
    const std::string where = "line " + std::to_string(number);
    std::optional<std::string> key;
    if (line.starts_with(kPrefix)) key = decode_base64(line.substr(kPrefix.size()));
    if (!key) return fail(ErrorCode::invalid, where + " is not whsec_ and base64");
    secrets.keys_.push_back(*std::move(key));
    const std::size_t bytes = secrets.keys_.back().size();
    if (bytes < kLeastKeyBytes || bytes > kMostKeyBytes) {
      return fail(ErrorCode::invalid, where + " holds " + std::to_string(bytes) + " bytes; 24 to 64 were expected");
    }
    if (secrets.keys_.size() > limits::kNotifySecrets) {
      return fail(ErrorCode::limit, "there are more than " + std::to_string(limits::kNotifySecrets) + " secrets");
    }
  }
  if (secrets.keys_.empty()) return fail(ErrorCode::invalid, "there is no line with a whsec_ secret");
  return secrets;
}

WebhookSecrets::~WebhookSecrets() { wipe(); }

WebhookSecrets& WebhookSecrets::operator=(WebhookSecrets&& other) noexcept {
  if (this != &other) {
    wipe();
    keys_ = std::exchange(other.keys_, {});
  }
  return *this;
}

void WebhookSecrets::wipe() noexcept {
  for (std::string& key : keys_) sodium_memzero(key.data(), key.size());
}

std::string WebhookSecrets::sign(std::string_view id, std::string_view timestamp, std::string_view body) const {
  std::string header;
  for (const std::string& key : keys_) {
    crypto_auth_hmacsha256_state state;
    std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> mac{};
    const auto add = [&state](std::string_view part) {
      crypto_auth_hmacsha256_update(&state, as_bytes(part).data(), part.size());
    };
    crypto_auth_hmacsha256_init(&state, as_bytes(key).data(), key.size());
    for (const std::string_view part : {id, std::string_view("."), timestamp, std::string_view("."), body}) add(part);
    crypto_auth_hmacsha256_final(&state, mac.data());
    sodium_memzero(&state, sizeof state);
    header.append(header.empty() ? "v1," : " v1,").append(encode_base64(mac));
  }
  return header;
}

}  // namespace ringfence
