// The numbers as Prometheus text, for `GET /metrics`. Used by control.cc. Must not know: requests, which numbers there
// are.
#pragma once

#include <string>
#include <string_view>

#include "engine/measures.h"

namespace ringfence {

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

// Each number is a family of its own: HELP, TYPE, its samples. A state is a sample of 0 or 1 for each that it could be,
// a text a label of a sample that is always 1.
[[nodiscard]] std::string metrics_view(const Measures& measures);

}  // namespace ringfence
