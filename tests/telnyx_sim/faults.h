// What goes wrong on purpose: rules that match commands or webhooks and say what happens instead. Owned by Simulation.
// Must not know: how a fault is carried out (command_desk.cc, postbox.cc).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/json.h"
#include "shared/result.h"
#include "telnyx_sim/errors.h"

namespace ringfence::sim {

inline constexpr std::size_t kFaultRules = 512;

enum class FaultKind : std::uint8_t {
  // of a command
  latency,               // executed and answered after ms
  hold_response,         // executed at once, answered after ms
  status,                // not executed; answered `status` (500 by default)
  rate_limit,            // not executed; 429 with Retry-After
  refuse,                // not executed; `status` (422) with `code`
  execute_never_answer,  // executed; the answer is lost
  execute_later,         // executed after ms; never answered
  drop,                  // neither executed nor answered
  bridge_not_made,       // a bridge answered with success and not made
  // of a webhook
  lose,       // never sent
  duplicate,  // `copies` more of it at once
  delay,      // sent after ms
  reorder,    // held until the next webhook of the call was sent
  replay,     // sent, and the very same bytes and signature again after ms
};

struct FaultRule {
  FaultKind kind = FaultKind::latency;
  std::string session;          // empty: every call
  std::string verb, event, to;  // `to`: a destination, or "parent"; empty matches all
  std::int64_t nth = 0;         // only from the nth match on, 1-based; 0 = from the first
  std::int64_t count = 1;       // how often; 0 = always
  std::int64_t ms = 0, status = 0, retry_after_s = 1, copies = 1;
  std::string code, title, detail;
  std::int64_t seen = 0, applied = 0;
  std::uint64_t number = 0;
};

class Faults {
 public:
  // `session` empty: for every call.
  [[nodiscard]] Result<void> add(const json_t* rule, std::string_view session);
  [[nodiscard]] std::optional<FaultRule> for_command(std::string_view session, std::string_view verb,
                                                     std::string_view to);
  [[nodiscard]] std::optional<FaultRule> for_webhook(std::string_view session, std::string_view event,
                                                     std::string_view to);
  void give_back(const FaultRule& applied);  // it turned out to have had nothing to spoil
  void forget(std::string_view session);
  void clear() { rules_.clear(); }
  [[nodiscard]] const std::vector<FaultRule>& rules() const noexcept { return rules_; }

 private:
  std::optional<FaultRule> match(std::string_view session, std::string_view name, std::string_view to, bool command);
  std::vector<FaultRule> rules_;
  std::uint64_t added_ = 0;
};

[[nodiscard]] std::string_view fault_name(FaultKind kind) noexcept;
// What `status`, `rate_limit` and `refuse` answer instead.
[[nodiscard]] ApiError fault_error(const FaultRule& fault);

}  // namespace ringfence::sim
