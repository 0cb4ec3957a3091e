// The keys one location trusts, from webhook_key and webhook_key_file. Texts are collected as they are read (files by
// the master, so they may be 0600 root) and parsed once the location's scheme is known. Every refusal is an error of
// `nginx -t` that names the line. What held a secret is overwritten when the configuration dies.
// Used by directives and merge. Must not know: requests.
#pragma once

#include <array>

#include "nginx_module/ngx.h"
#include "scheme/key.h"
#include "scheme/plan.h"
#include "shared/limits.h"

namespace ringfence::edge {

// One webhook_key argument, or the whole text of one webhook_key_file.
struct KeyText {
  ngx_str_t text;
  ngx_str_t file;  // the key file; empty for webhook_key
  ngx_str_t conf;  // where the directive stood
  ngx_uint_t line;
};

struct KeyRing {
  std::array<scheme::Key, limits::kWebhookKeys> keys;
  std::size_t count;
  [[nodiscard]] std::span<const scheme::Key> all() const noexcept { return std::span(keys).first(count); }
};

// Setters' halves; false after having logged why.
[[nodiscard]] bool add_key_text(ngx_conf_t* cf, ngx_array_t*& texts, ngx_str_t key) noexcept;
[[nodiscard]] bool add_key_file(ngx_conf_t* cf, ngx_array_t*& texts, ngx_str_t path) noexcept;
// Parses them for a scheme; nullptr after having logged why. No key at all is for the caller to refuse.
[[nodiscard]] KeyRing* parse_keys(ngx_conf_t* cf, const ngx_array_t& texts, const scheme::Plan& plan) noexcept;

}  // namespace ringfence::edge
