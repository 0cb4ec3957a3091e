// One HTTP request as the curl loop takes it. Filled in by adapters/telnyx and adapters/notify.
// Must not know: what it asks for.
#pragma once

#include <string>
#include <vector>

namespace ringfence {

struct HttpRequest {
  bool post = false;
  std::string path;                  // begins with '/', relative to the base URL, already percent-encoded
  std::string body;                  // empty for GET
  std::string url;                   // whole, checked by parse_base_url(): instead of base URL and path
  std::vector<std::string> headers;  // `Name: value` lines: instead of the loop's own
};

}  // namespace ringfence
