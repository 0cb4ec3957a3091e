// How facts enter a session: they only grow (I4), whatever order they come in. Used by merge, by what asks whose leg
// an id is, and by stray.cc. Must not know: phases, commands.
#pragma once

#include <optional>
#include <string_view>

#include "core/client_state.h"
#include "core/command.h"
#include "core/session.h"

namespace ringfence::rules {

// Evidence of life, learnt at `at_ms`. Revokes an inferred death, never a proved one.
void raise(Leg& leg, LegState to, Millis at_ms);
// When an answered leg was picked up, by the provider's clock (`occurred_ms`; 0: it does not say).
void pick_up(Leg& leg, Millis occurred_ms, Millis at_ms);
void see_bridged(Leg& leg, Millis at_ms);

// A proved end. What a hangup webhook says about it counts more than what we concluded before.
void end_leg(Leg& leg, const Ending& ending, Millis at_ms);
// An end that evidence may still revoke.
void infer_end(Leg& leg, std::string_view cause, Millis at_ms);

// The same of the caller. Nothing, once an application was told of the call: he has ended, and what it was told stands.
void raise_parent(Session& session, ParentState to, Millis at_ms);
void see_parent_bridged(Session& session, Millis at_ms);
void end_parent(Session& session, const Ending& ending, Millis at_ms);

void learn(std::string& known, std::string_view said);
// Nothing, once an application was told of it.
void learn(Session& session, const Recording& said);

// Codes with which Telnyx says that the call a command addressed is over or never was: proof of its end (row 17).
[[nodiscard]] bool proves_ended(const CommandOutcome& outcome);

// What the provider says of whom it speaks. Absent: empty.
struct Named {
  std::string_view call_control_id, call_leg_id, call_session_id;
  const std::optional<ClientState>& state;
};
// Whose word it is; kUnknownLeg: of nobody in this call. Ids that we know decide. Else our state names the leg, as long
// as no id that we know speaks against it: it may have been copied to a call that is no part of ours. The provider's
// session id is no proof either way, because not every account shares one among linked calls. A leg that this document
// does not know, or a second call to a device whose first we know, gets a place: it must be ended.
[[nodiscard]] int leg_named(Session& session, const Named& named);
// Whom ids are about, without a client_state of ours.
[[nodiscard]] int leg_of_ids(const Session& session, std::string_view call_leg_id, std::string_view call_control_id);

}  // namespace ringfence::rules
