// A telephone number as it may be shown and logged. Used wherever one is. Must not know: who may see more.
#pragma once

#include <string>
#include <string_view>

namespace ringfence {

// All but its last four characters as stars.
[[nodiscard]] std::string mask_number(std::string_view number);

}  // namespace ringfence
