// A directory of one test, short enough for Unix socket paths. Used by every test that needs files; header only.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace ringfence::test {

class TempDir {
 public:
  explicit TempDir(const std::string& parent = "/tmp") : path_(parent + "/ringfence-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
    // nginx's worker processes may run as somebody else.
    (void)::chmod(path_.c_str(), 0755);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace ringfence::test
