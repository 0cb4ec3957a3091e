// Fields of a stored document that no list of ours names. A newer ringd wrote them; an older one, which rewrites the
// document with each event, hands them back as they were, in their places. Used by session_json.cc, and only for such
// documents: it builds trees, which the usual way of a document avoids. Must not know: what a session is.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "shared/json.h"

namespace ringfence {

// Walks a list of fields over the object they were read from and keeps what the list does not name, as an object of
// the same shape: {"new":1,"parent":{"new":2},"legs":{"3":{"new":3}}}.
class UnknownFields {
 public:
  explicit UnknownFields(const json_t* object) : rest_(json_copy(const_cast<json_t*>(object))) {}
  template <class Value>
  requires(!std::is_class_v<Value>) void operator()(const char* key, Value) { leave_out(key); }
  void operator()(const char* key, std::string&) { leave_out(key); }
  template <class Part>
  requires std::is_class_v<Part>
  void operator()(const char* key, Part& part) { keep(key, of(json_object_get(rest_.get(), key), part)); }
  template <class Part>
  void operator()(const char* key, std::vector<Part>& parts) {
    Json places = json_object_new();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Json left = of(json_array_get(json_object_get(rest_.get(), key), i), parts[i]);
      if (json_object_size(left.get()) != 0) set_json(places.get(), std::to_string(i).c_str(), std::move(left));
    }
    keep(key, std::move(places));
  }
  void leave_out(const char* key) { (void)json_object_del(rest_.get(), key); }
  [[nodiscard]] Json take() { return std::move(rest_); }

 private:
  template <class Part>
  static Json of(const json_t* object, Part& part) {
    if (!json_is_object(object)) return json_object_new();
    UnknownFields unknown(object);
    fields(unknown, part);
    return unknown.take();
  }
  void keep(const char* key, Json left) {
    leave_out(key);
    if (json_object_size(left.get()) != 0) set_json(rest_.get(), key, std::move(left));
  }
  Json rest_;
};

// Puts what UnknownFields kept back into a document of the same shape. What the document has itself stays, and a place
// that is gone takes its fields with it.
void put_back(json_t* document, const json_t* carried);

}  // namespace ringfence
