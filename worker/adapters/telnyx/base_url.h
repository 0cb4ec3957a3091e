// Where the provider's API lives, checked once at start. Used by client.cc; curl_loop.cc prefixes every request with
// it. Must not know: commands.
#pragma once

#include <string>
#include <string_view>

#include "shared/result.h"

namespace ringfence {

struct BaseUrl {
  std::string prefix;  // "https://api.telnyx.com/v2": no slash at the end
  bool tls = true;
};

// https, or http to this machine only (the API key travels in every request). No user, query or fragment.
// Errors are sentences for the operator; they never repeat the input, which may hold a password.
[[nodiscard]] Result<BaseUrl> parse_base_url(std::string_view text);

}  // namespace ringfence
