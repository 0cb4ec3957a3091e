// See scheme_block.h. Presets take the same road as an operator's block: nginx's own tokenizer, then the recipe.
#include "nginx_module/conf/scheme_block.h"

#include <new>
#include <span>

#include "scheme/presets.h"
#include "shared/near_miss.h"

namespace ringfence::edge {
namespace {

constexpr std::size_t kNameBytes = 31;   // of a scheme; a counter's slot has room for it
constexpr std::size_t kWords = 16;       // of one line; the recipe takes fewer and says so
constexpr std::size_t kKnownNames = 64;  // looked at for a near miss
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-";

Scheme* make_scheme(ngx_conf_t* cf, std::string_view name, const SourceLine& at) noexcept {
  static_assert(std::is_trivially_destructible_v<Scheme>);
  void* memory = ngx_palloc(cf->pool, sizeof(Scheme));
  if (memory == nullptr) return nullptr;
  return new (memory) Scheme{.recipe = scheme::Recipe(name),
                             .at = at,
                             .slot = 0,
                             .next = nullptr,
                             .used = false,
                             .default_url = false,
                             .fresh_ms = 0};
}

Scheme* declared(const MainConf& main, std::string_view name) noexcept {
  for (Scheme* one = main.schemes; one != nullptr; one = one->next) {
    if (one->plan().name == name) return one;
  }
  return nullptr;
}

void add_scheme(MainConf& main, Scheme& scheme) noexcept {
  scheme.next = main.schemes;
  main.schemes = &scheme;
}

// nginx calls it with each line of the block. The words are its own, in the memory of the configuration.
char* add_line(ngx_conf_t* cf, ngx_command_t*, void* scheme) noexcept {
  std::array<std::string_view, kWords> words;
  if (cf->args->nelts > words.size()) return conf_message("a line of \"webhook_scheme\" has too many words");
  for (ngx_uint_t i = 0; i < cf->args->nelts; ++i) words[i] = view(conf_args(cf)[i]);
  const scheme::Fault fault = static_cast<Scheme*>(scheme)->recipe.add(std::span(words).first(cf->args->nelts));
  if (!fault) return NGX_CONF_OK;
  ngx_str_t why = ngx_text(fault.text());
  ngx_str_t name = ngx_text(static_cast<Scheme*>(scheme)->plan().name);
  ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_scheme\" \"%V\": %V", &name, &why);
  return conf_failed();
}

char* parse_lines(ngx_conf_t* cf, Scheme& scheme) noexcept {
  const ngx_conf_t saved = *cf;
  cf->handler = add_line;
  cf->handler_conf = &scheme;
  char* rv = ngx_conf_parse(cf, nullptr);
  *cf = saved;
  return rv;
}

// As nginx itself reads the text of its -g option.
bool compile_preset(ngx_conf_t* cf, Scheme& scheme, std::string_view lines) noexcept {
  u_char* copy = pool_bytes(cf->temp_pool, lines.size());
  if (copy == nullptr) return false;
  ngx_memcpy(copy, lines.data(), lines.size());
  ngx_buf_t buf{};
  buf.start = buf.pos = copy;
  buf.last = buf.end = copy + lines.size();
  buf.temporary = 1;
  ngx_conf_file_t text{};
  text.file.fd = NGX_INVALID_FILE;
  text.buffer = &buf;
  ngx_conf_file_t* file = cf->conf_file;
  cf->conf_file = &text;
  const bool parsed = parse_lines(cf, scheme) == NGX_CONF_OK;
  cf->conf_file = file;
  if (!parsed) return false;
  const scheme::Fault fault = scheme.recipe.finish();
  if (!fault) return true;
  ngx_str_t why = ngx_text(fault.text());
  ngx_str_t name = ngx_text(scheme.plan().name);
  ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "the preset \"%V\" is broken: %V", &name, &why);
  return false;
}

void refuse_unknown(ngx_conf_t* cf, const MainConf& main, const ngx_str_t& name, const SourceLine& at) noexcept {
  std::array<std::string_view, kKnownNames> known;
  std::size_t count = 0;
  for (const Scheme* one = main.schemes; one != nullptr && count < known.size(); one = one->next) {
    known[count++] = one->plan().name;
  }
  u_char presets[1024];
  u_char* end = presets;
  for (auto one = scheme::preset_after({}); !one.empty(); one = scheme::preset_after(one)) {
    ngx_str_t text = ngx_text(one);
    end = ngx_slprintf(end, presets + sizeof presets, "%s%V", end == presets ? "" : ", ", &text);
    if (count < known.size()) known[count++] = one;
  }
  ngx_str_t near = ngx_text(near_miss(view(name), std::span(known).first(count)));
  ngx_str_t list{static_cast<std::size_t>(end - presets), presets};
  ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                "\"webhook\" knows no scheme \"%V\"; %s%V%sthere are %V; one of your own goes into http as "
                "\"webhook_scheme %V { ... }\" in %V:%ui",
                &name, near.len == 0 ? "" : "did you mean \"", &near, near.len == 0 ? "" : "\"? ", &list, &name,
                &at.file, at.line);
}

}  // namespace

char* set_scheme(ngx_conf_t* cf, ngx_command_t*, void* main_conf) noexcept {
  auto& main = *static_cast<MainConf*>(main_conf);
  ngx_str_t name = conf_args(cf)[1];
  const SourceLine at{cf->conf_file->file.name, cf->conf_file->line};
  const std::string_view text = view(name);
  if (text.empty() || text.size() > kNameBytes || text.find_first_not_of(kNameCharacters) != std::string_view::npos) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"webhook_scheme\" cannot be named \"%V\"; expected 1 to %uz of a-z, 0-9, \"_\" and \"-\"",
                       &name, kNameBytes);
    return conf_failed();
  }
  if (declared(main, text) != nullptr) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_scheme\" \"%V\" is duplicate", &name);
    return conf_failed();
  }
  Scheme* scheme = make_scheme(cf, text, at);
  if (scheme == nullptr) return conf_failed();
  if (char* rv = parse_lines(cf, *scheme); rv != NGX_CONF_OK) return rv;
  if (const scheme::Fault fault = scheme->recipe.finish()) {
    ngx_str_t why = ngx_text(fault.text());
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "\"webhook_scheme\" \"%V\": %V in %V:%ui", &name, &why, &at.file, at.line);
    return conf_failed();
  }
  add_scheme(main, *scheme);
  return NGX_CONF_OK;
}

Scheme* find_scheme(ngx_conf_t* cf, MainConf& main, const ngx_str_t& name, const SourceLine& at) noexcept {
  if (Scheme* one = declared(main, view(name)); one != nullptr) return one;
  const auto lines = scheme::find_preset(view(name));
  if (!lines) {
    refuse_unknown(cf, main, name, at);
    return nullptr;
  }
  Scheme* scheme = make_scheme(cf, view(name), {});
  if (scheme == nullptr || !compile_preset(cf, *scheme, *lines)) return nullptr;
  add_scheme(main, *scheme);
  return scheme;
}

}  // namespace ringfence::edge
