// Commands to Telnyx's wire names; see request.h.
#include "adapters/telnyx/request.h"

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

void fill_dial(const Command& command, json_t* body) {
  set_text(body, "connection_id", command.connection_id);
  set_text(body, "to", command.to);
  set_text(body, "from", command.from);
  set_if(body, "from_display_name", command.display_name);
  set_if(body, "link_to", command.peer);
  if (command.timeout_secs > 0) set_int(body, "timeout_secs", command.timeout_secs);
  if (command.time_limit_secs > 0) set_int(body, "time_limit_secs", command.time_limit_secs);
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
  HttpRequest request{.post = true, .path = "/calls", .body = {}};
  if (command.verb == Verb::dial) {
    fill_dial(command, body.get());
  } else {
    const char* action = action_of(command.verb);
    if (action == nullptr) return fail(ErrorCode::invalid, "an audit is not one request");
    // Nothing, "." or "..": the last two would name another resource.
    if (command.call_control_id.find_first_not_of('.') == std::string::npos)
      return fail(ErrorCode::invalid, "the command names no call");
    request.path += "/" + percent_encoded(command.call_control_id) + "/actions/" + action;
    if (command.verb == Verb::bridge) fill_bridge(command, body.get());
    if (command.verb == Verb::record_start) fill_record_start(command, body.get());
    if (command.verb == Verb::speak) {
      set_text(body.get(), "payload", speakable(command.text));
      set_text(body.get(), "voice", voice);
    }
  }
  set_if(body.get(), "client_state", command.client_state);
  set_if(body.get(), "command_id", command.id.text);
  request.body = dump_json(body.get());
  return request;
}

HttpRequest call_events_request(std::string_view call_session_id, int page) {
  return {.post = false,
          .path = "/call_events?filter%5Bapplication_session_id%5D=" + percent_encoded(call_session_id) +
                  "&page%5Bsize%5D=" + std::to_string(limits::kAuditPageItems) +
                  "&page%5Bnumber%5D=" + std::to_string(page),
          .body = {}};
}

HttpRequest active_calls_request(std::string_view connection_id, std::string_view cursor) {
  std::string path = "/connections/" + percent_encoded(connection_id) +
                     "/active_calls?page%5Blimit%5D=" + std::to_string(limits::kAuditPageItems);
  if (!cursor.empty()) path += "&page%5Bafter%5D=" + percent_encoded(cursor);
  return {.post = false, .path = std::move(path), .body = {}};
}

HttpRequest keep_warm_request() { return {.post = false, .path = "/call_events?page%5Bsize%5D=1", .body = {}}; }

}  // namespace ringfence
