// ringfence_scenarios FILE...: plays scenario files against step(); prints what differed. Exit 0 only if all hold.
#include <cstdio>
#include <fstream>
#include <iterator>

#include "stage.h"

int main(int argc, char** argv) {
  using namespace ringfence::scenario;
  int failed = 0;
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i]);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto script = parse_script(argv[i], text);
    std::vector<std::string> complaints;
    if (!script) {
      complaints.push_back(script.error().text);
    } else {
      complaints = Stage(*script).play();
    }
    for (const auto& complaint : complaints) std::fprintf(stderr, "%s\n", complaint.c_str());
    failed += complaints.empty() ? 0 : 1;
  }
  std::printf("scenarios: %d played, %d as expected\n", argc - 1, argc - 1 - failed);
  return failed == 0 && argc > 1 ? 0 : 1;
}
