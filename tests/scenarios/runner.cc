// See runner.h.
#include "runner.h"

#include <cstdio>

#include "stage.h"

namespace ringfence::scenario {

bool play_files(const std::vector<std::string>& files, const NewPerformer& performer) {
  Policy policy;
  policy.command_jitter_percent = 0;  // a file says when, to the tenth of a second
  std::size_t failed = 0;
  for (const std::string& name : files) {
    const auto script = read_script(name);
    std::vector<std::string> complaints;
    if (!script) {
      complaints.push_back(script.error().text);
    } else {
      const auto played_by = performer(SessionId{"caller-leg"}, policy);
      complaints = Stage(*script, *played_by, policy).play();
    }
    for (const auto& complaint : complaints) std::fprintf(stderr, "%s\n", complaint.c_str());
    failed += complaints.empty() ? 0 : 1;
  }
  std::fprintf(stderr, "scenarios: %zu played, %zu as expected\n", files.size(), files.size() - failed);
  return failed == 0 && !files.empty();
}

}  // namespace ringfence::scenario
