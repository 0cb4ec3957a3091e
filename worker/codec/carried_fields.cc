// See carried_fields.h.
#include "codec/carried_fields.h"

#include <charconv>

namespace ringfence {
namespace {

json_t* place_in(json_t* array, std::string_view index) {
  std::size_t at = 0;
  const auto read = std::from_chars(index.data(), index.data() + index.size(), at);
  return read.ec == std::errc{} ? json_array_get(array, at) : nullptr;
}

}  // namespace

// As deep as the document that was read, which limits::kJsonDepth bounds.
void put_back(json_t* document, const json_t* carried) {
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(carried), key, value) {
    json_t* child = json_is_array(document) ? place_in(document, key) : json_object_get(document, key);
    if (child != nullptr && json_is_object(value)) {
      put_back(child, value);
    } else if (child == nullptr && json_is_object(document)) {
      (void)json_object_set(document, key, value);
    }
  }
}

}  // namespace ringfence
