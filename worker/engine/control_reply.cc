// See control_reply.h.
#include "engine/control_reply.h"

#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

// What the frame around a reply's body may take of limits::kReplyBytes.
constexpr std::size_t kReplyMargin = 1024;

}  // namespace

ControlReply sentence(std::uint16_t status, std::string_view text) {
  Json body = json_object_new();
  set_text(body.get(), "error", text);
  return {.status = status, .body = dump_json(body.get())};
}

ControlReply answer(const Json& body) {
  std::string text = dump_json(body.get());
  if (text.size() > limits::kReplyBytes - kReplyMargin) {
    return sentence(413, "the answer is larger than a reply may be; ask with a smaller limit");
  }
  return {.status = 200, .body = std::move(text)};
}

ControlReply failed(const Error& error) {
  return sentence(error.code == ErrorCode::invalid || error.code == ErrorCode::limit ? 422 : 503, error.text);
}

ControlReply no_such_call() {
  return sentence(404, "no such call; `ringctl calls` lists those that are kept (ended ones for ring.tombstone)");
}

ControlReply unreadable_call(const Error& error) {
  return sentence(500, "the stored call cannot be read: " + error.text);
}

void append_line(json_t* lines, const std::string& line, bool whole) {
  if (Result<Json> parsed = parse_json(line)) {
    if (!whole) json_object_del(parsed->get(), "e");
    append_json(lines, std::move(*parsed));
    return;
  }
  Json broken = json_object_new();
  set_text(broken.get(), "event", "unreadable");
  set_text(broken.get(), "detail", "a line that could not be read");
  append_json(lines, std::move(broken));
}

}  // namespace ringfence
