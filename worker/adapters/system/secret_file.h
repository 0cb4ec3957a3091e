// A secret - API key, password - read from its own file, so that it is never in the configuration, in the process
// arguments or in the log. Used by main. Must not know: whose secret it is.
#pragma once

#include <string>

#include "shared/result.h"

namespace ringfence {

struct Secret {
  std::string text;
  bool readable_by_all = false;  // main warns: `chmod o-r` or systemd's LoadCredential
};

// One line; a single line end is taken off. Errors name the path, never the content.
[[nodiscard]] Result<Secret> read_secret(const std::string& path);

}  // namespace ringfence
