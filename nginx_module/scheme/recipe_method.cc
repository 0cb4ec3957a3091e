// See recipe_method.h.
#include "scheme/recipe_method.h"

#include <algorithm>

#include "scheme/recipe_source.h"
#include "scheme/recipe_words.h"

namespace ringfence::scheme {
namespace {

constexpr std::array<std::string_view, 6> kAlgorithms = {"hmac-sha1", "hmac-sha256", "hmac-sha512",
                                                         "ed25519",   "ecdsa-p256",  "token"};
constexpr std::array<std::string_view, 4> kKeyEncodings = {"raw", "hex", "base64", "spki"};
constexpr std::array<std::string_view, 3> kTextEncodings = {"hex", "base64", "plain"};
static_assert(static_cast<std::size_t>(Algorithm::token) + 1 == kAlgorithms.size());
static_assert(static_cast<std::size_t>(KeyEncoding::spki) + 1 == kKeyEncodings.size());
static_assert(static_cast<std::size_t>(TextEncoding::plain) + 1 == kTextEncodings.size());

// Looks `word` up in the names of an enum's values, which stand in its order.
template <typename Enum, std::size_t kCount>
Fault read_name(std::string_view what, std::string_view word, const std::array<std::string_view, kCount>& names,
                Enum& value) noexcept {
  const auto at = std::ranges::find(names, word);
  if (at == names.end()) return unknown_word(what, word, names);
  value = static_cast<Enum>(at - names.begin());
  return {};
}

bool fits(Algorithm algorithm, KeyEncoding encoding) noexcept {
  switch (algorithm) {
    case Algorithm::hmac_sha1:
    case Algorithm::hmac_sha256:
    case Algorithm::hmac_sha512:
      return encoding != KeyEncoding::spki;
    case Algorithm::ed25519:
      return encoding == KeyEncoding::hex || encoding == KeyEncoding::base64;
    case Algorithm::ecdsa_p256:
      return encoding == KeyEncoding::spki;
    case Algorithm::token:
      break;
  }
  return encoding == KeyEncoding::raw;
}

std::string_view fitting_encodings(Algorithm algorithm) noexcept {
  switch (algorithm) {
    case Algorithm::ed25519:
      return "hex or base64, of 32 bytes";
    case Algorithm::ecdsa_p256:
      return "spki";
    case Algorithm::token:
      return "raw";
    default:
      return "raw, hex or base64";
  }
}

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// A character between entries, or between an entry's name and its value: one that no value can hold.
Fault read_character(const Option& option, char& out) noexcept {
  if (option.value.empty()) return {};
  const char c = option.value.front();
  if (option.value.size() != 1 || c < ' ' || c > '~' || is_letter_or_digit(c)) {
    return {"\"",
            option.name,
            "=",
            shown(option.value),
            "\" is not one character that is no letter and no digit; expected one like ",
            option.name == "list" ? "list=," : "separator=="};
  }
  out = c;
  return {};
}

Fault check_entries(const Method& method) noexcept {
  if (!method.name.empty() && method.separator == 0) {
    return {"\"name=\" of \"signature\" needs separator=, which ends the name of an entry"};
  }
  if (method.name.empty() && method.separator != 0) {
    return {"\"separator=\" of \"signature\" needs name=, which says whose values are signatures"};
  }
  if (method.list == 0) return {};
  if (method.list == method.separator) return {"\"list=\" and \"separator=\" of \"signature\" are the same character"};
  if (method.encoding == TextEncoding::base64 && std::string_view("+/=").find(method.list) != std::string_view::npos) {
    return {"\"list=", std::string_view(&method.list, 1), "\" of \"signature\" is a character of base64"};
  }
  const auto has_list = [&method](std::string_view text) { return text.find(method.list) != std::string_view::npos; };
  if (has_list(method.prefix) || has_list(method.name)) {
    return {"\"prefix=\" or \"name=\" of \"signature\" holds the character of list=, so that nothing could match"};
  }
  return {};
}

}  // namespace

std::string_view name_of(Algorithm algorithm) noexcept { return kAlgorithms[static_cast<std::size_t>(algorithm)]; }
std::string_view name_of(KeyEncoding encoding) noexcept { return kKeyEncodings[static_cast<std::size_t>(encoding)]; }

Fault read_algorithm(std::string_view word, Method& method) noexcept {
  if (Fault fault = read_name("algorithm", word, kAlgorithms, method.algorithm)) return fault;
  method.encoding = method.algorithm == Algorithm::token ? TextEncoding::plain : TextEncoding::hex;
  return {};
}

Fault read_key(std::span<const std::string_view> words, Method& method) noexcept {
  if (Fault fault = read_name("key encoding", words[1], kKeyEncodings, method.key_encoding)) return fault;
  if (!fits(method.algorithm, method.key_encoding)) {
    return {"key encoding \"",         words[1],        "\" does not fit algorithm \"",
            name_of(method.algorithm), "\"; expected ", fitting_encodings(method.algorithm)};
  }
  std::array<Option, 2> options = {{{"prefix", {}}, {"begins", {}}}};
  if (Fault fault = read_options(words[0], words.subspan(2), options)) return fault;
  method.key_prefix = options[0].value;
  method.key_begins = options[1].value;
  return {};
}

Fault read_signature(std::span<const std::string_view> words, Plan& plan, Method& method) noexcept {
  std::array<Option, 8> options = {{{"header", {}},
                                    {"json", {}},
                                    {"list", {}},
                                    {"separator", {}},
                                    {"name", {}},
                                    {"prefix", {}},
                                    {"encoding", {}},
                                    {"unset", {}}}};
  if (Fault fault = read_options(words[0], words.subspan(1), options)) return fault;
  const auto& [header, json, list, separator, name, prefix, encoding, unset] = options;
  if (header.value.empty() == json.value.empty()) {
    return {"\"signature\" needs one source; expected header=NAME or json=/PATH"};
  }
  const bool is_header = !header.value.empty();
  Source& source = method.signature;
  source = {is_header ? Place::header : Place::json, 0, is_header ? header.value : json.value};
  if (Fault fault =
          is_header ? add_header(plan, source.name, source.index) : add_path(plan, source.name, source.index)) {
    return fault;
  }
  if (!encoding.value.empty()) {
    if (Fault fault = read_name("encoding", encoding.value, kTextEncodings, method.encoding)) return fault;
  }
  if ((method.algorithm == Algorithm::token) != (method.encoding == TextEncoding::plain)) {
    return {"encoding \"",
            encoding.value,
            "\" does not fit algorithm \"",
            name_of(method.algorithm),
            "\"; expected ",
            method.algorithm == Algorithm::token ? "plain" : "hex or base64"};
  }
  if (Fault fault = read_character(list, method.list)) return fault;
  if (Fault fault = read_character(separator, method.separator)) return fault;
  method.name = name.value;
  method.prefix = prefix.value;
  method.unset = unset.value;
  return check_entries(method);
}

}  // namespace ringfence::scheme
