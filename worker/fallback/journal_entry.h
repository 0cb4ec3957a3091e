// One line of a session's journal: a commit that was made here while the store of the fleet was away, so that it can be
// made there. Its document is not in the line: what the session is in the end stands beside the journal, and what it
// was in between nobody needs. Used by FallbackStore, Homecoming. Must not know: stores, documents.
#pragma once

#include <string>
#include <string_view>

#include "ports/store.h"

namespace ringfence {

[[nodiscard]] std::string encode_entry(const CommitRequest& request);
// The request without its document.
[[nodiscard]] Result<CommitRequest> decode_entry(const SessionId& session, std::string_view line);

}  // namespace ringfence
