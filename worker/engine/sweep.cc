// See sweep.h.
#include "engine/sweep.h"

#include <algorithm>
#include <utility>

#include "codec/session_json.h"
#include "core/client_state.h"
#include "core/stray.h"
#include "shared/limits.h"

namespace ringfence {

void Sweep::start() {
  if (options_.every_ms == 0) return;
  if (!options_.connection.empty()) connections_.push_back({.id = options_.connection});
  if (!connections_.empty()) begin();
}

void Sweep::learn(std::string_view connection_id) {
  const bool wanted = options_.every_ms != 0 && options_.connection.empty() && !connection_id.empty();
  if (!wanted || connections_.size() >= limits::kSweepConnections ||
      std::ranges::find(connections_, connection_id, &Connection::id) != connections_.end()) {
    return;
  }
  connections_.push_back({.id = std::string(connection_id)});
  // Later ones wait for the next sweep.
  if (connections_.size() == 1) begin();
}

void Sweep::begin() {
  if (stopped_ || busy_) return;
  busy_ = true;
  next_connection_ = looks_ = 0;
  ++parts_.stats.sweeps;
  list_next();
}

void Sweep::list_next() {
  if (stopped_ || next_connection_ == connections_.size()) {
    look_up_next();
    return;
  }
  Command list{.verb = Verb::audit};
  const std::size_t connection = next_connection_++;
  list.connection_id = connections_[connection].id;
  list.call_session_id = kEverySession;
  list.cursor = connections_[connection].cursor;
  auto answered = [this, connection](const CommandOutcome& outcome) { on_list(connection, outcome); };
  parts_.gate.look(std::move(list), std::move(answered));
}

// A longer list goes on with the next sweep. One that fails begins anew: its cursor may be why.
void Sweep::on_list(std::size_t index, const CommandOutcome& outcome) {
  const std::string& connection = connections_[index].id;
  connections_[index].cursor = outcome.cursor;
  if (outcome.outcome != OutcomeClass::ok) {
    parts_.log.write(LogLevel::warning, "sweep_failed", {{"connection", connection}, {"detail", outcome.detail}});
  }
  std::size_t ours = 0;
  for (const AuditedLeg& leg : outcome.legs) {
    const auto state = decode_client_state(leg.client_state);
    if (!state) continue;
    ++ours;
    if (leg.age_ms < options_.stray_age_ms) continue;
    Find find{.session = state->session, .leg = leg, .connection = connection};
    // Callers first: what is made of a lost session is made for the caller's call, if there still is one.
    state->leg == kParent ? finds_.push_front(std::move(find)) : finds_.push_back(std::move(find));
  }
  parts_.log.write(LogLevel::debug, "swept", {{"connection", connection}, {"ours", std::to_string(ours)}});
  list_next();
}

void Sweep::look_up_next() {
  while (!finds_.empty() && !stopped_) {
    Find find = std::move(finds_.front());
    finds_.pop_front();
    const SessionCache::Entry* entry = parts_.cache.find(find.session);
    if (entry != nullptr && entry->version != 0) {
      if (judge(find, entry->session, entry->version)) return;
      continue;
    }
    const SessionId session = find.session;
    parts_.store.load(session,
                      [this, find = std::move(find)](const Result<StoredSession>& stored) { on_load(find, stored); });
    return;
  }
  finish();
}

void Sweep::on_load(const Find& find, const Result<StoredSession>& stored) {
  if (!stored) {
    finds_.clear();  // away: nobody can say what is lost
  } else if (const auto state = decode_client_state(find.leg.client_state);
             stored->version == 0 && state && lives_elsewhere(*state, parts_.store.home(), parts_.clock.now_ms())) {
    // Another worker's, until the store is told.
  } else if (stored->version == 0) {
    if (judge(find, Session{.id = find.session}, 0)) return;
  } else if (const auto known = decode_session(stored->document)) {
    if (judge(find, *known, stored->version)) return;
  }
  look_up_next();
}

// True when its records are being read; else it is done with.
bool Sweep::judge(const Find& find, const Session& session, std::uint64_t version) {
  if (!is_stray(session, find.leg)) return false;
  if (!is_lost(session)) {
    adopt(find, version);
    return false;
  }
  if (looks_ == limits::kSweepStrays) return false;
  look_into(find, version);
  return true;
}

// Nothing is known of this call but that it is ours. Two people who talk are not to be cut off because a store was
// lost.
void Sweep::look_into(const Find& find, std::uint64_t version) {
  ++looks_;
  Command look{.verb = Verb::audit};
  look.connection_id = find.connection;
  look.call_session_id = find.leg.call_session_id;
  look.live_calls = true;
  auto answered = [this, find, version](const CommandOutcome& outcome) { on_look(find, version, outcome); };
  parts_.gate.look(std::move(look), std::move(answered));
}

void Sweep::on_look(const Find& find, std::uint64_t version, const CommandOutcome& outcome) {
  const auto seen = std::ranges::find(outcome.legs, find.leg.call_leg_id, &AuditedLeg::call_leg_id);
  const bool certain = outcome.outcome == OutcomeClass::ok && outcome.audit_complete && seen != outcome.legs.end();
  if (certain && seen->bridged && !seen->ended) {
    ++parts_.stats.strays_left;
    parts_.log.write(LogLevel::warning, "stray_in_conversation",
                     {{"session", find.session.text},
                      {"leg", find.leg.call_leg_id},
                      {"detail", "its session is not in the store; the two are left to talk"}});
  } else if (certain && !seen->ended) {
    adopt(find, version);
  }
  look_up_next();
}

void Sweep::adopt(const Find& find, std::uint64_t version) {
  ++parts_.stats.strays;
  parts_.log.write(LogLevel::warning, "stray_found",
                   {{"session", find.session.text},
                    {"leg", find.leg.call_leg_id},
                    {"detail", version == 0 ? "its session is not in the store" : "its session does not know it"}});
  parts_.found(stray_event(find.session, version, find.leg, find.connection));
}

void Sweep::finish() {
  finds_.clear();
  busy_ = false;
  if (stopped_) return;
  const bool goes_on = std::ranges::any_of(connections_, [](const Connection& one) { return !one.cursor.empty(); });
  const Millis pause_ms = goes_on ? std::min(options_.every_ms, limits::kSweepPauseMs) : options_.every_ms;
  parts_.timers.at(parts_.clock.now_ms() + pause_ms, [this] { begin(); });
}

}  // namespace ringfence
