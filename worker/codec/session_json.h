// The stored form of a session: JSON with the number of its format, written by us and read back strictly. README.md
// tells what two versions of ringd on one store do with each other's documents. Must not know: stores.
#pragma once

#include <string>
#include <string_view>

#include "core/session.h"
#include "shared/json.h"
#include "shared/result.h"

namespace ringfence {

// The format of a document says who may rewrite it. It grows when the meaning of what is stored changes, not with a
// further field. 1 was never in a ringd that anybody could have installed.
inline constexpr int kOldestSessionFormat = 2;

[[nodiscard]] std::string encode_session(const Session& session);
// `unavailable`: a newer ringd wrote it, and this one must leave it as it is. Any other error: nobody can read it.
[[nodiscard]] Result<Session> decode_session(std::string_view document);

}  // namespace ringfence
