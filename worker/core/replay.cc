// See replay.h.
#include "core/replay.h"

#include "core/event_json.h"
#include "core/ladder.h"
#include "core/step.h"

namespace ringfence {

Result<Replay> replay(const std::vector<std::string>& ladder, const Policy& policy) {
  Replay played;
  for (const std::string& line : ladder) {
    const Result<Json> json = parse_json(line);
    const std::string where = "line " + std::to_string(played.steps + 1) + " of the ladder";
    if (!json) return fail(ErrorCode::invalid, where + " cannot be read");
    const auto version = static_cast<std::int64_t>(played.steps + 1);
    if (get_int(json->get(), "v") != version) {
      return fail(ErrorCode::invalid, "version " + std::to_string(version) + " of the call is not in its ladder");
    }
    Result<Event> event = decode_event(get_object(json->get(), "e"));
    if (!event) return fail(ErrorCode::invalid, where + " was stored without its event");
    event->id.text = get_text(json->get(), "id");
    event->session.text = get_text(json->get(), "session");
    event->at_ms = get_int(json->get(), "at_ms");
    if (played.steps == 0) played.session.id = event->session;
    StepResult result = step(played.session, *event, policy);
    played.ladder.push_back(ladder_line(played.session, *event, result, played.steps + 1));
    played.session = std::move(result.next);
    ++played.steps;
  }
  if (played.steps == 0) return fail(ErrorCode::invalid, "the ladder is empty");
  return played;
}

}  // namespace ringfence
