// See form.h. The details are those of the providers' own libraries: twilio 6.2.0, plivo 4.79.0, HubSpot's documents.
#include "scheme/form.h"

#include <algorithm>

#include "shared/hex.h"

namespace ringfence::scheme {
namespace {

// The byte of the escape that `text` begins with; -1: it is none.
int escaped_byte(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_digit(text[1]);
  const int low = hex_digit(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// False: a broken escape. The decoded text is never longer.
bool decode(std::string_view text, ByteSpan scratch, std::size_t& used) noexcept {
  while (!text.empty()) {
    int byte = text[0] == '+' ? ' ' : static_cast<unsigned char>(text[0]);
    std::size_t taken = 1;
    if (text[0] == '%') {
      byte = escaped_byte(text);
      taken = 3;
      if (byte < 0) return false;
    }
    scratch[used++] = static_cast<std::uint8_t>(byte);
    text.remove_prefix(taken);
  }
  return true;
}

// Cuts the text up to the separator off and returns it.
std::string_view cut(std::string_view& text, char separator) noexcept {
  const std::size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

}  // namespace

std::string_view FormFields::name(const Field& field) const noexcept {
  return text_.substr(field.at, field.name_bytes);
}

std::string_view FormFields::value(const Field& field) const noexcept {
  return text_.substr(field.at + field.name_bytes, field.value_bytes);
}

std::string_view FormFields::joined(const Field& field) const noexcept {
  return text_.substr(field.at, field.name_bytes + field.value_bytes);
}

bool FormFields::parse(std::string_view text, ByteSpan scratch) noexcept {
  count_ = 0;
  if (scratch.size() < text.size() || text.size() > UINT32_MAX) return false;
  std::size_t used = 0;
  while (!text.empty()) {
    std::string_view value = cut(text, '&');
    if (value.empty()) continue;
    if (count_ == fields_.size()) return false;
    Field& field = fields_[count_++];
    field.at = static_cast<std::uint32_t>(used);
    if (!decode(cut(value, '='), scratch, used)) return false;
    field.name_bytes = static_cast<std::uint32_t>(used - field.at);
    if (!decode(value, scratch, used)) return false;
    field.value_bytes = static_cast<std::uint32_t>(used - field.at - field.name_bytes);
  }
  text_ = as_text(scratch.first(used));
  return true;
}

void FormFields::sort() noexcept {
  std::sort(fields_.begin(), fields_.begin() + static_cast<std::ptrdiff_t>(count_),
            [this](const Field& a, const Field& b) {
              const int order = name(a).compare(name(b));
              return order != 0 ? order < 0 : value(a) < value(b);
            });
}

std::string_view FormFields::find_once(std::string_view wanted) const noexcept {
  const Field* found = nullptr;
  for (const Field& field : std::span(fields_).first(count_)) {
    if (name(field) != wanted) continue;
    if (found != nullptr) return {};
    found = &field;
  }
  return found != nullptr ? value(*found) : std::string_view{};
}

void FormFields::append_twilio(ByteWriter& out) const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    const Field& field = fields_[i];
    const bool repeated = i != 0 && name(fields_[i - 1]) == name(field) && value(fields_[i - 1]) == value(field);
    if (!repeated) out.put(as_bytes(joined(field)));
  }
}

void FormFields::append_plivo(ByteWriter& out) const noexcept {
  for (const Field& field : std::span(fields_).first(count_)) out.put(as_bytes(joined(field)));
}

void FormFields::append_plivo_query(ByteWriter& out) const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (i != 0) out.u8('&');
    out.put(as_bytes(name(fields_[i])));
    out.u8('=');
    out.put(as_bytes(value(fields_[i])));
  }
}

std::string_view query_of(std::string_view url) noexcept {
  url = url.substr(0, url.find('#'));
  const std::size_t at = url.find('?');
  return at == std::string_view::npos ? std::string_view{} : url.substr(at + 1);
}

std::string_view query_argument(std::string_view url, std::string_view name) noexcept {
  std::string_view query = query_of(url);
  std::string_view found;
  bool seen = false;
  while (!query.empty()) {
    std::string_view value = cut(query, '&');
    if (cut(value, '=') != name) continue;
    if (seen) return {};
    seen = true;
    found = value;
  }
  return found;
}

bool append_url_sorted(std::string_view url, ByteSpan scratch, ByteWriter& out) noexcept {
  out.put(as_bytes(url.substr(0, url.find_first_of("?#"))));
  FormFields fields;
  if (!fields.parse(query_of(url), scratch)) return false;
  if (fields.empty()) return true;
  fields.sort();
  out.u8('?');
  fields.append_plivo_query(out);
  return true;
}

void append_url_decoded(std::string_view url, ByteWriter& out) noexcept {
  constexpr std::string_view kDecoded = ":/?@!$'()*,;";
  while (!url.empty()) {
    const int byte = escaped_byte(url);
    const bool known = byte > 0 && kDecoded.find(static_cast<char>(byte)) != std::string_view::npos;
    out.u8(known ? static_cast<std::uint8_t>(byte) : static_cast<std::uint8_t>(url[0]));
    url.remove_prefix(known ? 3 : 1);
  }
}

}  // namespace ringfence::scheme
