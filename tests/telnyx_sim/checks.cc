// Checks of a request body against the field tables. Used by the command desk. Must not know: calls or HTTP.
#include "telnyx_sim/checks.h"

#include <algorithm>
#include <cctype>

#include "shared/base64.h"

namespace ringfence::sim {
namespace {

constexpr std::string_view kVerbNames[] = {"dial",
                                           "answer",
                                           "bridge",
                                           "hangup",
                                           "reject",
                                           "speak",
                                           "playback_start",
                                           "record_start",
                                           "record_stop",
                                           "transfer",
                                           "gather_using_speak",
                                           "client_state_update"};

std::string_view text_of(const json_t* value) {
  return json_is_string(value) ? std::string_view(json_string_value(value), json_string_length(value))
                               : std::string_view();
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

bool is_destination(const json_t* value) {
  const std::string_view to = text_of(value);
  return is_e164(to) || ((to.starts_with("sip:") || to.starts_with("sips:")) && to.find('@') != to.npos);
}

bool is_headers(const json_t* value) {
  if (!json_is_array(value)) return false;
  for (std::size_t i = 0; i < json_array_size(value); ++i) {
    const json_t* header = json_array_get(value, i);
    if (get_text(header, "name").empty() || !json_is_string(json_object_get(header, "value"))) return false;
  }
  return true;
}

bool is_choice(std::string_view value, std::string_view choices) {
  while (!choices.empty()) {
    const std::size_t end = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, end) == value) return true;
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return false;
}

bool is_name(std::string_view text) {
  constexpr std::size_t kCharacters = 128;
  return text.size() <= kCharacters && std::ranges::all_of(text, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view(" -_~!.+").contains(c);
         });
}

// What a value of this type should have been, or "" when it is one.
std::string_view type_fault(FieldType type, const json_t* value) {
  switch (type) {
    case FieldType::text:
    case FieldType::base64:
    case FieldType::name:
    case FieldType::e164:
    case FieldType::single_destination:
      return json_is_string(value) ? "" : "a string";
    case FieldType::uuid:
      return is_uuid(text_of(value)) ? "" : "a UUID";
    case FieldType::flag:
      return json_is_boolean(value) ? "" : "a boolean";
    case FieldType::integer:
      return json_is_integer(value) ? "" : "an integer";
    case FieldType::object:
      return json_is_object(value) ? "" : "an object";
    case FieldType::headers:
      return is_headers(value) ? "" : "a list of {name, value}";
    case FieldType::destination:
    case FieldType::text_or_list:
      return json_is_string(value) || (json_is_array(value) && json_array_size(value) > 0) ? "" : "a string or a list";
    case FieldType::text_or_integer:
      return json_is_string(value) || json_is_integer(value) ? "" : "a string or an integer";
    case FieldType::any:
      return "";
  }
  return "";
}

std::optional<ApiError> content_fault(const Field& field, const json_t* value) {
  if (field.type == FieldType::base64 && !decode_base64(text_of(value))) return bad_client_state();
  if (field.type == FieldType::name && !is_name(text_of(value)))
    return bad_value(field.name, "at most 128 letters, numbers, spaces and -_~!.+");
  if (field.type == FieldType::e164 && !is_e164(text_of(value))) return not_e164(field.name);
  if (field.type == FieldType::single_destination && !is_destination(value)) return not_e164(field.name);
  if (field.type == FieldType::destination) {
    const bool list = json_is_array(value);
    for (std::size_t i = 0; i < (list ? json_array_size(value) : 1); ++i)
      if (!is_destination(list ? json_array_get(value, i) : value)) return not_e164(field.name);
  }
  if (!field.choices.empty()) {
    const std::string given =
        json_is_integer(value) ? std::to_string(json_integer_value(value)) : std::string(text_of(value));
    if (!is_choice(given, field.choices)) return bad_choice(field.name, field.choices);
  }
  if (field.max != 0) {
    const long long size =
        json_is_integer(value) ? json_integer_value(value) : static_cast<long long>(text_of(value).size());
    if (size < field.min || size > field.max) return outside_range(field.name, field.min, field.max);
  }
  return std::nullopt;
}

}  // namespace

std::string_view verb_name(Verb verb) noexcept { return kVerbNames[static_cast<std::size_t>(verb)]; }

std::optional<Verb> verb_of(std::string_view name) noexcept {
  for (const Verb verb : kVerbs)
    if (verb_name(verb) == name) return verb;
  return std::nullopt;
}

bool is_e164(std::string_view number) noexcept {
  if (number.size() < 3 || number.size() > 16 || number[0] != '+' || number[1] == '0') return false;
  return std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<ApiError> check_request(Verb verb, const json_t* body) {
  if (!json_is_object(body)) return malformed_json();
  for (const Field& field : fields_of(verb)) {
    const json_t* value = json_object_get(body, field.name.data());
    const bool blank =
        value == nullptr || json_is_null(value) || (field.required && text_of(value).empty() && json_is_string(value));
    if (blank) {
      if (field.required) return missing_parameter(field.name);
      if (value == nullptr) continue;
    }
    if (const std::string_view expected = type_fault(field.type, value); !expected.empty())
      return bad_value(field.name, expected);
    if (auto fault = content_fault(field, value)) return fault;
  }
  return std::nullopt;
}

}  // namespace ringfence::sim
