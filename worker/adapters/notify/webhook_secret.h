// Signing outgoing webhooks as Standard Webhooks asks: HMAC-SHA256 over `id.timestamp.body` with each of the secrets,
// so that the receiver may know the old one or the new one. Used by webhook_notifier.cc. Must not know: HTTP, files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/result.h"

namespace ringfence {

// Keys of one application; wiped when they go.
class WebhookSecrets {
 public:
  // One `whsec_` secret a line, the newest first; what follows a # is a comment, as in the edge's key files. Errors
  // name the line, never what stands in it.
  [[nodiscard]] static Result<WebhookSecrets> parse(std::string_view text);
  ~WebhookSecrets();
  WebhookSecrets(WebhookSecrets&&) noexcept = default;
  WebhookSecrets& operator=(WebhookSecrets&& other) noexcept;
  WebhookSecrets(const WebhookSecrets&) = delete;
  WebhookSecrets& operator=(const WebhookSecrets&) = delete;

  // The value of `webhook-signature`: `v1,BASE64` for each key, with a space between them.
  [[nodiscard]] std::string sign(std::string_view id, std::string_view timestamp, std::string_view body) const;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  WebhookSecrets() = default;
  void wipe() noexcept;
  std::vector<std::string> keys_;
};

}  // namespace ringfence
