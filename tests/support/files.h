// A directory of one test (temp_dir.h), and whole-file reading and writing.
#pragma once

#include <string>
#include <string_view>

#include "support/temp_dir.h"

namespace ringfence::test {

// Empty when the file is absent.
[[nodiscard]] std::string read_text(const std::string& path);
void write_text(const std::string& path, std::string_view text);

}  // namespace ringfence::test
