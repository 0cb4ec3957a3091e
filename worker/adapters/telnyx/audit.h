// A look at the provider's own records of one session: its recorded events first, then the calls that live now, page by
// page, merged leg by leg. In this order a leg that is alive cannot be missed. Of kEverySession: every call that lives
// now and has a client_state, whosever it is. Pure; client.cc carries the requests. Must not know: curl, what a session
// concludes from it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/telnyx/request.h"
#include "core/command.h"
#include "shared/json.h"

namespace ringfence {

class Audit {
 public:
  // A live call belongs to it by the provider's session id, or by a client_state that names `session`: not every
  // account gives all legs of a call one session id.
  Audit(std::string connection_id, std::string call_session_id, SessionId session = {});

  // What to ask next; nothing when all pages were read or the bound of pages is met.
  [[nodiscard]] std::optional<HttpRequest> next() const;
  // The 2xx answer to it. False: not the listing we asked for; the audit ends here.
  [[nodiscard]] bool take(std::string_view body);

  [[nodiscard]] bool complete() const noexcept { return complete_ && stage_ == Stage::done; }
  [[nodiscard]] std::vector<AuditedLeg> take_legs() { return std::move(legs_); }

 private:
  enum class Stage : unsigned char { events, active, done };

  void take_event(const json_t* event);
  [[nodiscard]] bool is_ours(const json_t* call) const;
  void take_active(const json_t* call);
  void turn_events_page(const json_t* root, std::size_t items);
  void turn_active_page(const json_t* root, std::size_t items);
  AuditedLeg* leg_of(std::string_view call_leg_id);

  std::string connection_id_, call_session_id_, cursor_;
  SessionId session_;
  Stage stage_;
  int page_ = 1;
  bool complete_ = true;
  std::vector<AuditedLeg> legs_;
  std::unordered_map<std::string, std::size_t> index_;  // by call_leg_id
};

}  // namespace ringfence
