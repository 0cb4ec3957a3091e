// What we attach to every command as `client_state` and get back on every later event of that leg: session, leg and
// generation. A second replica of "whose leg is this", held by the provider. Must not know: JSON of webhooks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/plan.h"
#include "shared/ids.h"

namespace ringfence {

struct ClientState {
  SessionId session;
  int leg = 0;         // kParent or a leg index
  int generation = 1;  // bumped when a session dials the same device again
  // Not empty: the call began while the store was away, and lives on the worker of this name until it has gone home.
  std::string home;
  Millis begun_ms = 0;  // with home: when it began
};

// Base64 of compact JSON {"rf":1,"s":...,"l":...,"g":...}, with a home also "h" and "t" (seconds).
[[nodiscard]] std::string encode_client_state(const ClientState& state);
// nullopt for anything that is not exactly ours: not base64, not JSON, over 4 KB, wrong types, other software's
//
[[nodiscard]] std::optional<ClientState> decode_client_state(std::string_view base64);

// Where there is no such session, because it is on another worker's own machine: nothing may be concluded from its
// absence. `own` is this worker's name for its machine. Bounded in time (limits::kFallbackHomeMs).
[[nodiscard]] bool lives_elsewhere(const ClientState& state, std::string_view own, Millis now_ms) noexcept;

}  // namespace ringfence
