// The steps that must be atomic in Redis, as our own Lua. Sent by SHA, as text when the server has forgotten them. All
// keys of one call carry one hash tag, so the scripts also run on a cluster. Must not know: connections.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

enum class Script : std::uint8_t { commit, claim, listed, row, put_directory, get_directory, count };
inline constexpr std::size_t kScripts = static_cast<std::size_t>(Script::count);

[[nodiscard]] std::string_view script_text(Script script);

struct ScriptCall {
  Script script = Script::commit;
  std::vector<std::string> keys;
  std::vector<std::string> arguments;
};

}  // namespace ringfence
