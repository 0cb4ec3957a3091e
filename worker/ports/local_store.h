// The store of this machine, as a fallback uses it beside the store of a fleet: it can say all that is in it, let go of
// what has gone home, and take up a session in the middle (CommitRequest::takes_up). Implemented by adapters/sqlite,
// and by a fake in the tests. Must not know: why a session is here.
#pragma once

#include "ports/store.h"

namespace ringfence {

class LocalStore : public Store {
 public:
  // Every session that has not expired, in order of their names, from behind `after` on, at most `count`.
  virtual void sessions(SessionId after, std::size_t count,
                        std::function<void(Result<std::vector<SessionId>>)> done) = 0;
  // Removes the session, its marks and its ladder. Rows that it put into lists stay.
  virtual void forget(const SessionId& session, std::function<void(Result<void>)> done) = 0;
};

}  // namespace ringfence
