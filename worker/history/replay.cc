// See replay.h.
#include "history/replay.h"

#include <utility>

#include "codec/event_json.h"
#include "core/step.h"
#include "history/ladder.h"

namespace ringfence {

Result<std::vector<Event>> stored_events(const std::vector<std::string>& ladder) {
  std::vector<Event> events;
  for (const std::string& line : ladder) {
    const Result<Json> json = parse_json(line);
    const std::string version = std::to_string(events.size() + 1);
    if (!json) return fail(ErrorCode::invalid, "line " + version + " of the ladder cannot be read");
    if (get_int(json->get(), "v") != static_cast<std::int64_t>(events.size() + 1)) {
      return fail(ErrorCode::invalid, "version " + version + " of the call is not in its ladder");
    }
    Result<Event> event = decode_event(get_object(json->get(), "e"));
    if (!event) return fail(ErrorCode::invalid, "line " + version + " of the ladder was stored without its event");
    event->id.text = get_text(json->get(), "id");
    event->session.text = get_text(json->get(), "session");
    event->at_ms = get_int(json->get(), "at_ms");
    events.push_back(std::move(*event));
  }
  if (events.empty()) return fail(ErrorCode::invalid, "the ladder is empty");
  return events;
}

Result<Replay> replay(const std::vector<std::string>& ladder, const Policy& policy) {
  const Result<std::vector<Event>> events = stored_events(ladder);
  if (!events) return std::unexpected(events.error());
  Replay played;
  played.session.id = events->front().session;
  for (const Event& event : *events) {
    StepResult result = step(played.session, event, policy);
    played.ladder.push_back(ladder_line(played.session, event, result, played.steps + 1));
    played.session = std::move(result.next);
    ++played.steps;
  }
  return played;
}

}  // namespace ringfence
