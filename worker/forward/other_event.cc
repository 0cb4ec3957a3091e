// See other_event.h.
#include "forward/other_event.h"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kMessage = "message";

// A message's states, in the order in which it comes to them. Where it ended may still be corrected, by time.
constexpr std::array<std::pair<std::string_view, int>, 9> kStages{{
    {"queued", 1},
    {"sending", 2},
    {"sent", 3},
    {"expired", 4},
    {"sending_failed", 4},
    {"delivery_failed", 4},
    {"delivery_unconfirmed", 4},
    {"delivered", 4},
    {"read", 5},
}};

int stage_of(std::string_view status) {
  const auto known = std::ranges::find(kStages, status, &std::pair<std::string_view, int>::first);
  return known == kStages.end() ? 0 : known->second;
}

// A message to several has come as far as the slowest of those of whom it is known.
int stage_of(const json_t* payload) {
  const json_t* to = get_array(payload, "to");
  int least = 0;
  for (std::size_t i = 0; i < json_array_size(to); ++i) {
    const int stage = stage_of(get_text(json_array_get(to, i), "status"));
    if (stage != 0) least = least == 0 ? stage : std::min(least, stage);
  }
  return least;
}

}  // namespace

std::string_view family_of(std::string_view type) noexcept { return type.substr(0, type.find('.')); }

OtherEvent read_other(const Event& event, ByteView body, Millis now_ms) {
  OtherEvent other{.id = event.id.text, .subject = "event/" + event.id.text, .bytes = body.size()};
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  if (fact == nullptr) return other;
  other.type = fact->type_name;
  other.dated = fact->occurred_ms != 0;
  other.at_ms = other.dated ? fact->occurred_ms : now_ms;
  const Result<Json> root = parse_json(as_text(body));
  if (!root) return other;
  const json_t* data = get_object(root->get(), "data");
  const json_t* payload = get_object(data, "payload");
  const std::string_view message = get_text(payload, "id");
  if (family_of(other.type) == kMessage && !message.empty()) {
    other.subject = "message/" + std::string(message);
    other.stage = stage_of(payload);
  }
  if (data != nullptr && body.size() <= limits::kForwardBytes) other.data = dump_json(data);
  return other;
}

}  // namespace ringfence
