// See keys.h. An error names the file, the line and what was expected; it never repeats what it could not read.
#include "nginx_module/conf/keys.h"

#include <sodium.h>

#include <algorithm>

namespace ringfence::edge {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

KeyText* append(ngx_conf_t* cf, KeyStore& store, KeyTexts*& texts) noexcept {
  if (texts == nullptr) {
    texts = pool_new<KeyTexts>(cf->pool);
    if (texts == nullptr) return nullptr;
    texts->older = store.texts;
    store.texts = texts;
  }
  auto* text = pool_new<KeyText>(cf->pool);
  if (text == nullptr) return nullptr;
  text->conf = cf->conf_file->file.name;
  text->line = cf->conf_file->line;
  (texts->first == nullptr ? texts->first : texts->last->next) = text;
  texts->last = text;
  return text;
}

// Takes the next line off the front of `text`.
std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool holds_key(std::string_view text) noexcept {
  while (!text.empty()) {
    if (!scheme::split_key_line(take_line(text)).key.empty()) return true;
  }
  return false;
}

bool check_file_text(ngx_conf_t* cf, const ngx_str_t& path, std::string_view text) noexcept {
  const char* fault = nullptr;
  if (text.starts_with(kByteOrderMark)) {
    fault = "begins with a UTF-8 byte order mark; save it as plain text without one";
  } else if (text.find('\0') != std::string_view::npos) {
    fault = "is no plain text: it holds a zero byte; expected one key a line";
  } else if (!holds_key(text)) {
    fault = "holds no key; expected one a line, lines that begin with # are comments";
  }
  if (fault != nullptr) ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"webhook_key_file\" %V %s", &path, fault);
  return fault == nullptr;
}

// One byte more than a key file may have, to see that it has too many.
using FileText = std::array<u_char, limits::kKeyFileBytes + 1>;

bool read_bounded(ngx_conf_t* cf, ngx_file_t& file, FileText& text, std::size_t& bytes) noexcept {
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

// Where a key stood, for messages: `"webhook_key_file" /path:4` or `"webhook_key"`.
class Place {
 public:
  Place(const KeyText& text, ngx_uint_t line) noexcept {
    auto* end = text.file.len == 0
                    ? ngx_slprintf(out_, out_ + sizeof out_, "\"webhook_key\"")
                    : ngx_slprintf(out_, out_ + sizeof out_, "\"webhook_key_file\" %V:%ui", &text.file, line);
    text_ = {static_cast<std::size_t>(end - out_), out_};
  }
  [[nodiscard]] const ngx_str_t* text() const noexcept { return &text_; }

 private:
  u_char out_[1024];
  ngx_str_t text_;
};

// The label is kept for as long as the configuration lives, the text it stood in is not.
std::string_view kept_label(ngx_pool_t* pool, std::string_view label) noexcept {
  auto* kept = label.empty() ? nullptr : pool_bytes(pool, label.size());
  if (kept == nullptr) return {};
  ngx_memcpy(kept, label.data(), label.size());
  return {reinterpret_cast<const char*>(kept), label.size()};
}

// Parses into a place of the ring, so that no copy of a secret stays behind elsewhere. The key in the ring, or nullptr
// after having logged why.
const scheme::Key* add(ngx_conf_t* cf, KeyRing& ring, const KeyText& from, ngx_uint_t line,
                       const scheme::KeyLine& written) noexcept {
  scheme::Key spare;  // for a key too many, which may still be one that is there
  scheme::Key& key = ring.count < ring.keys.size() ? ring.keys[ring.count] : spare;
  if (const scheme::Fault fault = scheme::parse_key(*ring.plan, written.key, key)) {
    ngx_str_t why = ngx_text(fault.text());
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%V: %V in %V:%ui", Place(from, line).text(), &why, &from.conf, from.line);
    return nullptr;
  }
  const auto end = ring.keys.begin() + static_cast<std::ptrdiff_t>(ring.count);
  const auto same = std::find_if(ring.keys.begin(), end, [&](const scheme::Key& one) { return same_key(one, key); });
  if (same != end) {
    // The same key twice (say inline and in a file) is trusted once, and verified against once.
    scheme::wipe(key);
    if (same->label.empty()) same->label = kept_label(cf->pool, written.label);
    return &*same;
  }
  if (&key == &spare) {
    scheme::wipe(key);
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%V: more than %uz keys in %V:%ui", Place(from, line).text(),
                  limits::kWebhookKeys, &from.conf, from.line);
    return nullptr;
  }
  key.label = kept_label(cf->pool, written.label);
  return &ring.keys[ring.count++];
}

