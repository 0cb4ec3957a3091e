// See files.h.
#include "support/files.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace ringfence::test {

TempDir::TempDir() {
  char name[] = "/tmp/ringfence-XXXXXX";
  if (mkdtemp(name) == nullptr) std::abort();
  path_ = name;
  // nginx's worker processes may run as somebody else.
  (void)::chmod(name, 0755);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_text(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
}

}  // namespace ringfence::test
