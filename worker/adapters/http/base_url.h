// Where a server lives, checked once at start. Used by adapters/telnyx for the provider's API, which curl_loop.cc puts
// in front of every path, and by adapters/notify for the applications that are told. Must not know: commands.
#pragma once

#include <string>
#include <string_view>

#include "shared/result.h"

namespace ringfence {

struct BaseUrl {
  std::string prefix;  // "https://api.telnyx.com/v2": no slash at the end
  bool tls = true;
};

// What is said of a URL that is refused, and what it may hold beside host and path.
struct UrlRules {
  std::string_view name = "the provider's base URL";
  std::string_view why_tls = "the API key would travel in clear text";
  bool query = false;  // may have one; never a fragment
};

// https, or http to this machine only. No user or password.
// Errors are sentences for the operator; they never repeat the input, which may hold a password.
[[nodiscard]] Result<BaseUrl> parse_base_url(std::string_view text, const UrlRules& rules = {});

}  // namespace ringfence
