// See keys.h. Public keys are no secrets, but an error still never repeats what it could not read.
#include "nginx_module/conf/keys.h"

#include <algorithm>

namespace ringfence::edge {
namespace {

enum class Added : std::uint8_t { yes, bad, too_many };

Added add(KeyRing& ring, std::string_view base64, KeyFault& fault) noexcept {
  PublicKey key{};
  fault = parse_public_key(base64, key);
  if (fault != KeyFault::ok) return Added::bad;
  const auto end = ring.keys.begin() + static_cast<std::ptrdiff_t>(ring.count);
  // The same key twice (say inline and in the file) is trusted once, and verified against once.
  if (std::find(ring.keys.begin(), end, key) != end) return Added::yes;
  if (ring.count == ring.keys.size()) return Added::too_many;
  ring.keys[ring.count++] = key;
  return Added::yes;
}

std::string_view trimmed(std::string_view line) noexcept {
  constexpr std::string_view kBlank = " \t\r";
  line = line.substr(0, line.find('#'));
  const std::size_t begin = line.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlank) - begin + 1);
}

bool add_lines(ngx_conf_t* cf, KeyRing& ring, ngx_str_t& path, std::string_view text) {
  ngx_uint_t line_number = 0;
  bool any = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    if (line.empty()) continue;
    any = true;
    KeyFault fault = KeyFault::ok;
    switch (add(ring, line, fault)) {
      case Added::yes:
        break;
      case Added::bad: {
        ngx_str_t why = ngx_text(describe(fault));
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_key_file\" %V:%ui: %V", &path, line_number, &why);
        return false;
      }
      case Added::too_many:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_key_file\" %V:%ui: more than %uz keys", &path, line_number,
                           limits::kWebhookKeys);
        return false;
    }
  }
  if (!any) ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_key_file\" %V holds no key", &path);
  return any;
}

// One byte more than a key file may have, to see that it has too many.
using FileText = std::array<u_char, limits::kKeyFileBytes + 1>;

bool read_bounded(ngx_conf_t* cf, ngx_file_t& file, FileText& text, std::size_t& bytes) {
  ngx_file_info_t info;
  if (ngx_fd_info(file.fd, &info) == NGX_FILE_ERROR || !ngx_is_file(&info)) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_key_file\" %V is not a regular file", &file.name);
    return false;
  }
  const ssize_t got = ngx_read_file(&file, text.data(), text.size(), 0);
  if (got == NGX_ERROR) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "\"webhook_key_file\" %V could not be read", &file.name);
    return false;
  }
  bytes = static_cast<std::size_t>(got);
  if (bytes > limits::kKeyFileBytes) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_key_file\" %V is larger than %uz bytes", &file.name,
                       limits::kKeyFileBytes);
    return false;
  }
  return true;
}

}  // namespace

bool add_key(ngx_conf_t* cf, KeyRing& ring, std::string_view base64) {
  KeyFault fault = KeyFault::ok;
  switch (add(ring, base64, fault)) {
    case Added::yes:
      return true;
    case Added::too_many:
      ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_key\": more than %uz keys", limits::kWebhookKeys);
      return false;
    case Added::bad:
      break;
  }
  ngx_str_t why = ngx_text(describe(fault));
  ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_key\": %V", &why);
  return false;
}

bool add_key_file(ngx_conf_t* cf, KeyRing& ring, ngx_str_t path) {
  if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) return false;
  ngx_file_t file{};
  file.name = path;
  file.log = cf->log;
  // A FIFO named by mistake would otherwise keep the master waiting for a writer.
  file.fd = open(reinterpret_cast<const char*>(path.data), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file.fd == NGX_INVALID_FILE) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "\"webhook_key_file\" %V could not be opened", &path);
    return false;
  }
  FileText text;
  std::size_t bytes = 0;
  const bool readable = read_bounded(cf, file, text, bytes);
  ngx_close_file(file.fd);
  return readable && add_lines(cf, ring, path, {reinterpret_cast<const char*>(text.data()), bytes});
}

}  // namespace ringfence::edge
