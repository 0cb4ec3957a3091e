// jansson behind bounds. Used by the worker, the tools and the tests; the edge never links this object.
// Must not know: what any document means.
#include "shared/json.h"

#include <cstdlib>

#include "shared/limits.h"

namespace ringfence {
namespace {

// jansson's own bound is 2048 and fixed at its build. Counts brackets outside strings before anything is allocated;
// text that is not JSON is left to jansson.
bool nests_too_deep(std::string_view text) noexcept {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limits::kJsonDepth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

std::string_view reason_of(const json_error_t& error) noexcept {
  switch (json_error_code(&error)) {
    case json_error_duplicate_key:
      return "a key occurs twice in one object";
    case json_error_premature_end_of_input:
      return "it ends too early";
    case json_error_end_of_input_expected:
      return "something follows the end of the value";
    case json_error_invalid_utf8:
      return "it is not valid UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
      return "a string contains the character NUL";
    case json_error_numeric_overflow:
      return "a number is out of range";
    case json_error_out_of_memory:
      return "there is no memory for it";
    default:
      return "its syntax is wrong";
  }
}

bool is_continuation(std::string_view text, std::size_t i) noexcept {
  return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
}

// Length of the valid UTF-8 sequence at `i`, 0 when there is none.
std::size_t utf8_length(std::string_view text, std::size_t i) noexcept {
  const auto first = static_cast<unsigned char>(text[i]);
  const unsigned char second = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !is_continuation(text, i + 1)) return 0;
  if (first < 0xe0) return 2;
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool outside = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  if (overlong || outside || !is_continuation(text, i + 2)) return 0;
  if (first < 0xf0) return 3;
  return is_continuation(text, i + 3) ? 4 : 0;
}

// NUL goes too: parse_json() would refuse to read it back.
std::string cleaned(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text[i] == '\0' ? 0 : utf8_length(text, i);
    if (length == 0) {
      clean += '?';
      ++i;
    } else {
      clean += text.substr(i, length);
      i += length;
    }
  }
  return clean;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  if (nests_too_deep(text)) return fail(ErrorCode::limit, "JSON is nested too deep");
  json_error_t error;
  Json json(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, &error));
  if (json) return json;
  // jansson's own text quotes the input; ours never does.
  return fail(ErrorCode::invalid, "JSON is malformed at line " + std::to_string(error.line) + " column " +
                                      std::to_string(error.column) + ": " + std::string(reason_of(error)));
}

std::string dump_json(const json_t* json) {
  if (json == nullptr) return {};
  const std::unique_ptr<char, decltype(&std::free)> text(json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY), &std::free);
  return text ? std::string(text.get()) : std::string();
}

const json_t* get_object(const json_t* object, const char* key) noexcept {
  const json_t* child = json_object_get(object, key);
  return json_is_object(child) ? child : nullptr;
}

const json_t* get_array(const json_t* object, const char* key) noexcept {
  const json_t* child = json_object_get(object, key);
  return json_is_array(child) ? child : nullptr;
}

std::string_view get_text(const json_t* object, const char* key) noexcept {
  const json_t* child = json_object_get(object, key);
  if (!json_is_string(child)) return {};
  return {json_string_value(child), json_string_length(child)};
}

std::int64_t get_int(const json_t* object, const char* key, std::int64_t fallback) noexcept {
  const json_t* child = json_object_get(object, key);
  return json_is_integer(child) ? json_integer_value(child) : fallback;
}

bool get_bool(const json_t* object, const char* key, bool fallback) noexcept {
  const json_t* child = json_object_get(object, key);
  return json_is_boolean(child) ? json_is_true(child) : fallback;
}

void set_text(json_t* object, const char* key, std::string_view value) {
  if (json_t* text = value.contains('\0') ? nullptr : json_stringn(value.data(), value.size())) {
    json_object_set_new(object, key, text);
    return;
  }
  const std::string clean = cleaned(value);
  json_object_set_new(object, key, json_stringn(clean.data(), clean.size()));
}

void set_bool(json_t* object, const char* key, bool value) { json_object_set_new(object, key, json_boolean(value)); }

void set_json(json_t* object, const char* key, Json value) { json_object_set_new(object, key, value.release()); }

void append_json(json_t* array, Json value) { json_array_append_new(array, value.release()); }

}  // namespace ringfence
