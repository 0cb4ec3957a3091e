// See variables.h. Not cacheable: one read early (by `set`) is read again for the log, with its final value.
#include "nginx_module/observe/variables.h"

#include <array>

#include "nginx_module/request/context.h"

namespace ringfence::edge {
namespace {

using Value = ngx_http_variable_value_t;

ngx_int_t give(Value* value, std::string_view text) noexcept {
  value->valid = 1;
  value->no_cacheable = 0;
  value->not_found = text.empty() ? 1 : 0;
  value->len = static_cast<unsigned>(text.size()) & 0xfffffffU;
  value->data = bytes_of(text);
  return NGX_OK;
}

ngx_int_t get_status(ngx_http_request_t* r, Value* value, uintptr_t) noexcept {
  const Context* context = find_context(r->main);
  return give(value, context == nullptr ? "" : name_of(context->outcome));
}

ngx_int_t get_id(ngx_http_request_t* r, Value* value, uintptr_t) noexcept {
  const Context* context = find_context(r->main);
  return give(value, context == nullptr ? "" : context->event.id);
}

ngx_int_t get_type(ngx_http_request_t* r, Value* value, uintptr_t) noexcept {
  const Context* context = find_context(r->main);
  return give(value, context == nullptr ? "" : context->event.type);
}

ngx_int_t get_age(ngx_http_request_t* r, Value* value, uintptr_t) noexcept {
  const Context* context = find_context(r->main);
  if (context == nullptr || !context->age_known) return give(value, "");
  u_char* text = pool_bytes(r->pool, NGX_INT64_LEN);
  if (text == nullptr) return NGX_ERROR;
  const u_char* end = ngx_sprintf(text, "%L", context->age_s);
  return give(value, {reinterpret_cast<const char*>(text), static_cast<std::size_t>(end - text)});
}

struct Named {
  std::string_view name;
  ngx_http_get_variable_pt get;
};
constexpr std::array<Named, 4> kVariables{
    {{"webhook_status", get_status}, {"webhook_id", get_id}, {"webhook_type", get_type}, {"webhook_age", get_age}}};

}  // namespace

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
  for (const Named& named : kVariables) {
    ngx_str_t name = ngx_text(named.name);
    ngx_http_variable_t* variable = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
    if (variable == nullptr) return NGX_ERROR;
    variable->get_handler = named.get;
  }
  return NGX_OK;
}

}  // namespace ringfence::edge
