// Titles and details as the provider documents them. Used by everything that refuses. Must not know: when to refuse.
#include "telnyx_sim/errors.h"

#include "shared/json.h"

namespace ringfence::sim {
namespace {

std::string pointer_to(std::string_view name) { return std::string("/").append(name); }
std::string quoted(std::string_view name) { return std::string("'").append(name).append("'"); }

}  // namespace

ApiError call_ended() {
  return {422, "90018", "Call has already ended", "This call is no longer active and can't receive commands.", ""};
}
ApiError invalid_control_id(std::string_view pointer) {
  return {422, "90015", "Invalid Call Control ID", "The call_control_id provided was not valid.", std::string(pointer)};
}
ApiError not_answered() {
  return {422, "90034", "Call not answered yet",
          "This call can't receive this command because it has not been answered yet.", ""};
}
ApiError no_audio_yet() {
  return {422, "90020", "Call recording triggered before audio started",
          "Call recording cannot be started until audio has commenced on the call.", ""};
}
ApiError answer_on_outbound() {
  return {422, "90102", "Unable to answer outbound call", "The answer command is only valid on incoming calls.", ""};
}
ApiError bad_client_state() {
  return {422, "90017", "Invalid value for client_state", "The client_state must be valid base64.", "/client_state"};
}
ApiError invalid_connection() {
  return {422, "10015", "Invalid value for connection_id (Call Control App ID)",
          "The requested connection_id (Call Control App ID) is either invalid or does not exist. Only Call Control "
          "Apps with valid webhook URL are accepted.",
          "/connection_id"};
}
ApiError missing_parameter(std::string_view name) {
  return {422, "10004", "Missing required parameter",
          "The " + quoted(name) + " parameter is required and cannot be blank.", pointer_to(name)};
}
ApiError bad_value(std::string_view name, std::string_view expected) {
  return {422, "10015", "Bad Request", "The " + quoted(name) + " parameter must be " + std::string(expected) + ".",
          pointer_to(name)};
}
ApiError bad_choice(std::string_view name, std::string_view choices) {
  return {422, "10032", "Invalid enumerated value", "The value must be one of: " + std::string(choices) + ".",
          pointer_to(name)};
}
ApiError not_e164(std::string_view name) {
  return {422, "10016", "Phone number must be in +E164 format",
          "The " + quoted(name) + " parameter must be in E164 format.", pointer_to(name)};
}
ApiError outside_range(std::string_view name, long long min, long long max) {
  // Two parameters have codes of their own.
  const std::string code = name == "timeout_secs" ? "90028" : name == "time_limit_secs" ? "90029" : "10033";
  return {422, code, "Value outside of range",
          "The value is outside of allowed range " + std::to_string(min) + " to " + std::to_string(max),
          pointer_to(name)};
}
ApiError not_found() {
  return {404, "10005", "Resource not found", "The requested resource or URL could not be found.", ""};
}
ApiError unauthenticated() {
  return {401, "10009", "Authentication failed", "Could not understand the provided credentials.", ""};
}
ApiError too_many_requests() {
  return {429, "10011", "Too many requests", "You have exceeded the maximum number of allowed requests.", ""};
}
ApiError unexpected(int status) { return {status, "10007", "Unexpected error", "An unexpected error occured.", ""}; }
ApiError malformed_json() {
  return {400, "10015", "Bad Request", "The request body is not a well-formed JSON object.", ""};
}

std::string error_body(const ApiError& error) {
  Json entry = json_object_new();
  set_text(entry.get(), "code", error.code);
  set_text(entry.get(), "title", error.title);
  set_text(entry.get(), "detail", error.detail);
  if (!error.pointer.empty()) {
    Json source = json_object_new();
    set_text(source.get(), "pointer", error.pointer);
    set_json(entry.get(), "source", std::move(source));
  }
  Json list = json_array_new();
  append_json(list.get(), std::move(entry));
  Json body = json_object_new();
  set_json(body.get(), "errors", std::move(list));
  return dump_json(body.get());
}

}  // namespace ringfence::sim
