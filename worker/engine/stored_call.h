// A call as the store has it, for whoever answers a request about one; and what to answer when there is none. Used by
// control.cc and past_calls.cc. Must not know: what is asked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/session.h"
#include "ports/ingress.h"
#include "ports/store.h"

namespace ringfence {

struct StoredCall {
  Session session;
  std::uint64_t version = 0;
};

// `use` gets the call and `done`; without it (no such call, unreadable, the store away) `done` gets the sentence.
using ReplyTo = std::function<void(ControlReply)>;
void with_call(Store& store, std::string_view id, ReplyTo done, std::function<void(StoredCall, ReplyTo)> use);
// The same for who can do without reading it.
void with_document(Store& store, std::string_view id, ReplyTo done, std::function<void(StoredSession, ReplyTo)> use);

}  // namespace ringfence
