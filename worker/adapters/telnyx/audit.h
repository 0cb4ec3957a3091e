// A look at the provider's own records of one session: its recorded events first, then, when it is asked for, the calls
// that live now, page by page, merged leg by leg. In this order a leg that is alive cannot be missed. Of kEverySession:
// the calls that live now and have a client_state, whosever they are. Pure; client.cc carries the requests. Must not
// know: curl, what a session concludes from it.
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
  // Of the command: connection_id, call_session_id, session, live_calls, cursor. A live call belongs to the session by
  // the provider's session id, or by a client_state that names it: not every account gives all legs of a call one.
  explicit Audit(const Command& command);

  // What to ask next; nothing when all pages were read or the bound of pages is met.
  [[nodiscard]] std::optional<HttpRequest> next() const;
  // The 2xx answer to it. False: not the listing we asked for; the audit ends here.
  [[nodiscard]] bool take(std::string_view body);

  // All pages of both lists were read.
  [[nodiscard]] bool complete() const noexcept { return events_read() && live_read_; }
  [[nodiscard]] bool events_read() const noexcept { return events_read_ && attributed_; }
  // Where the list of live calls goes on; empty at its end.
  [[nodiscard]] std::string cursor() const { return stage_ == Stage::done ? cursor_ : std::string(); }
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
  bool live_calls_;
  bool events_read_, live_read_ = false;
  bool attributed_ = true;  // every record that was read says whose it is
  std::vector<AuditedLeg> legs_;
  std::unordered_map<std::string, std::size_t> index_;  // by call_leg_id
};

}  // namespace ringfence
