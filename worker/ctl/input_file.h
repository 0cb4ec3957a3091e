// A file that the operator names, whole. Used by the commands that read one. Must not know: what is in it.
#pragma once

#include <optional>
#include <string>

namespace ringfence::ctl {

// `file` may be "-" for the standard input. nullopt: it cannot be read.
[[nodiscard]] std::optional<std::string> read_file(const std::string& file);
[[nodiscard]] std::string name_of_file(const std::string& file);  // for messages

}  // namespace ringfence::ctl
