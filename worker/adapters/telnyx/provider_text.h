// What is read of the provider's bodies whatever was asked: ids, and why something was refused. Pure; the bodies are
// hostile. Used by response.cc and by credential_wire.cc. Must not know: commands, who asked.
#pragma once

#include <string>
#include <string_view>

#include "shared/json.h"

namespace ringfence {

// Empty when absent, no text, or longer than limits::kFieldBytes.
[[nodiscard]] std::string id_text(const json_t* object, const char* key);

// Both are empty where the body says nothing of the kind.
struct ProviderError {
  std::string code;    // such as "90018"
  std::string detail;  // of safe_detail()
};
[[nodiscard]] ProviderError read_error(const json_t* root);

// Printable, at most limits::kDetailBytes, long digit runs (phone numbers) masked: fit for the ladder and the log.
[[nodiscard]] std::string safe_detail(std::string_view text);

}  // namespace ringfence
