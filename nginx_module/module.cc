// The module's tables: what nginx calls when, and the three symbols it looks up in a dynamic module.
#include "nginx_module/conf/directives.h"
#include "nginx_module/ngx.h"
#include "nginx_module/request/reply.h"
#include "nginx_module/observe/variables.h"

namespace {

ngx_int_t add_variables(ngx_conf_t* cf) noexcept { return ringfence::edge::add_variables(cf); }

ngx_int_t install(ngx_conf_t*) noexcept {
  ringfence::edge::install_reply_filters();
  return NGX_OK;
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
    nullptr,  // init master
    nullptr,  // init module
    nullptr,  // init process
    nullptr,  // init thread
    nullptr,  // exit thread
    nullptr,  // exit process
    nullptr,  // exit master
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
