// The provider's error answers: status, code, title, detail and pointer, and their JSON form.
// Used by the checks, the state machine and the HTTP side. Must not know: when an error applies.
#pragma once

#include <string>
#include <string_view>

namespace ringfence::sim {

struct ApiError {
  int status = 422;
  std::string code, title, detail, pointer;
};

[[nodiscard]] ApiError call_ended();
[[nodiscard]] ApiError invalid_control_id(std::string_view pointer);
[[nodiscard]] ApiError not_answered();
[[nodiscard]] ApiError no_audio_yet();
[[nodiscard]] ApiError answer_on_outbound();
[[nodiscard]] ApiError bad_client_state();
[[nodiscard]] ApiError invalid_connection();
[[nodiscard]] ApiError missing_parameter(std::string_view name);
[[nodiscard]] ApiError bad_value(std::string_view name, std::string_view expected);
[[nodiscard]] ApiError bad_choice(std::string_view name, std::string_view choices);
[[nodiscard]] ApiError not_e164(std::string_view name);
[[nodiscard]] ApiError outside_range(std::string_view name, long long min, long long max);
[[nodiscard]] ApiError not_found();
[[nodiscard]] ApiError unauthenticated();
[[nodiscard]] ApiError too_many_requests();
[[nodiscard]] ApiError unexpected(int status);
[[nodiscard]] ApiError malformed_json();

// {"errors":[{...}]}
[[nodiscard]] std::string error_body(const ApiError& error);

}  // namespace ringfence::sim
