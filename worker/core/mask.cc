// See mask.h.
#include "core/mask.h"

namespace ringfence {

std::string mask_number(std::string_view number) {
  constexpr std::size_t kShown = 4;
  if (number.size() <= kShown) return std::string(number);
  return std::string(number.size() - kShown, '*') + std::string(number.substr(number.size() - kShown));
}

}  // namespace ringfence
