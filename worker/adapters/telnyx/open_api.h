// The way to the provider's API, checked and opened: address, key, certificates. The same for client.h and
// credentials_client.h, which have a CurlLoop each. Must not know: what is asked for.
#pragma once

#include <memory>
#include <string>

#include "adapters/http/curl_loop.h"
#include "adapters/uv/loop.h"
#include "shared/result.h"

namespace ringfence {

// `settings.base` is filled in from `base_url`. Wipes `api_key`, also when something is wrong.
// Error: a sentence for the operator about the option that is.
[[nodiscard]] Result<std::unique_ptr<CurlLoop>> open_api(UvLoop& loop, std::string_view base_url, std::string& api_key,
                                                         CurlSettings settings);

}  // namespace ringfence
