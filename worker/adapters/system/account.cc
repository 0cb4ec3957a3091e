// Names to numbers; see account.h.
#include "adapters/system/account.h"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <optional>

namespace ringfence {
namespace {

[[nodiscard]] std::optional<std::uint32_t> as_number(const std::string& name) noexcept {
  std::uint32_t value = 0;
  const char* end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data(), end, value);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

}  // namespace

Result<uid_t> find_user(const std::string& name) {
  if (const auto number = as_number(name)) return *number;
  if (const passwd* entry = getpwnam(name.c_str()); entry != nullptr) return entry->pw_uid;
  return fail(ErrorCode::not_found, "there is no user \"" + name + "\" on this machine");
}

Result<gid_t> find_group(const std::string& name) {
  if (const auto number = as_number(name)) return *number;
  if (const group* entry = getgrnam(name.c_str()); entry != nullptr) return entry->gr_gid;
  return fail(ErrorCode::not_found, "there is no group \"" + name + "\" on this machine");
}

}  // namespace ringfence
