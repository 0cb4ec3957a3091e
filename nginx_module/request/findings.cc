// See findings.h.
#include "nginx_module/request/findings.h"

#include <algorithm>

namespace ringfence::edge {
namespace {

bool is_printable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

std::string_view status_text(ngx_pool_t* pool, const Context& context) noexcept {
  std::string_view name = scheme::name_of(context.outcome);
  if (name.empty() && context.stage == Stage::passed) name = "verified";
  if (name.empty() || !context.dry_run()) return name;
  constexpr std::string_view kSuffix = "_dry_run";
  u_char* const text = pool_bytes(pool, name.size() + kSuffix.size());
  if (text == nullptr) return {};
  ngx_memcpy(ngx_cpymem(text, name.data(), name.size()), kSuffix.data(), kSuffix.size());
  return {reinterpret_cast<const char*>(text), name.size() + kSuffix.size()};
}

std::string_view key_text(ngx_pool_t* pool, const Context& context) noexcept {
  if (!context.verified) return {};
  const std::string_view label = context.conf->keys->keys[context.event.signer].label;
  if (!label.empty() && is_printable(label)) return label;
  return number_text(pool, static_cast<std::int64_t>(context.event.signer) + 1);
}

std::string_view partition_text(const Context& context) noexcept {
  if (!context.verified) return {};
  return context.event.partition.empty() ? context.event.id : context.event.partition;
}

std::string_view number_text(ngx_pool_t* pool, std::int64_t number) noexcept {
  u_char* const text = pool_bytes(pool, NGX_INT64_LEN);
  if (text == nullptr) return {};
  const u_char* end = ngx_sprintf(text, "%L", number);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(end - text)};
}

}  // namespace ringfence::edge
