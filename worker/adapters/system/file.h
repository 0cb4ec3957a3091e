// Reads whole small files: the configuration and secrets. Used by main at start and on reload only; blocking.
// Must not know: what is in them.
#pragma once

#include <cstddef>
#include <string>

#include "shared/result.h"

namespace ringfence {

struct FileText {
  std::string text;
  bool readable_by_all = false;  // others may read it: fine for a configuration, not for a secret
};

// Errors name the path and what to do, never the content.
[[nodiscard]] Result<FileText> read_file(const std::string& path, std::size_t max_bytes);

}  // namespace ringfence
