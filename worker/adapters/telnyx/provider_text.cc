// See provider_text.h.
#include "adapters/telnyx/provider_text.h"

#include "shared/limits.h"

namespace ringfence {
namespace {

std::string code_of(const json_t* error) {
  const json_t* code = json_object_get(error, "code");
  if (json_is_integer(code)) return std::to_string(json_integer_value(code));
  const std::string_view text = get_text(error, "code");
  // Codes are short numbers; anything else is not a code we could compare with.
  return text.size() <= 16 ? safe_detail(text) : std::string();
}

}  // namespace

// Ids are opaque, but nothing longer than a field travels on into the session document.
std::string id_text(const json_t* object, const char* key) {
  const std::string_view text = get_text(object, key);
  return text.size() <= limits::kFieldBytes ? std::string(text) : std::string();
}

// Documented: {"errors":[{code,title,detail}]}. Also seen: {"errors":{"status":"a sentence"}}.
ProviderError read_error(const json_t* root) {
  const json_t* errors = json_object_get(root, "errors");
  ProviderError error;
  if (const json_t* first = json_array_get(errors, 0); json_is_object(first)) {
    error.code = code_of(first);
    std::string text(get_text(first, "title"));
    const std::string_view detail = get_text(first, "detail");
    if (!detail.empty() && detail != text) text.append(text.empty() ? "" : ": ").append(detail);
    error.detail = safe_detail(text);
    return error;
  }
  if (!json_is_object(errors)) return error;
  error.code = code_of(errors);
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(errors), key, value) {
    if (!json_is_string(value) || std::string_view(key) == "code") continue;
    error.detail = safe_detail({json_string_value(value), json_string_length(value)});
    return error;
  }
  return error;
}

std::string safe_detail(std::string_view text) {
  text = text.substr(0, limits::kDetailBytes);
  std::string out;
  std::size_t digits = 0;
  const auto mask_run = [&] {
    // From 7 digits on it may be a phone number; error codes and durations are shorter.
    if (digits >= 7) out.replace(out.size() - digits, digits - 2, "...");
    digits = 0;
  };
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) mask_run();
    out += c >= 0x20 && c < 0x7f ? c : '?';
    if (digit) ++digits;
  }
  mask_run();
  return out;
}

}  // namespace ringfence
