// ringfence_scenarios [--transitions] FILE...: plays scenario files against step(); prints what differed. Exit 0 only
// if all hold. --transitions prints which event led from which phase to which.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "stage.h"

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
  Transitions seen{};
  int played = 0;
  int failed = 0;
  bool transitions = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--transitions") == 0) {
      transitions = true;
      continue;
    }
    std::ifstream file(argv[i]);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto script = parse_script(argv[i], text);
    std::vector<std::string> complaints;
    if (!script) {
      complaints.push_back(script.error().text);
    } else {
      complaints = Stage(*script, seen).play();
    }
    for (const auto& complaint : complaints) std::fprintf(stderr, "%s\n", complaint.c_str());
    ++played;
    failed += complaints.empty() ? 0 : 1;
  }
  if (transitions) print(seen);
  std::fprintf(stderr, "scenarios: %d played, %d as expected\n", played, played - failed);
  return failed == 0 && played > 0 ? 0 : 1;
}
