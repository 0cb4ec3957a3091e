// Bodies to outcomes; see response.h.
#include "adapters/telnyx/response.h"

#include <utility>

#include "adapters/telnyx/provider_text.h"
#include "shared/json.h"

namespace ringfence {

CommandOutcome parse_response(Verb verb, OutcomeClass outcome, int http_status, std::string_view body) {
  CommandOutcome result;
  result.outcome = outcome;
  result.http_status = http_status;
  const Result<Json> json = parse_json(body);
  const json_t* root = json ? json->get() : nullptr;
  if (outcome != OutcomeClass::ok) {
    ProviderError error = read_error(root);
    result.error_code = std::move(error.code);
    result.detail = std::move(error.detail);
    if (result.detail.empty()) result.detail = "HTTP " + std::to_string(http_status);
    return result;
  }
  const json_t* data = get_object(root, "data");
  result.call_control_id = id_text(data, "call_control_id");
  result.call_leg_id = id_text(data, "call_leg_id");
  result.call_session_id = id_text(data, "call_session_id");
  result.recording_id = id_text(data, "recording_id");
  if (verb == Verb::dial && (result.call_control_id.empty() || result.call_leg_id.empty())) {
    result.outcome = OutcomeClass::unknown;
    result.detail = "the provider accepted the dial but its answer does not name the call";
  }
  return result;
}

}  // namespace ringfence
