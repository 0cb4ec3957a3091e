// ringfence_scenarios [--transitions] FILE...: plays scenario files against step(); prints what differed. Exit 0 only
// if all hold. --transitions prints which event led from which phase to which.
#include <cstdio>
#include <string>
#include <vector>

#include "runner.h"
#include "virtual_time.h"

namespace {

void print(const ringfence::scenario::Transitions& seen) {
  using namespace ringfence;
  for (std::size_t from = 0; from < kPhases; ++from) {
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
      for (std::size_t to = 0; to < kPhases; ++to) {
        if ((seen[from][kind] & bit_of(static_cast<Phase>(to))) == 0) continue;
        std::printf("%s %s %s\n", name_of(static_cast<Phase>(from)).data(),
                    name_of(static_cast<EventKind>(kind)).data(), name_of(static_cast<Phase>(to)).data());
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace ringfence::scenario;
  std::vector<std::string> files(argv + 1, argv + argc);
  const bool transitions = std::erase(files, "--transitions") > 0;
  Transitions seen{};
  const auto performer = [&seen](const ringfence::SessionId& session, const ringfence::Policy& policy) {
    return perform_by_step(session, policy, seen);
  };
  const bool fine = play_files(files, performer);
  if (transitions) print(seen);
  return fine ? 0 : 1;
}
