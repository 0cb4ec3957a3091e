// The JSON scanner against jansson: the input is a body. What it must answer, support/json_oracle.h says.
#include <string>
#include <vector>

#include "fuzz.h"
#include "support/json_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringfence;
  const std::vector<char> body(data, data + size);  // of exactly this size, so that ASan sees its end
  bool accepted = false;
  const std::string trouble = test::scan_and_compare({body.data(), body.size()}, accepted);
  fuzz::require(trouble.empty(), trouble);
  return 0;
}
