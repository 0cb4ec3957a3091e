// One secret from one file; see secret_file.h.
#include "adapters/system/secret_file.h"

#include <algorithm>
#include <utility>

#include "adapters/system/file.h"
#include "shared/limits.h"

namespace ringfence {

Result<Secret> read_secret(const std::string& path) {
  auto file = read_file(path, limits::kSecretFileBytes);
  if (!file) return std::unexpected(std::move(file.error()));
  std::string& text = file->text;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return fail(ErrorCode::invalid, path + " is empty; it must hold the secret on one line");
  // A line break would let the rest of the file become a header of its own on the wire.
  const auto unusable = [](char c) { return static_cast<unsigned char>(c) < 0x21 || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), unusable)) {
    return fail(ErrorCode::invalid,
                path + " holds white space or control characters; one line with the secret alone was expected");
  }
  return Secret{.text = std::move(text), .readable_by_all = file->readable_by_all};
}

}  // namespace ringfence
