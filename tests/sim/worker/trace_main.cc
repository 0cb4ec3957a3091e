// ringfence_trace FILE...: every ladder line in these logs (or on standard input) is a path of the machine, or the line
// that is not is printed and the exit status is 1. Lines that are not ladders are passed over.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "ladder_check.h"

namespace {

bool validate(std::istream& in, const char* name, ringfence::sim::LadderCheck& check, std::size_t& lines) {
  std::size_t number = 0;
  bool good = true;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto begins = line.find("{\"session\":");
    if (begins == std::string::npos || line.find("\"phase\":") == std::string::npos) continue;
    ++lines;
    const std::string wrong = check.read(std::string_view(line).substr(begins));
    if (wrong.empty()) continue;
    std::printf("%s:%zu: %s\n  %s\n", name, number, wrong.c_str(), line.c_str());
    good = false;
  }
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  bool good = true;
  std::size_t lines = 0;
  std::size_t sessions = 0;
  for (int i = 1; i < argc || i == 1; ++i) {
    ringfence::sim::LadderCheck check;  // a file is a world of its own
    if (i < argc) {
      std::ifstream in(argv[i]);
      good &= validate(in, argv[i], check, lines);
    } else {
      good &= validate(std::cin, "standard input", check, lines);
    }
    sessions += check.sessions();
  }
  std::printf("trace: %zu ladder lines of %zu sessions, %s\n", lines, sessions, good ? "all paths" : "NOT all paths");
  return good ? 0 : 1;
}
