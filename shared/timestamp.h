// The replay window over a timestamp header. Must not know: what time it is; the caller passes both.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ringfence {

// Unix seconds as decimal digits only: no sign, no space, no leading zero, 1 to 12 digits. nullopt otherwise.
[[nodiscard]] std::optional<std::int64_t> parse_unix_seconds(std::string_view digits) noexcept;

// Unix milliseconds by the same rules, 1 to 15 digits.
[[nodiscard]] std::optional<std::int64_t> parse_unix_millis(std::string_view digits) noexcept;

// |now - timestamp| <= tolerance, both ways, without overflow. All in seconds.
[[nodiscard]] bool is_fresh(std::int64_t timestamp_s, std::int64_t now_s, std::int64_t tolerance_s) noexcept;

}  // namespace ringfence
