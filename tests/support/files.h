// A directory of one test, short enough for Unix socket paths, and whole-file reading and writing.
#pragma once

#include <string>
#include <string_view>

namespace ringfence::test {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

// Empty when the file is absent.
[[nodiscard]] std::string read_text(const std::string& path);
void write_text(const std::string& path, std::string_view text);

}  // namespace ringfence::test
