// Commands to Telnyx's wire names; see request.h.
#include "adapters/telnyx/request.h"

#include "adapters/telnyx/display_name.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

// Absent and empty differ on the wire: Telnyx refuses an empty client_state or link_to.
void set_if(json_t* body, const char* key, std::string_view value) {
  if (!value.empty()) set_text(body, key, value);
}

// Telnyx refuses longer texts; a greeting cut short is better than a caller in silence.
std::string_view speakable(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (starts && ++characters > limits::kSpeakCharacters) return text.substr(0, i);
  }
  return text;
}

void set_limits(const Command& command, json_t* body) {
  if (command.timeout_secs > 0) set_int(body, "timeout_secs", command.timeout_secs);
  if (command.time_limit_secs > 0) set_int(body, "time_limit_secs", command.time_limit_secs);
}

void fill_dial(const Command& command, json_t* body) {
  set_text(body, "connection_id", command.connection_id);
  set_text(body, "to", command.to);
  set_text(body, "from", command.from);
  set_if(body, "from_display_name", display_name(command.display_name));
  set_if(body, "link_to", command.peer);
  set_limits(command, body);
  // Or the provider tries another route when the time is over, and the device rings on.
  set_bool(body, "retry_on_timeout", false);
  // Premium tells residence, business, silence and fax apart; its webhook comes after `call.answered`.
  if (command.detect_machine) set_text(body, "answering_machine_detection", "premium");
}

void fill_transfer(const Command& command, json_t* body) {
  set_text(body, "to", command.to);
  set_if(body, "from", command.from);
  set_if(body, "from_display_name", display_name(command.display_name));
  set_limits(command, body);
  // Goes into every webhook of the leg that the transfer makes; without it nobody could tell whose leg that is.
  set_if(body, "target_leg_client_state", command.target_client_state);
  if (command.headers.empty()) return;
  Json headers = json_array_new();
  for (const SipHeader& header : command.headers) {
    Json one = json_object_new();
    set_text(one.get(), "name", header.name);
    set_text(one.get(), "value", header.value);
    append_json(headers.get(), std::move(one));
  }
  set_json(body, "custom_headers", std::move(headers));
}

void fill_speech(const Command& command, std::string_view voice, json_t* body) {
  set_text(body, "payload", speakable(command.text));
  set_text(body, "voice", voice);
}

// Spoken twice at most: who lifts the phone slowly misses the first. Any other key makes it speak again.
void fill_gather(const Command& command, std::string_view voice, json_t* body) {
  constexpr int kTries = 2;
  constexpr int kMillis = 1000;
  fill_speech(command, voice, body);
  set_text(body, "valid_digits", "1");
  set_int(body, "minimum_digits", 1);
  set_int(body, "maximum_digits", 1);
  set_int(body, "maximum_tries", kTries);
  if (command.timeout_secs > 0) set_int(body, "timeout_millis", command.timeout_secs * kMillis / kTries);
}

void fill_bridge(const Command& command, json_t* body) {
  set_text(body, "call_control_id", command.peer);
  // The provider's own fence against a second winner; its default is false.
  set_bool(body, "prevent_double_bridge", true);
}

void fill_record_start(const Command& command, json_t* body) {
  set_text(body, "format", "wav");
  set_text(body, "channels", command.dual_channel ? "dual" : "single");
  set_bool(body, "play_beep", command.beep);
  if (command.dual_channel) set_text(body, "trim", "trim-silence");
  if (command.max_length_secs > 0) set_int(body, "max_length", command.max_length_secs);
}

// What each action has beyond client_state and command_id.
void fill_action(const Command& command, std::string_view voice, json_t* body) {
  switch (command.verb) {
    case Verb::bridge:
      return fill_bridge(command, body);
    case Verb::record_start:
      return fill_record_start(command, body);
    case Verb::speak:
      return fill_speech(command, voice, body);
    case Verb::gather:
      return fill_gather(command, voice, body);
    case Verb::transfer:
      return fill_transfer(command, body);
    case Verb::reject:
      return set_text(body, "cause", command.busy ? "USER_BUSY" : "CALL_REJECTED");
    case Verb::answer:
    case Verb::hangup:
    case Verb::dial:
    case Verb::audit:
    case Verb::notify:
      return;
  }
}

const char* action_of(Verb verb) {
  switch (verb) {
    case Verb::answer:
      return "answer";
    case Verb::bridge:
      return "bridge";
    case Verb::hangup:
      return "hangup";
    case Verb::speak:
      return "speak";
    case Verb::record_start:
      return "record_start";
    case Verb::transfer:
      return "transfer";
    case Verb::reject:
      return "reject";
    case Verb::gather:
      return "gather_using_speak";
    case Verb::dial:
    case Verb::audit:
    case Verb::notify:
      break;
  }
  return nullptr;
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Result<HttpRequest> build_request(const Command& command, std::string_view voice) {
  Json body = json_object_new();
  HttpRequest request{.method = HttpRequest::Method::post, .path = "/calls", .body = {}};
  if (command.verb == Verb::dial) {
    fill_dial(command, body.get());
  } else {
    const char* action = action_of(command.verb);
    if (action == nullptr) return fail(ErrorCode::invalid, "an audit or a notice is not one request");
    // Nothing, "." or "..": the last two would name another resource.
    if (command.call_control_id.find_first_not_of('.') == std::string::npos)
      return fail(ErrorCode::invalid, "the command names no call");
    request.path += "/" + percent_encoded(command.call_control_id) + "/actions/" + action;
    fill_action(command, voice, body.get());
  }
  set_if(body.get(), "client_state", command.client_state);
  set_if(body.get(), "command_id", command.id.text);
  request.body = dump_json(body.get());
  return request;
}

HttpRequest call_events_request(std::string_view call_session_id, int page) {
  return {.path = "/call_events?filter%5Bapplication_session_id%5D=" + percent_encoded(call_session_id) +
                  "&page%5Bsize%5D=" + std::to_string(limits::kAuditPageItems) +
                  "&page%5Bnumber%5D=" + std::to_string(page),
          .body = {}};
}

HttpRequest active_calls_request(std::string_view connection_id, std::string_view cursor) {
  std::string path = "/connections/" + percent_encoded(connection_id) +
                     "/active_calls?page%5Blimit%5D=" + std::to_string(limits::kAuditPageItems);
  if (!cursor.empty()) path += "&page%5Bafter%5D=" + percent_encoded(cursor);
  return {.path = std::move(path), .body = {}};
}

HttpRequest keep_warm_request() { return {.path = "/call_events?page%5Bsize%5D=1", .body = {}}; }

}  // namespace ringfence
