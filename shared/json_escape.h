// Text as the inside of a JSON string, without a tree: for log lines and session documents, which are written often.
// Must not know: what the text means; reading JSON is json.h's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringfence {

// Appends `text` escaped, at most `max_bytes` of output. Whatever is not UTF-8, and NUL, becomes '?'. False when
// something had to be left out.
bool append_json_escaped(std::string& out, std::string_view text, std::size_t max_bytes);

}  // namespace ringfence
