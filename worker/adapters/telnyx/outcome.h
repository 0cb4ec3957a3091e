// The table that drives retries: what curl and the provider said, as one of four classes (core/command.h). Used by
// client.cc and credentials_client.cc. Must not know: commands, JSON.
#pragma once

#include <curl/curl.h>

#include "core/command.h"

namespace ringfence {

// `request_bytes` is CURLINFO_REQUEST_SIZE: 0 means that no byte of the request left. `http_status` 0 = no answer.
[[nodiscard]] OutcomeClass classify(CURLcode code, long request_bytes, int http_status) noexcept;

// No answer, or one that speaks of a fault of the provider's own. One longer than we read is an answer.
[[nodiscard]] bool says_away(CURLcode code, int http_status) noexcept;

}  // namespace ringfence
