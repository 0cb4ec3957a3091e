// Live calls of the provider's list that carry our client_state although no session knows them as live: a dial whose
// answer was lost, a leg that was taken for dead, a call whose session the store has lost. Used by engine/sweep.cc.
// Must not know: lists, stores.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/event.h"
#include "core/session.h"

namespace ringfence {

// `live` is this session's by its client_state, and the session (an empty one: it is not in the store) does not have it
// alive. A call of somebody else's that carries a copy of our state is none.
[[nodiscard]] bool is_stray(const Session& session, const AuditedLeg& live);

// All that is known of the session is that it was one of ours: the store lost it, and a webhook or a sweep brought it
// back. Nobody can tell from it whether two people talk.
[[nodiscard]] bool is_lost(const Session& session) noexcept;

// The find as the provider's word about the session's leg. `version` is the session's: two workers that find the same
// say it once.
[[nodiscard]] Event stray_event(const SessionId& session, std::uint64_t version, const AuditedLeg& live,
                                std::string_view connection_id);

}  // namespace ringfence
