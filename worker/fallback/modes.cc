// The changes between the two stores: noticing that the fleet's is away or back, and sending home what is here. See
// fallback_store.h.
#include <algorithm>
#include <utility>

#include "fallback/fallback_store.h"
#include "shared/limits.h"

namespace ringfence {

void FallbackStore::start() {
  find_residents({});
  tend();
}

void FallbackStore::find_residents(const SessionId& after) {
  auto found = [this](const Result<std::vector<SessionId>>& sessions) {
    if (!sessions) {
      parts_.log.write(LogLevel::error, "fallback_unreadable", {{"detail", sessions.error().text}});
      timers_.at(parts_.clock.now_ms() + limits::kFallbackProbeMs, [this] { find_residents({}); });
      return;
    }
    for (const SessionId& session : *sessions) {
      const bool note = session.text.starts_with(kLeavingNote);
      const SessionId home{note ? session.text.substr(kLeavingNote.size()) : session.text};
      Resident& resident = residents_[home];
      // Of the others the name does not tell; they only leave.
      if (home.text.starts_with(kNoted)) become(resident, Kind::note);
      resident.began_here = false;
      resident.in_doubt |= note;
    }
    if (sessions->size() == limits::kFallbackFound) return find_residents(sessions->back());
    found_ = true;
    for (const auto& [session, resident] : residents_) leavers_.push_back(session);
    if (!residents_.empty()) {
      parts_.log.write(LogLevel::notice, "fallback_found",
                       {{"sessions", std::to_string(residents_.size())},
                        {"detail", "left here by an outage; they go back as soon as the store takes them"}});
    }
    send_home();
  };
  parts_.local.sessions(after, limits::kFallbackFound, std::move(found));
}

void FallbackStore::tend() {
  const Millis now_ms = parts_.clock.now_ms();
  follow_the_clock(now_ms);
  if (now_ms >= sign_ms_ && !register_.signing() && !is_too_early()) sign();
  const Millis long_ago_ms = now_ms - limits::kFallbackDoubtMs;
  begun_there_.forget_before(long_ago_ms);
  turned_away_.forget_before(long_ago_ms);
  if (!health_.away()) {
    retry_held();
    send_home();
  }
  timers_.at(now_ms + limits::kFallbackTendMs, [this] { tend(); });
}

// A clock that was set back must not put off what it had been set for: nothing is further away than when it was set.
void FallbackStore::follow_the_clock(Millis now_ms) {
  started_ms_ = std::min(started_ms_, now_ms);
  sign_ms_ = std::min(sign_ms_, now_ms + (health_.away() ? limits::kFallbackProbeMs : limits::kFallbackSignMs));
  stay_until_ms_ = std::min(stay_until_ms_, now_ms + limits::kFallbackProbeMs);
}

// Whoever wants to be alone looks as soon as the store is there: a look before that would only put off the next.
bool FallbackStore::is_too_early() const noexcept { return !has_looked() && !health_.away() && !parts_.fleet.ready(); }

// In good times so that others see us; while the store is away it is the probe. Who wants to be alone looks before it
// signs: else it would end the peace of whoever is there already.
void FallbackStore::sign() {
  const Millis now_ms = parts_.clock.now_ms();
  sign_ms_ = now_ms + limits::kFallbackProbeMs;
  if (options_.policy == FallbackPolicy::all && !ever_alone_) return read_register();
  register_.sign(now_ms, [this, probe = health_.away()](bool well) {
    if (probe) return on_probe(well);
    note(well, StoreHealth::Way::write);
    if (!well || health_.away()) return;
    sign_ms_ = parts_.clock.now_ms() + limits::kFallbackSignMs;
    if (options_.policy == FallbackPolicy::all) read_register();
  });
}

void FallbackStore::on_probe(bool well) {
  if (health_.probed(well, parts_.clock.now_ms())) come_back();
}

void FallbackStore::read_register() {
  const Millis now_ms = parts_.clock.now_ms();
  register_.others(now_ms, [this, probe = health_.away()](const Result<std::vector<std::string>>& others) {
    if (probe) on_probe(others.has_value());
    if (!others) return;
    looked_ = true;
    const bool was_alone = std::exchange(alone_, others->empty());
    if (alone_) {
      if (!std::exchange(ever_alone_, true)) sign_ms_ = 0;
      return;
    }
    const std::string who = "the worker \"" + others->front() + "\" has used this Redis in the last day";
    if (!ever_alone_) {
      if (const auto refused = std::exchange(refused_, nullptr)) refused(who);
      return;
    }
    if (was_alone) {
      parts_.log.write(LogLevel::error, "fallback_not_alone",
                       {{"detail", who + "; store_fallback all needs a worker of its own, so only new calls go on "
                                         "without Redis from now on"}});
    }
  });
}

void FallbackStore::note(bool answered, StoreHealth::Way way) {
  if (answered) return health_.answered(way);
  if (health_.failed(way, parts_.clock.now_ms())) go_away();
}

void FallbackStore::go_away() {
  const bool all = takes_up();
  parts_.log.write(LogLevel::error, "fallback_away",
                   {{"detail", all ? "the store does not answer; calls go on here, those in progress from memory"
                                   : "the store does not answer; new calls live here, those in it are told later"}});
  sign_ms_ = parts_.clock.now_ms() + limits::kFallbackProbeMs;
  for (Held& held : std::exchange(held_, {})) take_up(std::move(held.request), std::move(held.done));
}

// A commit that was made in the fleet's store, or not. Should it be there, it meets itself when it goes home.
void FallbackStore::take_up(CommitRequest request, CommitDone done) {
  const bool begins = request.expected_version == 0;
  if (takes_up() && move_in(request.session, kind_of(request), begins) != nullptr) {
    ++stats_.taken_up;
    return commit_here(std::move(request), std::move(done));
  }
  later([done = std::move(done)] { done(CommitResult{}); });
}

void FallbackStore::come_back() {
  parts_.log.write(LogLevel::notice, "fallback_back",
                   {{"sessions", std::to_string(residents_.size())}, {"detail", "the store is back; they go home"}});
  leavers_.clear();
  for (const auto& [session, resident] : residents_) {
    if (!resident.leaving) leavers_.push_back(session);
  }
  stay_until_ms_ = 0;
  send_home();
}

void FallbackStore::retry_held() {
  for (Held& held : std::exchange(held_, {})) commit_there(std::move(held.request), std::move(held.done), true);
}

void FallbackStore::send_home() {
  if (!found_ || health_.away() || parts_.clock.now_ms() < stay_until_ms_) return;
  for (std::size_t looks = leavers_.size(); looks > 0 && leaving_ < limits::kFallbackLeaving; --looks) {
    const SessionId session = std::move(leavers_.front());
    leavers_.pop_front();
    const auto at = residents_.find(session);
    if (at == residents_.end() || at->second.leaving) continue;
    if (at->second.under_way > 0) {
      leavers_.push_back(session);
      continue;
    }
    ++leaving_;
    auto left = [this, session](const Homecoming::Report& report) { on_left(session, report); };
    at->second.leaving = std::make_unique<Homecoming>(parts_.fleet, parts_.local, session, std::move(left));
    at->second.leaving->start();
  }
}

void FallbackStore::on_left(const SessionId& session, const Homecoming::Report& report) {
  --leaving_;
  stats_.sent_home += report.sent;
  stats_.conflicts += report.conflicts;
  if (report.conflicts > 0) {
    parts_.log.write(LogLevel::error, "fallback_conflict",
                     {{"session", session.text},
                      {"conflicts", std::to_string(report.conflicts)},
                      {"detail", "the store had another version of a call that lived here; ours was put on top"}});
  }
  const auto at = residents_.find(session);
  at->second.in_doubt |= report.in_doubt;
  auto waiting = std::exchange(at->second.waiting, {});
  if (report.home) {
    ++stats_.gone_home;
    become(at->second, Kind::call);
    residents_.erase(at);
    turned_away_.forget(session);
    if (report.is_call) begun_there_.add(session, parts_.clock.now_ms());
  } else {
    at->second.leaving.reset();
    leavers_.push_back(session);
    stay_until_ms_ = parts_.clock.now_ms() + limits::kFallbackProbeMs;
    if (!report.store_failed) {
      ++stats_.stuck;
      parts_.log.write(LogLevel::error, "fallback_stuck", {{"session", session.text}, {"detail", report.detail}});
    }
  }
  if (report.sent > 0) note(true, StoreHealth::Way::write);
  if (report.store_failed) note(false, StoreHealth::Way::write);
  for (auto& work : waiting) work();
  send_home();
}

FallbackStats FallbackStore::stats() const {
  FallbackStats stats = stats_;
  stats.away = health_.away();
  stats.since_ms = health_.since_ms();
  stats.changes = health_.changes();
  stats.here = residents_.size();
  stats.notes = notes_;
  for (const auto& [session, resident] : residents_) stats.in_doubt += resident.in_doubt ? 1 : 0;
  stats.alone = alone_;
  return stats;
}

}  // namespace ringfence
