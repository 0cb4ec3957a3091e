// ISO 8601 in the one form the directory file has: 2026-11-21T07:00:00Z. Must not know: what time it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/plan.h"

namespace ringfence {

// nullopt: not exactly that form, no such day, or before 1970.
[[nodiscard]] std::optional<Millis> parse_utc(std::string_view text);
[[nodiscard]] std::string format_utc(Millis at_ms);  // whole seconds

}  // namespace ringfence
