// The walk over call_events and active_calls; see audit.h.
#include "adapters/telnyx/audit.h"

#include <algorithm>
#include <utility>

#include "core/client_state.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

// The shape of `metadata` is "includes raw event" and no more (facts: Telnyx, commands): accept what it may mean.
const json_t* payload_of(const json_t* event) {
  const json_t* metadata = get_object(event, "metadata");
  if (const json_t* payload = get_object(metadata, "payload")) return payload;
  if (const json_t* payload = get_object(get_object(metadata, "data"), "payload")) return payload;
  return metadata;
}

void keep_first(std::string& field, std::string_view value, std::size_t bound) {
  if (field.empty() && value.size() <= bound) field = value;
}

}  // namespace

Audit::Audit(const Command& command)
    : connection_id_(command.connection_id),
      call_session_id_(command.call_session_id),
      cursor_(command.cursor),
      session_(command.session),
      stage_(call_session_id_ == kEverySession ? Stage::active : Stage::events),
      live_calls_(command.live_calls),
      events_read_(stage_ == Stage::active) {}

std::optional<HttpRequest> Audit::next() const {
  switch (stage_) {
    case Stage::events:
      return call_events_request(call_session_id_, page_);
    case Stage::active:
      return active_calls_request(connection_id_, cursor_);
    case Stage::done:
      break;
  }
  return std::nullopt;
}

bool Audit::take(std::string_view body) {
  const Result<Json> json = parse_json(body);
  const json_t* data = json ? get_array(json->get(), "data") : nullptr;
  if (data == nullptr) return false;
  std::size_t i = 0;
  const json_t* item = nullptr;
  json_array_foreach(data, i, item) {
    if (stage_ == Stage::events) {
      take_event(item);
    } else {
      take_active(item);
    }
  }
  if (stage_ == Stage::events) {
    turn_events_page(json->get(), json_array_size(data));
  } else {
    turn_active_page(json->get(), json_array_size(data));
  }
  return true;
}

void Audit::take_event(const json_t* event) {
  // Commands are recorded too, but they are what we asked for, not what happened.
  if (get_text(event, "type") != "webhook") return;
  const std::string_view session = get_text(event, "call_session_id");
  if (!session.empty() && session != call_session_id_) return;
  AuditedLeg* leg = leg_of(get_text(event, "call_leg_id"));
  if (leg == nullptr) return;
  const json_t* payload = payload_of(event);
  keep_first(leg->call_control_id, get_text(payload, "call_control_id"), limits::kFieldBytes);
  keep_first(leg->client_state, get_text(payload, "client_state"), limits::kClientStateBytes);
  const std::string_view name = get_text(event, "name");
  if (name == "call.answered") leg->answered = true;
  if (name == "call.bridged") leg->bridged = true;
  if (name == "call.recording.saved") leg->recording_saved = true;
  if (name == "call.hangup") {
    leg->ended = true;
    keep_first(leg->hangup_cause, get_text(payload, "hangup_cause"), limits::kFieldBytes);
  }
}

// The listing is of the whole connection; other sessions are none of ours.
bool Audit::is_ours(const json_t* call) const {
  const std::string_view state_text = get_text(call, "client_state");
  if (call_session_id_ == kEverySession) return !state_text.empty();
  if (get_text(call, "call_session_id") == call_session_id_) return true;
  const auto state = session_.empty() ? std::nullopt : decode_client_state(state_text);
  return state && state->session == session_;
}

void Audit::take_active(const json_t* call) {
  if (!is_ours(call)) return;
  const bool all = call_session_id_ == kEverySession;
  if (all && legs_.size() >= limits::kSweepLegs) return;
  AuditedLeg* leg = leg_of(get_text(call, "call_leg_id"));
  if (leg == nullptr) return;
  constexpr std::int64_t kDay_s = 86'400;
  leg->age_ms = std::clamp<std::int64_t>(get_int(call, "call_duration"), 0, kDay_s) * 1000;
  keep_first(leg->call_session_id, get_text(call, "call_session_id"), limits::kFieldBytes);
  // A hangup on record is final: the listing may lag behind it.
  leg->alive = !leg->ended;
  keep_first(leg->call_control_id, get_text(call, "call_control_id"), limits::kFieldBytes);
  keep_first(leg->client_state, get_text(call, "client_state"), limits::kClientStateBytes);
}

// Ends at `total_pages`, or at an empty page when the provider does not say.
void Audit::turn_events_page(const json_t* root, std::size_t items) {
  const json_t* meta = get_object(root, "meta");
  const std::int64_t total = get_int(meta, "total_pages", -1);
  const bool more = total >= 0 ? page_ < total : items > 0;
  if (more && page_ < limits::kAuditPages) {
    ++page_;
    return;
  }
  events_read_ = !more;
  stage_ = live_calls_ ? Stage::active : Stage::done;
  page_ = 1;
}

void Audit::turn_active_page(const json_t* root, std::size_t items) {
  const json_t* meta = get_object(root, "meta");
  std::string after(get_text(get_object(meta, "cursors"), "after"));
  // `next` decides when it is there: a cursor may be given for the last page as well.
  const bool last =
      items == 0 || after.empty() || (json_object_get(meta, "next") != nullptr && get_text(meta, "next").empty());
  const bool stuck = after == cursor_ || after.size() > limits::kCursorBytes;
  const bool full = page_ >= limits::kAuditPages || legs_.size() >= limits::kSweepLegs;
  if (!last && !stuck && !full) {
    ++page_;
    cursor_ = std::move(after);
    return;
  }
  live_read_ = last;
  cursor_ = last || stuck ? std::string() : std::move(after);
  stage_ = Stage::done;
}

AuditedLeg* Audit::leg_of(std::string_view call_leg_id) {
  if (call_leg_id.empty() || call_leg_id.size() > limits::kFieldBytes) {
    attributed_ = false;  // absence means nothing any more
    return nullptr;
  }
  const auto [at, is_new] = index_.try_emplace(std::string(call_leg_id), legs_.size());
  if (is_new) {
    legs_.emplace_back();
    legs_.back().call_leg_id = call_leg_id;
  }
  return &legs_[at->second];
}

}  // namespace ringfence
