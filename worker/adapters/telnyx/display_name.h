// A caller's name as the provider takes it for the display of a phone. Pure. Used by request.cc. Must not know:
// commands, JSON.
#pragma once

#include <string>
#include <string_view>

namespace ringfence {

// Letters without their accents, digits, spaces and -_~!.+ alone, cut to what is taken: the provider refuses the whole
// dial for anything else, and the name is whatever the caller has chosen. Empty: nothing of it can be shown.
[[nodiscard]] std::string display_name(std::string_view name);

}  // namespace ringfence
