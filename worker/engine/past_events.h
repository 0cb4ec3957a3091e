// What the operator asks about events: those of the log, by time, type and call; all that is known of one; those that
// could not be applied. Reads the store only, a page at a time, so that a long log holds up nobody. Owned by Control,
// whose requests these are (control.h). Must not know: the engine, frames.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "engine/request_target.h"
#include "ports/clock.h"
#include "ports/ingress.h"
#include "ports/store.h"
#include "shared/json.h"

namespace ringfence {

class PastEvents {
 public:
  using Done = std::function<void(ControlReply)>;
  PastEvents(Store& store, const Clock& clock) : store_(store), clock_(clock) {}
  PastEvents(const PastEvents&) = delete;
  PastEvents& operator=(const PastEvents&) = delete;

  void log(const RequestTarget& target, Done done);
  void one(std::string_view id, const RequestTarget& target, const Done& done);
  void dead(const RequestTarget& target, const Done& done);

 private:
  struct Search {
    ListQuestion question;
    std::string type, call;  // as they stand in a row; empty: all
    bool unapplied = false, whole = false;
    std::size_t wanted = 0, looked_at = 0;
    Millis began_ms = 0;
    Json rows = json_array_new();
    Done done;
  };
  using Searches = std::list<std::unique_ptr<Search>>;
  void look(Searches::iterator place);
  static void take(Search& search, const ListRow& row);
  void finish(Searches::iterator place, bool more);

  Store& store_;
  const Clock& clock_;
  // One a request under way: limits::kReadingAtOnce over HTTP, limits::kControlConnections of ringctl.
  Searches searches_;
};

}  // namespace ringfence
