// See near_miss.h.
#include "shared/near_miss.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace ringfence {
namespace {

constexpr std::size_t kWordBytes = 64;
constexpr std::size_t kBegunBytes = 4;  // a word cut short, `sip_user`, is near whatever is missing

// Levenshtein's distance, one row at a time. Both words at most kWordBytes long.
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::size_t, kWordBytes + 1> row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view near_miss(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > kWordBytes) return {};
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view one : known) {
    if (one.size() > kWordBytes) continue;
    const bool begun = word.size() >= kBegunBytes && one.starts_with(word);
    const std::size_t changes = begun ? 1 : distance(word, one);
    if (changes >= least) continue;
    least = changes;
    nearest = one;
  }
  return nearest;
}

}  // namespace ringfence
