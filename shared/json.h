// RAII and typed, bounded access over jansson. Used by the worker and the tests; the edge never links it.
// Must not know: what any document means.
#pragma once

#include <jansson.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "shared/result.h"

namespace ringfence {

struct JsonDelete {
  void operator()(json_t* json) const noexcept { json_decref(json); }
};
using Json = std::unique_ptr<json_t, JsonDelete>;

// Strict: one value, duplicate keys rejected, depth bounded by limits::kJsonDepth, no trailing bytes.
[[nodiscard]] Result<Json> parse_json(std::string_view text);
[[nodiscard]] std::string dump_json(const json_t* json);  // compact

// Borrowed children; nullptr when absent, null or of another type.
[[nodiscard]] const json_t* get_object(const json_t* object, const char* key) noexcept;
[[nodiscard]] const json_t* get_array(const json_t* object, const char* key) noexcept;
// "" when absent, null or not a string. Borrowed.
[[nodiscard]] std::string_view get_text(const json_t* object, const char* key) noexcept;
[[nodiscard]] std::int64_t get_int(const json_t* object, const char* key, std::int64_t fallback = 0) noexcept;
[[nodiscard]] bool get_bool(const json_t* object, const char* key, bool fallback = false) noexcept;

// Setters take no reference to the value's storage; invalid UTF-8 is replaced by '?', never refused.
void set_text(json_t* object, const char* key, std::string_view value);
// JSON's whole numbers are signed, as Jansson has them; a count beyond 2^63 would wrap, and nothing counts so far.
void set_int(json_t* object, const char* key, std::integral auto value) {
  json_object_set_new(object, key, json_integer(static_cast<json_int_t>(value)));
}
void set_bool(json_t* object, const char* key, bool value);
void set_json(json_t* object, const char* key, Json value);
void append_json(json_t* array, Json value);
[[nodiscard]] inline Json json_object_new() { return Json(json_object()); }
[[nodiscard]] inline Json json_array_new() { return Json(json_array()); }

}  // namespace ringfence
