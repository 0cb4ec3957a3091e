// The module's tables: what nginx calls when, and the three symbols it looks up in a dynamic module.
#include "nginx_module/conf/directives.h"
#include "nginx_module/handover/reload_call.h"
#include "nginx_module/ngx.h"
#include "nginx_module/observe/variables.h"
#include "nginx_module/request/gate.h"
#include "nginx_module/request/reply.h"

namespace {

ngx_int_t add_variables(ngx_conf_t* cf) noexcept { return ringfence::edge::add_variables(cf); }

// Never the ACCESS phase: `satisfy any` would let an address go by without a signature. In PRECONTENT the handler that
// came last runs first, and dynamic modules come after nginx's own: before mirror and try_files.
ngx_int_t add_gate(ngx_conf_t* cf) noexcept {
  auto& core = *static_cast<ngx_http_core_main_conf_t*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
  auto* handler = static_cast<ngx_http_handler_pt*>(ngx_array_push(&core.phases[NGX_HTTP_PRECONTENT_PHASE].handlers));
  if (handler == nullptr) return NGX_ERROR;
  *handler = ringfence::edge::gate;
  return NGX_OK;
}

ngx_int_t install(ngx_conf_t* cf) noexcept {
  ringfence::edge::install_reply_filters();
  ringfence::edge::finish_conf(cf);
  return add_gate(cf);
}

ngx_http_module_t callbacks = {
    add_variables,
    install,  // around the configuration
    ringfence::edge::create_main_conf,
    nullptr,  // http
    nullptr,
    nullptr,  // server
    ringfence::edge::create_loc_conf,
    ringfence::edge::merge_loc_conf,  // location
};

}  // namespace

ngx_module_t ngx_http_webhook_module = {
    NGX_MODULE_V1,
    &callbacks,
    ringfence::edge::directives,
    NGX_HTTP_MODULE,
    nullptr,                                // init master
    ringfence::edge::tell_ringd_of_reload,  // init module
    nullptr,                                // init process
    nullptr,                                // init thread
    nullptr,                                // exit thread
    nullptr,                                // exit process
    nullptr,                                // exit master
    NGX_MODULE_V1_PADDING,
};

extern "C" {
#pragma GCC visibility push(default)
extern ngx_module_t* ngx_modules[];
extern char* ngx_module_names[];
extern char* ngx_module_order[];
ngx_module_t* ngx_modules[] = {&ngx_http_webhook_module, nullptr};
char* ngx_module_names[] = {const_cast<char*>("ngx_http_webhook_module"), nullptr};
char* ngx_module_order[] = {nullptr};
#pragma GCC visibility pop
}
