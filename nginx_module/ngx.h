// nginx's headers, in C linkage, and the few typed helpers that spare the rest of the module its casts.
// The only file that includes them. Used by every file of nginx_module. Must not know: webhooks.
#pragma once

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
}

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

extern "C" ngx_module_t ngx_http_webhook_module;

namespace ringfence::edge {

// Zeroed memory of a pool. Only for types that a pool may forget without a destructor.
template <class T>
[[nodiscard]] T* pool_new(ngx_pool_t* pool) noexcept {
  static_assert(std::is_trivially_destructible_v<T>);
  return static_cast<T*>(ngx_pcalloc(pool, sizeof(T)));
}

[[nodiscard]] inline u_char* pool_bytes(ngx_pool_t* pool, std::size_t count) noexcept {
  return static_cast<u_char*>(ngx_pnalloc(pool, count));
}

[[nodiscard]] inline std::string_view view(const ngx_str_t& text) noexcept {
  return {reinterpret_cast<const char*>(text.data), text.len};
}

// nginx's strings are not const; what it is given here it only reads.
[[nodiscard]] inline u_char* bytes_of(std::string_view text) noexcept {
  return const_cast<u_char*>(reinterpret_cast<const u_char*>(text.data()));
}
[[nodiscard]] inline ngx_str_t ngx_text(std::string_view text) noexcept { return {text.size(), bytes_of(text)}; }

// The name of a header, in both spellings and with its hash, worked out by the compiler.
struct HeaderName {
  std::string_view name, lower;
  ngx_uint_t hash = 0;
  consteval HeaderName(std::string_view as_sent, std::string_view in_lower_case) : name(as_sent), lower(in_lower_case) {
    for (const char c : lower) hash = hash * 31 + static_cast<u_char>(c);  // as ngx_hash() does
  }
};

// A header element of a request or an answer; the value must last. 1.23 chains elements of one name; a new one ends its
// chain.
inline void fill_header(ngx_table_elt_t& header, const HeaderName& name, std::string_view value) noexcept {
  header = {};
  header.hash = name.hash;
  header.key = ngx_text(name.name);
  header.lowcase_key = bytes_of(name.lower);
  header.value = ngx_text(value);
}

[[nodiscard]] inline char* conf_failed() noexcept { return static_cast<char*>(NGX_CONF_ERROR); }
[[nodiscard]] inline char* conf_message(const char* text) noexcept { return const_cast<char*>(text); }

[[nodiscard]] inline ngx_str_t* conf_args(ngx_conf_t* cf) noexcept { return static_cast<ngx_str_t*>(cf->args->elts); }

}  // namespace ringfence::edge
