// See request_target.h.
#include "engine/request_target.h"

#include <charconv>

namespace ringfence {
namespace {

constexpr std::size_t kParts = 8;

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || fault != std::errc{} || end != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

// Calls `take` with every piece between separators; false as soon as it says so.
template <class Take>
bool split(std::string_view text, char separator, Take take) {
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    if (!take(text.substr(0, end))) return false;
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return true;
}

}  // namespace

std::optional<RequestTarget> RequestTarget::parse(std::string_view target) {
  if (!target.starts_with('/')) return std::nullopt;
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(1, mark == std::string_view::npos ? mark : mark - 1);
  const std::string_view query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  RequestTarget parsed;
  const bool good_path = split(path, '/', [&](std::string_view piece) {
    auto segment = percent_decoded(piece);
    if (!segment || parsed.path_.size() == kParts) return false;
    parsed.path_.push_back(std::move(*segment));
    return true;
  });
  const bool good_query = split(query, '&', [&](std::string_view piece) {
    const std::size_t equals = piece.find('=');
    auto name = percent_decoded(piece.substr(0, equals));
    auto value = percent_decoded(equals == std::string_view::npos ? std::string_view{} : piece.substr(equals + 1));
    if (!name || !value || parsed.query_.size() == kParts) return false;
    parsed.query_.emplace_back(std::move(*name), std::move(*value));
    return true;
  });
  if (!good_path || !good_query) return std::nullopt;
  return parsed;
}

const std::string* RequestTarget::parameter(std::string_view name) const noexcept {
  for (const auto& [key, value] : query_) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<std::uint64_t> RequestTarget::number(std::string_view name, std::uint64_t fallback) const noexcept {
  const std::string* text = parameter(name);
  if (text == nullptr) return fallback;
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (fault != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace ringfence
