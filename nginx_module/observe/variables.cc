// See variables.h. Not cacheable: one read early (by `set`) is read again for the log, with its final value.
#include "nginx_module/observe/variables.h"

#include <array>

#include "nginx_module/request/findings.h"

namespace ringfence::edge {
namespace {

using Value = ngx_http_variable_value_t;
using Text = std::string_view (*)(ngx_pool_t* pool, const Context& context) noexcept;

std::string_view reason(ngx_pool_t*, const Context& context) noexcept { return scheme::name_of(context.reason); }
std::string_view scheme_name(ngx_pool_t*, const Context& context) noexcept { return context.plan().name; }
std::string_view id(ngx_pool_t*, const Context& context) noexcept {
  return context.verified ? context.event.id : std::string_view();
}
std::string_view type(ngx_pool_t*, const Context& context) noexcept {
  return context.verified ? context.event.type : std::string_view();
}
std::string_view attempt(ngx_pool_t*, const Context& context) noexcept {
  return context.verified ? context.event.attempt : std::string_view();
}
std::string_view partition(ngx_pool_t*, const Context& context) noexcept { return partition_text(context); }
std::string_view age(ngx_pool_t* pool, const Context& context) noexcept {
  return context.presented.age_known ? number_text(pool, context.presented.age_s) : std::string_view();
}

struct Named {
  std::string_view name;
  Text text;
};
constexpr std::array<Named, 9> kVariables{{{"webhook_status", status_text},
                                           {"webhook_reason", reason},
                                           {"webhook_scheme", scheme_name},
                                           {"webhook_id", id},
                                           {"webhook_type", type},
                                           {"webhook_key", key_text},
                                           {"webhook_age", age},
                                           {"webhook_attempt", attempt},
                                           {"webhook_partition", partition}}};

// `index` is the variable's in the table.
ngx_int_t get(ngx_http_request_t* r, Value* value, uintptr_t index) noexcept {
  const Context* context = find_context(r->main);
  const std::string_view text = context == nullptr ? std::string_view() : kVariables[index].text(r->pool, *context);
  value->valid = 1;
  value->no_cacheable = 0;
  value->not_found = text.empty() ? 1 : 0;
  value->len = static_cast<unsigned>(text.size()) & 0xfffffffU;
  value->data = bytes_of(text);
  return NGX_OK;
}

}  // namespace

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
  for (std::size_t i = 0; i < kVariables.size(); ++i) {
    ngx_str_t name = ngx_text(kVariables[i].name);
    ngx_http_variable_t* variable = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
    if (variable == nullptr) return NGX_ERROR;
    variable->get_handler = get;
    variable->data = i;
  }
  return NGX_OK;
}

}  // namespace ringfence::edge
