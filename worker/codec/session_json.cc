// The stored form of a session. See session_json.h and json_fields.h.
#include "codec/session_json.h"

#include "codec/carried_fields.h"
#include "codec/json_fields.h"
#include "shared/limits.h"

// A test builds a ringd of the next format from this very file, and lets both live on one store.
#ifndef RINGFENCE_SESSION_FORMAT
#define RINGFENCE_SESSION_FORMAT 2
#endif

namespace ringfence {

template <class Visitor>
void fields(Visitor& visit, Leg& leg) {
  visit("destination", leg.destination);
  visit("state", leg.state);
  visit("cc", leg.call_control_id);
  visit("leg_id", leg.call_leg_id);
  fields(visit, leg.ending);
  visit("quit", leg.quit);
  visit("apology", leg.apology);
  visit("dial_at", leg.dial_at_ms);
  visit("dialled", leg.dialled_ms);
  visit("rang", leg.ringing_ms);
  visit("expires", leg.expires_ms);
  visit("answered", leg.answered_ms);
  visit("picked_up", leg.picked_up_ms);
  visit("screen_until", leg.screen_until_ms);
  visit("apology_until", leg.apology_until_ms);
  visit("ended", leg.ended_ms);
  visit("machine", leg.machine);
  visit("unsure", leg.unsure);
  visit("unproved", leg.unproved);
  visit("claimed", leg.claimed);
  visit("bridged", leg.bridged);
  visit("rung_again", leg.rung_again);
  visit("outrun", leg.outrun);
  visit("told", leg.told);
  visit("told_reason", leg.told_reason);
  visit("gathers", leg.gather_attempt);
  visit("dial_quiet", leg.dial_quiet_ms);
  visit("hangups", leg.hangup_attempt);
  visit("hangup_next", leg.hangup_next_ms);
}

template <class Visitor>
void fields(Visitor& visit, Parent& parent) {
  visit("cc", parent.call_control_id);
  visit("leg_id", parent.call_leg_id);
  visit("call_session", parent.call_session_id);
  visit("connection", parent.connection_id);
  visit("from", parent.from);
  visit("to", parent.to);
  visit("name", parent.caller_name);
  visit("state", parent.state);
  fields(visit, parent.ending);
  visit("answered", parent.answered_ms);
  visit("bridged_at", parent.bridged_ms);
  visit("ended", parent.ended_ms);
  visit("bridged", parent.bridged);
  visit("answers", parent.answer_attempt);
  visit("hangups", parent.hangup_attempt);
  visit("hangup_next", parent.hangup_next_ms);
}

template <class Visitor>
void fields(Visitor& visit, OutboxEntry& entry) {
  visit("verb", entry.verb);
  visit("leg", entry.leg);
  visit("about", entry.about);
  visit("attempt", entry.attempt);
  visit("tries", entry.tries);
  visit("not_sent", entry.not_sent);
  visit("created", entry.created_ms);
  visit("expires", entry.expires_ms);
  visit("next", entry.next_try_ms);
}

template <class Visitor>
void fields(Visitor& visit, Session& s) {
  visit("id", s.id.text);
  visit("phase", s.phase);
  visit("outcome", s.outcome);
  visit("parent", s.parent);
  visit("plan", s.plan);
  visit("legs", s.legs);
  visit("winner", s.winner);
  visit("claims", s.claims);
  visit("claimed", s.claimed_ms);
  visit("round_first", s.round_first);
  visit("cancelled", s.cancelled);
  visit("transfer_asked", s.transfer_asked);
  visit("reject_asked", s.reject_asked);
  visit("bridges", s.bridge_attempt);
  visit("bridges_asked", s.bridge_asked);
  visit("bridge_refused", s.bridge_refused);
  visit("bridge_maybe", s.bridge_maybe);
  visit("bridge_disproved", s.bridge_disproved);
  visit("bridge_before", s.bridge_before);
  visit("please_hold_asked", s.please_hold_asked);
  visit("please_hold_repeats", s.please_hold_repeats);
  visit("greeting_asked", s.greeting_asked);
  visit("greeting_done", s.greeting_done);
  visit("records", s.record_attempt);
  visit("record_maybe", s.record_maybe);
  visit("recording_looked", s.recording_looked);
  visit("record_started", s.record_started);
  visit("recording_saved", s.recording_saved);
  visit("recording_lost", s.recording_lost);
  fields(visit, s.recording);
  visit("told", s.told);
  visit("told_recording", s.told_recorded);
  visit("ringing_told", s.ringing_told);
  visit("recording_told", s.recording_told);
  visit("outbox", s.outbox);
  visit("audits", s.audit_attempt);
  visit("audit_backoff", s.audit_backoff);
  visit("created", s.created_ms);
  visit("ring_started", s.ring_started_ms);
  visit("ring_deadline", s.ring_deadline_ms);
  visit("hold_until", s.hold_until_ms);
  visit("bridge_retry", s.bridge_retry_ms);
  visit("bridge_deadline", s.bridge_deadline_ms);
  visit("bridge_quiet", s.bridge_quiet_ms);
  visit("bridge_quiet_before", s.bridge_quiet_before_ms);
  visit("please_hold", s.please_hold_ms);
  visit("greeting_deadline", s.greeting_deadline_ms);
  visit("record_retry", s.record_retry_ms);
  visit("recording_deadline", s.recording_deadline_ms);
  visit("audit", s.audit_ms);
  visit("write_off", s.write_off_ms);
  visit("closed", s.closed_ms);
}

namespace {

// What step() relies on without asking again.
bool is_sound(const Session& session) {
  const auto legs = static_cast<int>(session.legs.size());
  if (session.legs.size() > limits::kLegs || session.winner < -1 || session.winner >= legs) return false;
  if (session.round_first < 0 || session.round_first > legs) return false;
  const bool needs_winner = session.phase >= Phase::answering && session.phase <= Phase::connected;
  if (needs_winner && session.winner < 0) return false;
  for (const OutboxEntry& entry : session.outbox) {
    const bool needs_leg = entry.verb == Verb::dial || entry.verb == Verb::bridge || entry.verb == Verb::transfer ||
                           entry.verb == Verb::gather;
    if (entry.leg < (needs_leg ? 0 : kParent) || entry.leg >= legs) return false;
  }
  return true;
}

constexpr int kSessionFormat = RINGFENCE_SESSION_FORMAT;
static_assert(kSessionFormat >= kOldestSessionFormat);

std::unexpected<Error> of_a_newer(const std::string& what) {
  return fail(ErrorCode::unavailable, "the session document " + what +
                                          ": a newer ringd wrote it, and this one, which " + "reads up to format " +
                                          std::to_string(kSessionFormat) + ", leaves the call to that");
}

Json unknown_in(const json_t* document, Session& session) {
  UnknownFields unknown(document);
  fields(unknown, session);
  unknown.leave_out("format");
  return unknown.take();
}

std::string with_carried(const std::string& document, std::string_view carried) {
  const auto ours = parse_json(document);
  const auto theirs = parse_json(carried);
  if (!ours || !theirs) return document;  // cannot be: both were written here
  put_back(ours->get(), theirs->get());
  return dump_json(ours->get());
}

}  // namespace

std::string encode_session(const Session& session) {
  constexpr std::size_t kUsualBytes = 4096;
  std::string out;
  out.reserve(kUsualBytes);
  JsonFieldWriter writer(out);
  writer.number("format", kSessionFormat);
  // The writer only reads; the field list is shared with the reader, which needs non-const references.
  fields(writer, const_cast<Session&>(session));
  writer.close();
  return session.carried.empty() ? out : with_carried(out, session.carried);
}

Result<Session> decode_session(std::string_view document) {
  if (document.size() > limits::kDocumentBytes) return fail(ErrorCode::limit, "the session document is too large");
  const auto json = parse_json(document);
  if (!json) return fail(ErrorCode::invalid, "the session document is not JSON: " + json.error().text);
  JsonFieldReader reader(json->get());
  std::int64_t format = 0;
  reader.number("format", format);
  if (format > kSessionFormat) return of_a_newer("has format " + std::to_string(format));
  if (format < kOldestSessionFormat) {
    return fail(ErrorCode::invalid, "the session document has format " + std::to_string(format) +
                                        ", this ringd reads from " + std::to_string(kOldestSessionFormat) + " on");
  }
  Session session;
  fields(reader, session);
  if (reader.newer) return of_a_newer("has a name that is not known here");
  if (!reader.ok || !is_sound(session)) return fail(ErrorCode::invalid, "the session document contradicts itself");
  if (!reader.has_more()) return session;
  const Json carried = unknown_in(json->get(), session);
  // A command must not be sent without what belongs to it.
  if (get_object(carried.get(), "outbox") != nullptr) return of_a_newer("has a command that is not known here");
  session.carried = dump_json(carried.get());
  return session;
}

}  // namespace ringfence
