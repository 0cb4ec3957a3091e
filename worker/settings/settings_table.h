// The directives of ringd.conf: one table that checks, defaults and explains, and the fields of Policy they fill.
// Used by settings.cc. Must not know: files.
#pragma once

#include <span>
#include <string_view>

#include "core/policy.h"
#include "shared/conf_table.h"

namespace ringfence {

[[nodiscard]] std::span<const ConfEntry> settings_table() noexcept;

// Which directive of the block `ring` fills which field.
struct PolicyTime {
  std::string_view key;  // "ring.timeout"
  Millis Policy::*field;
};
struct PolicyCount {
  std::string_view key;
  int Policy::*field;
};
[[nodiscard]] std::span<const PolicyTime> policy_times() noexcept;
[[nodiscard]] std::span<const PolicyCount> policy_counts() noexcept;

}  // namespace ringfence
