// User and group names of the configuration as numbers. Used by main at start only; blocking.
// Must not know: what an account may do.
#pragma once

#include <sys/types.h>

#include <string>

#include "shared/result.h"

namespace ringfence {

// A name of the passwd/group database or a decimal number. Errors say which directive-worthy name is unknown.
[[nodiscard]] Result<uid_t> find_user(const std::string& name);
[[nodiscard]] Result<gid_t> find_group(const std::string& name);

}  // namespace ringfence
