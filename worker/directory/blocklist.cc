// See blocklist.h.
#include "directory/blocklist.h"

#include <algorithm>
#include <cctype>

#include "directory/directory_reader.h"

namespace ringfence {
namespace {

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view user_part(std::string_view number) noexcept {
  for (const std::string_view scheme : {"sip:", "sips:", "tel:"}) {
    if (number.starts_with(scheme)) number.remove_prefix(scheme.size());
  }
  return number.substr(0, number.find_first_of("@;"));
}

}  // namespace

bool Blocklist::is_pattern(std::string_view text) noexcept {
  if (text == kAnonymous || is_e164(text)) return true;
  if (!text.ends_with('*')) return false;
  text.remove_suffix(1);  // +4* at least: a single star would block everybody
  return text.size() >= 2 && text.size() <= 16 && text[0] == '+' && text[1] != '0' && all_digits(text.substr(1));
}

bool Blocklist::blocks(std::string_view number) const {
  if (patterns_.empty()) return false;
  if (is_anonymous(number)) return patterns_.contains(kAnonymous);
  std::string plain = plain_number(number);
  if (patterns_.contains(plain)) return true;
  constexpr std::size_t kLongest = 16;  // a plus and 15 digits
  for (std::size_t length = std::min(plain.size(), kLongest); length >= 2; --length) {
    plain.resize(length);
    if (patterns_.contains(plain + "*")) return true;
  }
  return false;
}

std::string plain_number(std::string_view number) {
  const std::string_view user = user_part(number);
  if (!all_digits(user)) return std::string(user);
  if (user.starts_with("00")) return "+" + std::string(user.substr(2));
  constexpr std::size_t kShortest = 8;  // below it, digits alone are an extension or a service such as 112
  return user.size() >= kShortest && user[0] != '0' ? "+" + std::string(user) : std::string(user);
}

bool is_anonymous(std::string_view number) noexcept {
  const std::string_view user = user_part(number);
  const auto same = [&](std::string_view word) {
    return std::equal(user.begin(), user.end(), word.begin(), word.end(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
  };
  if (user.empty() || user == "+") return true;
  // The digits spell ANONYMOUS on a keypad.
  for (const std::string_view word :
       {"anonymous", "restricted", "unavailable", "private", "unknown", "withheld", "266696687", "+266696687"}) {
    if (same(word)) return true;
  }
  return false;
}

}  // namespace ringfence
