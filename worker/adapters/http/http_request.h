// One HTTP request as the curl loop takes it. Filled in by adapters/telnyx and adapters/notify.
// Must not know: what it asks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ringfence {

struct HttpRequest {
  enum class Method : std::uint8_t { get, post, del };

  Method method = Method::get;
  bool once = false;                 // never repeated by curl, for the price of a connection of its own
  std::string path;                  // begins with '/', relative to the base URL, already percent-encoded
  std::string body;                  // of a POST
  std::string url;                   // whole, checked by parse_base_url(): instead of base URL and path
  std::vector<std::string> headers;  // `Name: value` lines: instead of the loop's own
};

}  // namespace ringfence
