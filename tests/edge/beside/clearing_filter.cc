// A module beside ours for compose_test: with ?clear it replaces a good answer while that is being sent, as
// image_filter, xslt and scripting modules do. nginx then clears what every module knows of the request. Test only.
#include "nginx_module/ngx.h"

namespace {

ngx_http_output_header_filter_pt next_header_filter;

ngx_int_t filter_header(ngx_http_request_t* r) noexcept {
  const bool asked = r->args.len == 5 && r->filter_finalize == 0 && r->headers_out.status == NGX_HTTP_OK;
  if (!asked) return next_header_filter(r);
  return ngx_http_filter_finalize_request(r, nullptr, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE);
}

ngx_int_t install(ngx_conf_t*) noexcept {
  next_header_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = filter_header;
  return NGX_OK;
}

ngx_http_module_t callbacks = {nullptr, install, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
ngx_command_t no_directives[] = {ngx_null_command};

}  // namespace

extern "C" {
#pragma GCC visibility push(default)
extern ngx_module_t ngx_http_clearing_filter_module;
extern ngx_module_t* ngx_modules[];
extern char* ngx_module_names[];
ngx_module_t ngx_http_clearing_filter_module = {
    NGX_MODULE_V1, &callbacks, no_directives, NGX_HTTP_MODULE, nullptr, nullptr,
    nullptr,       nullptr,    nullptr,       nullptr,         nullptr, NGX_MODULE_V1_PADDING,
};
ngx_module_t* ngx_modules[] = {&ngx_http_clearing_filter_module, nullptr};
char* ngx_module_names[] = {const_cast<char*>("ngx_http_clearing_filter_module"), nullptr};
#pragma GCC visibility pop
}
