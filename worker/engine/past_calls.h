// What the operator asks about what has been: why devices rang, a call played again, missed calls, events that were
// kept although they are of no call. Reads the store only. Owned by Control, whose requests these are (control.h).
// Must not know: the engine, frames.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy.h"
#include "engine/request_target.h"
#include "ports/clock.h"
#include "ports/ingress.h"
#include "ports/store.h"
#include "shared/json.h"

namespace ringfence {

class PastCalls {
 public:
  using Done = std::function<void(ControlReply)>;
  PastCalls(Store& store, const Clock& clock, const Policy& policy) : store_(store), clock_(clock), policy_(policy) {}

  void explain_call(std::string_view id, Done done);
  void replay_call(std::string_view id, Done done);
  // The same call under another plan; `text` is the plan.
  void what_if_call(std::string_view id, const RequestTarget& target, std::string text, Done done);
  void missed(const RequestTarget& target, Done done);
  void events(std::string_view kind, const RequestTarget& target, Done done);

 private:
  struct View {
    std::function<void(json_t* line)> cover;         // takes out what not everybody may read
    std::function<bool(const json_t* line)> counts;  // which rows; none: all
  };
  void list(std::string name, const char* key, const RequestTarget& target, Millis kept_ms, View view, Done done);
  [[nodiscard]] ControlReply played_again(const StoredSession& stored, std::vector<std::string> ladder) const;

  Store& store_;
  const Clock& clock_;
  const Policy& policy_;
};

}  // namespace ringfence