bool add_inline(ngx_conf_t* cf, KeyRing& ring, const KeyText& from) noexcept {
  const scheme::Key* key = add(cf, ring, from, 0, {view(from.text), {}});
  if (key == nullptr) return false;
  if (!scheme::is_secret(ring.plan->methods[key->method])) return true;
  ngx_str_t name = ngx_text(ring.plan->name);
  ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                "\"webhook_key\" holds a secret of scheme \"%V\", which \"nginx -T\" prints and every reader of this "
                "file sees; a \"webhook_key_file\" of mode 0600 keeps it in %V:%ui",
                &name, &from.conf, from.line);
  return true;
}

bool add_lines(ngx_conf_t* cf, KeyRing& ring, const KeyText& from) noexcept {
  std::string_view rest = view(from.text);
  for (ngx_uint_t line = 1; !rest.empty(); ++line) {
    const scheme::KeyLine written = scheme::split_key_line(take_line(rest));
    if (!written.key.empty() && add(cf, ring, from, line, written) == nullptr) return false;
  }
  return true;
}

std::ptrdiff_t count_secrets(const KeyRing& ring) noexcept {
  return std::ranges::count_if(
      ring.all(), [&ring](const scheme::Key& key) { return scheme::is_secret(ring.plan->methods[key.method]); });
}

}  // namespace

bool add_key_text(ngx_conf_t* cf, KeyStore& store, KeyTexts*& texts, ngx_str_t key) noexcept {
  KeyText* text = append(cf, store, texts);
  if (text != nullptr) text->text = key;
  return text != nullptr;
}

bool add_key_file(ngx_conf_t* cf, KeyStore& store, KeyTexts*& texts, ngx_str_t path) noexcept {
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
  FileText bytes;
  std::size_t count = 0;
  bool usable = read_bounded(cf, file, bytes, count);
  ngx_close_file(file.fd);
  usable = usable && check_file_text(cf, path, {reinterpret_cast<const char*>(bytes.data()), count});
  KeyText* text = usable ? append(cf, store, texts) : nullptr;
  u_char* kept = text != nullptr ? pool_bytes(cf->pool, count) : nullptr;
  if (kept != nullptr) {
    ngx_memcpy(kept, bytes.data(), count);
    text->text = {count, kept};
    text->file = path;
  }
  sodium_memzero(bytes.data(), bytes.size());
  return kept != nullptr;
}

KeyRing* parse_keys(ngx_conf_t* cf, KeyStore& store, const KeyTexts& texts, const scheme::Plan& plan) noexcept {
  for (KeyRing* ring = store.rings; ring != nullptr; ring = ring->older) {
    if (ring->texts == &texts && ring->plan == &plan) return ring;
  }
  auto* ring = pool_new<KeyRing>(cf->pool);
  if (ring == nullptr) return nullptr;
  ring->texts = &texts;
  ring->plan = &plan;
  ring->older = store.rings;
  store.rings = ring;  // before the first key, so that it is wiped also when a later one is refused
  for (const KeyText* text = texts.first; text != nullptr; text = text->next) {
    const bool added = text->file.len == 0 ? add_inline(cf, *ring, *text) : add_lines(cf, *ring, *text);
    if (!added) return nullptr;
  }
  return ring;
}

const scheme::Plan* find_other_kind(const KeyStore& store, const KeyRing& ring) noexcept {
  for (const KeyRing* other = store.rings; other != nullptr; other = other->older) {
    if (other->texts == ring.texts && count_secrets(*other) != count_secrets(ring)) return other->plan;
  }
  return nullptr;
}

void wipe_texts(KeyStore& store) noexcept {
  for (KeyTexts* texts = store.texts; texts != nullptr; texts = texts->older) {
    for (KeyText* text = texts->first; text != nullptr; text = text->next) {
      sodium_memzero(text->text.data, text->text.len);
    }
  }
}

void wipe_all(void* store) noexcept {
  auto& all = *static_cast<KeyStore*>(store);
  wipe_texts(all);
  for (KeyRing* ring = all.rings; ring != nullptr; ring = ring->older) {
    for (std::size_t i = 0; i < ring->count; ++i) scheme::wipe(ring->keys[i]);
  }
}

}  // namespace ringfence::edge
