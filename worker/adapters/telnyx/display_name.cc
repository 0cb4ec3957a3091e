// See display_name.h.
#include "adapters/telnyx/display_name.h"

#include <array>

#include "shared/limits.h"

namespace ringfence {
namespace {

// The letters from U+00C0, U+0100 and U+0140 on: in UTF-8 what may follow the bytes c3, c4 and c5.
constexpr std::array<std::string_view, 3> kPlain = {"AAAAAAACEEEEIIIIDNOOOOO OUUUUYTsaaaaaaaceeeeiiiidnooooo ouuuuyty",
                                                    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL",
                                                    "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"};
constexpr unsigned char kFirstLead = 0xc3, kContinues = 0x80, kMask = 0xc0;
static_assert(kPlain[0].size() == 64 && kPlain[1].size() == 64 && kPlain[2].size() == 64);

bool is_shown(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(" -_~!.+").contains(c);
}

// The plain letter of an accented one, else nothing to show.
char plain(char lead, char next) {
  const std::size_t row = static_cast<std::size_t>(static_cast<unsigned char>(lead)) - kFirstLead;
  const auto byte = static_cast<unsigned char>(next);
  if (row >= kPlain.size() || (byte & kMask) != kContinues) return '\0';
  return kPlain.at(row)[byte & static_cast<unsigned char>(~kMask)];
}

}  // namespace

std::string display_name(std::string_view name) {
  std::string shown;
  char before = '\0';
  for (const char c : name) {
    const char letter = is_shown(c) ? c : plain(before, c);
    before = c;
    if (!is_shown(letter) || (letter == ' ' && (shown.empty() || shown.back() == ' '))) continue;
    if (shown.size() == limits::kDisplayNameCharacters) break;
    shown += letter;
  }
  if (shown.ends_with(' ')) shown.pop_back();
  return shown;
}

}  // namespace ringfence
