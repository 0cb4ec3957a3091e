// A server's address behind curl's own URL parser; see base_url.h.
#include "adapters/http/base_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>

namespace ringfence {
namespace {

struct UrlDelete {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK || text == nullptr) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;  // curl maps localhost to loopback without asking DNS
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

}  // namespace

Result<BaseUrl> parse_base_url(std::string_view text, const UrlRules& rules) {
  const std::string name(rules.name);
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\') {
      return fail(ErrorCode::invalid, name + " contains a space, a control character or a backslash");
    }
  }
  const std::unique_ptr<CURLU, UrlDelete> url(curl_url());
  if (!url) return fail(ErrorCode::internal, "there is no memory to read " + name);
  if (curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return fail(ErrorCode::invalid, name + " is not a URL; expected https://host/path");
  }
  const std::string scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") {
    return fail(ErrorCode::invalid, name + " must begin with https://");
  }
  if (!part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_PASSWORD).empty()) {
    return fail(ErrorCode::invalid, name + " must not contain a user or a password");
  }
  if (text.find_first_of(rules.query ? "#" : "?#") != std::string_view::npos) {
    return fail(ErrorCode::invalid,
                name + " must not contain " + (rules.query ? "a fragment" : "a query or a fragment"));
  }
  if (scheme == "http" && !is_loopback(part(url.get(), CURLUPART_HOST))) {
    return fail(ErrorCode::invalid, "http is allowed to this machine only: " + std::string(rules.why_tls));
  }
  BaseUrl base{part(url.get(), CURLUPART_URL), scheme == "https"};
  while (!rules.query && base.prefix.ends_with('/')) base.prefix.pop_back();
  return base;
}

}  // namespace ringfence
