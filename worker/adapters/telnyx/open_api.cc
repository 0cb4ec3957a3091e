// See open_api.h.
#include "adapters/telnyx/open_api.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "adapters/http/base_url.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

// Printable ASCII without spaces: anything else would end the header or begin another.
bool is_header_safe(const std::string& key) {
  return std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<void> check(const std::string& api_key, const CurlSettings& settings) {
  if (api_key.empty()) return fail(ErrorCode::invalid, "the provider's API key is empty");
  if (api_key.size() > limits::kSecretFileBytes || !is_header_safe(api_key)) {
    return fail(ErrorCode::invalid, "the provider's API key is too long or holds spaces or control characters");
  }
  if (settings.connect_ms <= 0) {
    return fail(ErrorCode::invalid, "the time for a connection to the provider's API is not above zero");
  }
  // curl would find out with the first command, and with every one after it.
  if (!settings.ca_file.empty() && access(settings.ca_file.c_str(), R_OK) != 0) {
    return fail(ErrorCode::invalid, "ca_file " + settings.ca_file + " cannot be read: " + std::strerror(errno));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<CurlLoop>> open_api(UvLoop& loop, std::string_view base_url, std::string& api_key,
                                           CurlSettings settings) {
  const Result<void> checked = check(api_key, settings);
  Result<BaseUrl> base = parse_base_url(base_url);
  Headers headers = make_headers(api_key);  // also wipes it, whatever happens next
  if (!checked) return std::unexpected(checked.error());
  if (!base) return std::unexpected(base.error());
  if (!headers) return fail(ErrorCode::internal, "there is no memory for the provider's client");
  settings.base = std::move(*base);
  auto curl = std::make_unique<CurlLoop>(loop, std::move(settings), std::move(headers));
  if (!curl->ready()) return fail(ErrorCode::internal, "libcurl cannot be initialised");
  return curl;
}

}  // namespace ringfence
