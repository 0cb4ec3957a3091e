// The keys one location trusts, from webhook_key and webhook_key_file. Texts are collected as they are read (files by
// the master, so they may be 0600 root) and parsed once the location's scheme is known. Every refusal is an error of
// `nginx -t` that names the line. What held a secret is overwritten: texts once all are parsed, keys when the
// configuration dies. Used by setters and merge. Must not know: requests.
#pragma once

#include <array>
#include <span>

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
  KeyText* next;
};

// Those of one level of the configuration, in order.
struct KeyTexts {
  KeyText* first;
  KeyText* last;
  KeyTexts* older;  // in KeyStore
};

struct KeyRing {
  std::array<scheme::Key, limits::kWebhookKeys> keys;
  std::size_t count;
  const KeyTexts* texts;  // made of these, for this: locations with the same two share the ring
  const scheme::Plan* plan;
  KeyRing* older;  // in KeyStore
  [[nodiscard]] std::span<const scheme::Key> all() const noexcept { return std::span(keys).first(count); }
};

// All of one configuration that holds a secret, so that it can be found and overwritten.
struct KeyStore {
  KeyTexts* texts;
  KeyRing* rings;
};

// Setters' halves; false after having logged why.
[[nodiscard]] bool add_key_text(ngx_conf_t* cf, KeyStore& store, KeyTexts*& texts, ngx_str_t key) noexcept;
[[nodiscard]] bool add_key_file(ngx_conf_t* cf, KeyStore& store, KeyTexts*& texts, ngx_str_t path) noexcept;
// Parses them for a scheme, or finds that done; nullptr after having logged why.
[[nodiscard]] KeyRing* parse_keys(ngx_conf_t* cf, KeyStore& store, const KeyTexts& texts,
                                  const scheme::Plan& plan) noexcept;
// A scheme to which the texts of this ring are something else: secrets to one, public keys, which everybody may know,
// to the other. An inner level that names another scheme inherits them by mistake. nullptr: there is none.
[[nodiscard]] const scheme::Plan* find_other_kind(const KeyStore& store, const KeyRing& ring) noexcept;
void wipe_texts(KeyStore& store) noexcept;
void wipe_all(void* store) noexcept;  // also a handler of pool cleanups

}  // namespace ringfence::edge
