// Starting one child program. The caller waits for it; nothing is ever ended by name.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace ringfence::test {

// `environment` is added to ours; stdout and stderr go to `output`. The child dies with the test. -1: not started.
// A `listener` is handed over as systemd hands over its sockets.
[[nodiscard]] pid_t spawn(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                          const std::string& output, int listener = -1);

}  // namespace ringfence::test
