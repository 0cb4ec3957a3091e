// Reads a scheme line by line: which lines there are, which are missing, in what order. The lines themselves are in
// recipe_method.cc and recipe_lines.cc. Used by the module's configuration. Must not know: nginx, keys, requests.
#include "scheme/recipe.h"

#include <algorithm>

#include "scheme/recipe_check.h"
#include "scheme/recipe_method.h"
#include "scheme/recipe_words.h"

namespace ringfence::scheme {
namespace {

static_assert(kMethods == 2, "a message below says so");

constexpr std::size_t kWordsMost = 9;  // of one line: a signature with all its options

enum Line : std::uint8_t {
  kAlgorithm,
  kKey,
  kSignature,
  kTimestamp,
  kTolerance,
  kContent,
  kId,
  kType,
  kPartition,
  kAttempt,
  kMedia,
  kLines
};
constexpr std::array<std::string_view, kLines> kNames = {"algorithm", "key",     "signature", "timestamp",
                                                         "tolerance", "content", "id",        "type",
                                                         "partition", "attempt", "media"};
constexpr std::array<std::string_view, kLines> kExpected = {
    "algorithm NAME",
    "key ENCODING [prefix=TEXT]",
    "signature header=NAME [list=C] [separator=C] [name=TEXT] [prefix=TEXT] [encoding=NAME] [unset=TEXT]",
    "timestamp header=NAME [unit=s]",
    "tolerance TIME [future=TIME]",
    "content \"{timestamp}.{body}\" [form] [digest=NAME]",
    "id json=/PATH [except=VALUE]",
    "type json=/PATH",
    "partition json=/PATH",
    "attempt json=/PATH",
    "media TYPE ...",
};
constexpr unsigned kMayRepeat = 1U << kAlgorithm | 1U << kContent | 1U << kId;

}  // namespace

Recipe::Recipe(std::string_view name) noexcept { plan_.name = name; }

Fault Recipe::add(Words words) noexcept {
  using Reader = Fault (Recipe::*)(Words) noexcept;
  static constexpr std::array<Reader, kLines> kReaders = {
      &Recipe::add_algorithm, &Recipe::add_key,     &Recipe::add_signature, &Recipe::add_timestamp,
      &Recipe::add_tolerance, &Recipe::add_content, &Recipe::add_id,        &Recipe::add_hint,
      &Recipe::add_hint,      &Recipe::add_hint,    &Recipe::add_media,
  };
  if (words.empty()) return {"a line of a scheme is empty"};
  const auto at = std::ranges::find(kNames, words[0]);
  if (at == kNames.end()) return unknown_word("directive", words[0], kNames);
  const auto line = static_cast<std::size_t>(at - kNames.begin());
  const bool is_method = line == kKey || line == kSignature;
  if (words.size() < 2 || words.size() > kWordsMost || (line == kAlgorithm && words.size() != 2)) {
    return {"\"", words[0], "\" has the wrong number of words; expected ", kExpected[line]};
  }
  if (is_method && plan_.method_count == 0) {
    return {"\"", words[0], "\" comes before \"algorithm\", which says what it belongs to"};
  }
  if ((seen_ & ~kMayRepeat & 1U << line) != 0) {
    return {"\"", words[0], "\" is repeated", is_method ? " for one algorithm" : ""};
  }
  if (Fault fault = (this->*kReaders[line])(words)) return fault;
  seen_ |= 1U << line;
  return {};
}

Fault Recipe::finish() noexcept {
  if (!is_lower_token(plan_.name) && !is_plain_name(plan_.name)) {
    return {"the name of a scheme is 1 to 64 printable letters without spaces"};
  }
  if (plan_.name == "off") return {"\"off\" cannot name a scheme; \"webhook off\" turns verification off"};
  if (plan_.method_count == 0) return {"\"algorithm\" is missing; expected ", kExpected[kAlgorithm]};
  if (Fault fault = check_method_is_complete()) return fault;
  plan_.has_timestamp = plan_.timestamp.place != Place::none;
  if (!plan_.has_timestamp && (seen_ & 1U << kTolerance) != 0) {
    return {"\"tolerance\" without \"timestamp\": there is nothing whose age it could bound"};
  }
  if (Fault fault = check_plan(plan_)) return fault;
  derive_flags(plan_);
  return {};
}

Fault Recipe::check_method_is_complete() const noexcept {
  const std::string_view algorithm = name_of(plan_.methods[plan_.method_count - 1].algorithm);
  for (const Line line : {kKey, kSignature}) {
    if ((seen_ & 1U << line) == 0) {
      return {"\"", kNames[line], "\" is missing for algorithm \"", algorithm, "\"; expected ", kExpected[line]};
    }
  }
  return {};
}

Fault Recipe::add_algorithm(Words words) noexcept {
  if (plan_.method_count == kMethods) return {"\"algorithm\" is one too many; a scheme has 2 at most"};
  if (plan_.method_count != 0) {
    if (Fault fault = check_method_is_complete()) return fault;
  }
  Method next;
  if (Fault fault = read_algorithm(words[1], next)) return fault;
  ++plan_.method_count;
  method() = next;
  seen_ &= ~(1U << kKey | 1U << kSignature);
  return {};
}

Fault Recipe::add_key(Words words) noexcept { return read_key(words, method()); }

Fault Recipe::add_signature(Words words) noexcept { return read_signature(words, plan_, method()); }

}  // namespace ringfence::scheme
