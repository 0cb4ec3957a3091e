// See simulation.h.
#include "telnyx_sim/simulation.h"

#include <utility>

namespace ringfence::sim {
namespace {

constexpr std::string_view kMoveEntries[] = {"call_started",  "leg_ringing",  "leg_answered",
                                             "leg_bridged",   "leg_speaking", "leg_recording",
                                             "leg_gathering", "leg_ended",    "call_ended"};

}  // namespace

Simulation::Simulation(std::uint64_t seed, std::int64_t now_us)
    : scheduler(now_us),
      random(seed),
      world(scheduler, random, *this),
      people(scheduler, world),
      postbox(scheduler, random, faults, journal),
      desk(scheduler, world, faults, journal),
      credentials(scheduler, random, world.settings, journal),
      started_us(now_us) {}

Result<Session*> Simulation::start_call(const json_t* body) {
  const std::string_view from = get_text(body, "from"), to = get_text(body, "to");
  if (from.empty() || to.empty()) return fail(ErrorCode::invalid, "a call needs \"from\" and \"to\"");
  auto script = parse_script(body);
  if (!script) return std::unexpected(script.error());
  Session& session = get_bool(body, "outbound") ? world.open_outbound_call(std::string(from), std::string(to))
                                                : world.open_call(std::string(from), std::string(to),
                                                                  std::string(get_text(body, "caller_name")));
  const json_t* rules = get_array(body, "faults");
  for (std::size_t i = 0; i < json_array_size(rules); ++i) {
    if (auto added = faults.add(json_array_get(rules, i), session.id); !added) {
      world.abandon(session);
      return std::unexpected(added.error());
    }
  }
  people.direct(session.id, std::move(*script));
  world.announce(session);
  return &session;
}

void Simulation::webhook(Leg& leg, std::string_view type, Json payload) { postbox.post(leg, type, payload.get()); }

void Simulation::moved(Leg& leg, Move move) {
  LogEntry entry;
  entry.at_us = scheduler.now_us();
  entry.call = leg.session->id;
  entry.what = kMoveEntries[static_cast<std::size_t>(move)];
  entry.who = who(leg);
  entry.leg = leg.control_id;
  if (move == Move::ended) entry.detail = leg.hangup_cause;
  if (move == Move::started) entry.detail = leg.from + " -> " + leg.to;
  if (move == Move::bridged && leg.peer != nullptr) entry.detail = "with " + std::string(who(*leg.peer));
  journal.add(std::move(entry));
  if (on_move) on_move(leg, move);
  people.moved(leg, move);
}

void Simulation::forgotten(Session& session) {
  if (on_forget) on_forget(session);
  people.forget(session.id);
  faults.forget(session.id);
  postbox.forget(session);
}

void Simulation::clear() {
  desk.clear();
  credentials.clear();
  scheduler.clear();
  postbox.clear();
  people.clear();
  faults.clear();
  journal.clear();
  world.clear();
}

}  // namespace ringfence::sim
