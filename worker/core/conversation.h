// The keys under which an application files a call: the conversation of two numbers in an organisation, and this call
// as one message of it. Computed, not stored: the same call has the same keys in every notice, on every worker
// and after every crash, so whoever files by them makes nothing twice. Used by outcome_json. Must not know: what is
// filed.
#pragma once

#include <string>

#include "core/session.h"

namespace ringfence {

// One for all calls between a number of the organisation's and another one, whoever of the two calls. Empty where one
// of them is none that could be called back: withheld, an extension, not known yet.
[[nodiscard]] std::string conversation_id(const Session& session);

// One for each call: the provider's call_session_id says which. Empty while that is not known.
[[nodiscard]] std::string message_id(const Session& session);

}  // namespace ringfence
