// Plays scenario files one after the other and says what differed: what the two programs here have in common.
// Must not know: who performs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/policy.h"
#include "performer.h"

namespace ringfence::scenario {

using NewPerformer = std::function<std::unique_ptr<Performer>(const SessionId& session, const Policy& policy)>;

// Each file with a performer of its own. Complaints go to stderr, and a last line with the sum. True only if there was
// one and all hold.
[[nodiscard]] bool play_files(const std::vector<std::string>& files, const NewPerformer& performer);

}  // namespace ringfence::scenario
