// Errors as values: Result<T> is a value or an Error that says what, where and what to do.
// Who uses it: every folder. It must not know: any of them. We throw nothing.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace ringfence {

enum class ErrorCode : std::uint8_t {
  invalid,      // the input breaks a format or a rule; a retry would not help
  limit,        // a bound from limits.h was met
  unavailable,  // a peer is away; a retry may help
  unknown,      // the request may or may not have taken effect
  not_found,    // the thing named does not exist
  internal,     // a library refused what it never should refuse
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string text;  // one sentence for an operator; never a secret, never raw input
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string text) {
  return std::unexpected(Error{code, std::move(text)});
}

}  // namespace ringfence
