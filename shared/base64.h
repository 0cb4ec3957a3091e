// Strict standard base64: padded, canonical, no white space. The fixed-size decode never allocates.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/bytes.h"

namespace ringfence {

// Decodes into exactly out.size() bytes; false when the text is not the one canonical encoding of that many bytes.
[[nodiscard]] bool decode_base64_exact(std::string_view text, ByteSpan out) noexcept;
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
[[nodiscard]] std::string encode_base64(ByteView bytes);

}  // namespace ringfence
