// The text of one configuration value as nginx writes it. Used by conf_table.cc; the edge reads its own with nginx's.
// Must not know: tables, files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence {

// `500ms`, `30s`, `1h30m` (largest unit first, each once), `90` = seconds. nullopt when malformed or past 64 bits.
[[nodiscard]] std::optional<std::int64_t> parse_duration_ms(std::string_view text) noexcept;
// `64k`, `32M`, `1g`, `512`.
[[nodiscard]] std::optional<std::int64_t> parse_size_bytes(std::string_view text) noexcept;
// Decimal digits, perhaps after a minus.
[[nodiscard]] std::optional<std::int64_t> parse_number(std::string_view text) noexcept;
// True when `text` is one of `choices`, which are separated by '|'.
[[nodiscard]] bool is_choice(std::string_view text, std::string_view choices) noexcept;

// The shortest exact spelling, for messages and for the defaults of `ringd -T`.
[[nodiscard]] std::string duration_text(std::int64_t ms);
[[nodiscard]] std::string size_text(std::int64_t bytes);

}  // namespace ringfence
