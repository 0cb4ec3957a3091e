// See bypass.h. The rewrite module compiles `return` to a code in its location's array. The array is its first member
// in every nginx there is; the codes themselves are public, as is the function by which one is known.
#include "nginx_module/conf/bypass.h"

#include <cstring>

namespace ringfence::edge {
namespace {

constexpr std::string_view kRewriteModule = "ngx_http_rewrite_module";
constexpr ngx_uint_t kNoModule = static_cast<ngx_uint_t>(-1);

// Looked up by name: an nginx without the rewrite module has no symbol to link to.
ngx_uint_t rewrite_index(const ngx_conf_t* cf) noexcept {
  for (ngx_uint_t i = 0; i < cf->cycle->modules_n; ++i) {
    if (cf->cycle->modules[i]->name == kRewriteModule) return cf->cycle->modules[i]->ctx_index;
  }
  return kNoModule;
}

const ngx_array_t* codes_of(void** loc_conf, ngx_uint_t rewrite) noexcept {
  const void* conf = loc_conf == nullptr ? nullptr : loc_conf[rewrite];
  return conf == nullptr ? nullptr : *static_cast<ngx_array_t* const*>(conf);
}

// The status of the first `return` below `bound`, also one inside an `if`; 0: there is none.
ngx_uint_t find_return(const ngx_array_t* codes, ngx_uint_t bound) noexcept {
  if (codes == nullptr) return 0;
  const auto* bytes = static_cast<const u_char*>(codes->elts);
  const std::size_t size = codes->nelts * codes->size;
  for (std::size_t at = 0; at + sizeof(ngx_http_script_return_code_t) <= size; at += sizeof(void*)) {
    ngx_http_script_return_code_t code;
    std::memcpy(&code, bytes + at, sizeof code);
    if (code.code == ngx_http_script_return_code && code.status < bound) return code.status;
  }
  return 0;
}

void warn_of_return(ngx_conf_t* cf, MainConf& main, const LocConf& conf) noexcept {
  const ngx_uint_t rewrite = rewrite_index(cf);
  if (rewrite == kNoModule) return;
  auto& ctx = *static_cast<ngx_http_conf_ctx_t*>(cf->ctx);
  auto& server = *static_cast<ngx_http_core_srv_conf_t*>(ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module));
  void** outer = server.ctx == nullptr ? nullptr : server.ctx->loc_conf;
  const ngx_uint_t own = ctx.loc_conf == outer ? 0 : find_return(codes_of(ctx.loc_conf, rewrite), NGX_HTTP_BAD_REQUEST);
  if (own != 0) {
    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "\"return %ui\" stands in a location with \"webhook\" and answers before anything is verified; move "
                  "it to another location in %V:%ui",
                  own, &conf.webhook_at.file, conf.webhook_at.line);
  }
  // A redirect to https is no bypass: the sender sees that nobody took its event. A 2xx would tell it otherwise.
  const ngx_uint_t around = find_return(codes_of(outer, rewrite), NGX_HTTP_SPECIAL_RESPONSE);
  if (around == 0 || main.told_return == &server) return;
  main.told_return = &server;
  ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                "\"return %ui\" stands in the server around a location with \"webhook\" and answers before anything is "
                "verified in %V:%ui",
                around, &conf.webhook_at.file, conf.webhook_at.line);
}

void warn_of_post_action(ngx_conf_t* cf, const LocConf& conf) noexcept {
  const auto& core =
      *static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  if (core.post_action.len == 0) return;
  ngx_log_error(
      NGX_LOG_WARN, cf->log, 0,
      "\"post_action %V\" is in effect in a location with \"webhook\" and gets what was refused, too; give it "
      "\"\" there in %V:%ui",
      &core.post_action, &conf.webhook_at.file, conf.webhook_at.line);
}

}  // namespace

void warn_of_bypass(ngx_conf_t* cf, MainConf& main, const LocConf& conf) noexcept {
  warn_of_return(cf, main, conf);
  warn_of_post_action(cf, conf);
}

}  // namespace ringfence::edge
