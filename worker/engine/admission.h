// Who is let in while there is more work than time. Past the bounds new calls are turned away first, hang-ups and
// answers last. Calls that are only beginning wait for each other, so that the store's queue is short for those that
// are live. Owned by Lanes. Must not know: the store, what becomes of an event.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "core/event.h"

namespace ringfence {

class Admission {
 public:
  // begins: it is the first of a call that was not known. of_its_session: that many are there and not over.
  [[nodiscard]] bool has_room(const Event& event, bool begins, std::size_t of_its_session) const;

  // One more, which has room. False: its call is new and has to wait until next() names it, or somebody lets it pass.
  [[nodiscard]] bool enter(const SessionId& session, bool begins);
  void let_pass(const SessionId& waiting);
  // One less.
  void leave(bool began);
  // A new call whose turn has come.
  [[nodiscard]] std::optional<SessionId> next();

  [[nodiscard]] std::size_t events() const noexcept { return events_; }
  [[nodiscard]] std::size_t new_calls() const noexcept { return new_calls_; }

 private:
  std::deque<SessionId> waiting_;  // new calls, the oldest first
  std::size_t new_calls_ = 0;      // waiting and in work
  std::size_t events_ = 0;
};

}  // namespace ringfence
