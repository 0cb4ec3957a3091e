// What a request to the call control API must look like: required fields, types, choices and bounds.
// Used by the command desk. Must not know: calls, state, HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "shared/json.h"
#include "telnyx_sim/errors.h"

namespace ringfence::sim {

enum class Verb : std::uint8_t {
  dial,
  answer,
  bridge,
  hangup,
  reject,
  speak,
  playback_start,
  record_start,
  record_stop,
  transfer,
  gather_using_speak,
  client_state_update,
};
inline constexpr Verb kVerbs[] = {Verb::dial,
                                  Verb::answer,
                                  Verb::bridge,
                                  Verb::hangup,
                                  Verb::reject,
                                  Verb::speak,
                                  Verb::playback_start,
                                  Verb::record_start,
                                  Verb::record_stop,
                                  Verb::transfer,
                                  Verb::gather_using_speak,
                                  Verb::client_state_update};
[[nodiscard]] std::string_view verb_name(Verb verb) noexcept;
[[nodiscard]] std::optional<Verb> verb_of(std::string_view name) noexcept;

enum class FieldType : std::uint8_t {
  text,
  flag,
  integer,
  object,
  headers,  // [{"name","value"}]
  text_or_list,
  text_or_integer,
  uuid,
  base64,
  name,  // what phones display
  e164,
  destination,         // +E164 or sip: URI, or a list of them
  single_destination,  // +E164 or sip: URI
  any,
};

struct Field {
  std::string_view name;
  FieldType type = FieldType::text;
  bool required = false;
  std::string_view choices{};  // separated by '|'; empty = free
  long long min = 0, max = 0;  // of an integer, or the length of a text; max 0 = no bound
};

[[nodiscard]] std::span<const Field> fields_of(Verb verb) noexcept;

// nullopt: the body keeps the contract. Unknown fields are allowed, as the provider allows them.
[[nodiscard]] std::optional<ApiError> check_request(Verb verb, const json_t* body);

[[nodiscard]] bool is_e164(std::string_view number) noexcept;

}  // namespace ringfence::sim
