// The stored form of a session: versioned JSON, written by us and read back strictly. Must not know: stores.
#pragma once

#include <string>
#include <string_view>

#include "core/session.h"
#include "shared/json.h"
#include "shared/result.h"

namespace ringfence {

inline constexpr int kSessionFormat = 2;

[[nodiscard]] std::string encode_session(const Session& session);
[[nodiscard]] Result<Session> decode_session(std::string_view document);

}  // namespace ringfence
