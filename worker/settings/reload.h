// What of ringd.conf a running worker follows when it is read again, and what waits for its restart. Values in, values
// out. Used by main. Must not know: how a part follows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.h"

namespace ringfence {

// Into `running` goes from `read` what a running worker follows. Returned are the directives, or their blocks, that
// differ all the same: they need a restart.
[[nodiscard]] std::vector<std::string_view> follow(Settings& running, const Settings& read);

// One sentence for the operator: what is in force now, and what is not yet.
[[nodiscard]] std::string reload_sentence(const std::vector<std::string_view>& waiting);

}  // namespace ringfence
