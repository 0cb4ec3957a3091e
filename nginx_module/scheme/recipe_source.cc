// See recipe_source.h.
#include "scheme/recipe_source.h"

#include <algorithm>

#include "scheme/recipe_words.h"

namespace ringfence::scheme {
namespace {

static_assert(kHeaders == 8 && kSources == 4 && JsonPaths::kSegments == 6 && JsonPaths::kPaths == 12,
              "the messages below say so");

constexpr std::array<std::string_view, 4> kPlaces = {"header", "json", "form", "hash"};

bool has_upper_case(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

Fault read_source(Plan& plan, std::string_view place, std::string_view value, Source& source) noexcept {
  source.name = value;
  if (place == "header") {
    source.place = Place::header;
    return add_header(plan, value, source.index);
  }
  if (place == "json") {
    source.place = Place::json;
    return add_path(plan, value, source.index);
  }
  if (place == "form") {
    source.place = Place::form;
    if (!is_plain_name(value)) return {"form field \"", shown(value), "\" is not a name of 1 to 64 printable letters"};
    return {};
  }
  if (value == "body" || value == "content") {
    source.place = value == "body" ? Place::hash_body : Place::hash_content;
    return {};
  }
  return {"hash \"", shown(value), "\" is unknown; expected hash=body or hash=content"};
}

}  // namespace

Fault add_header(Plan& plan, std::string_view name, std::uint8_t& index) noexcept {
  if (has_upper_case(name)) return {"header \"", shown(name), "\" has capital letters; write it in lower case"};
  if (!is_lower_token(name)) {
    return {"header \"", shown(name), "\" is not a header's name; expected 1 to 64 letters, digits, \"-\" and \"_\""};
  }
  const auto begin = plan.headers.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(plan.header_count);
  const auto at = std::find(begin, end, name);
  if (at == end) {
    if (plan.header_count == kHeaders) return {"header \"", name, "\" is one too many; a scheme looks at 8 at most"};
    plan.headers[plan.header_count++] = name;
  }
  index = static_cast<std::uint8_t>(at - begin);
  return {};
}

Fault add_path(Plan& plan, std::string_view path, std::uint8_t& index) noexcept {
  switch (plan.paths.add(path, index)) {
    case JsonPaths::Fault::ok:
      return {};
    case JsonPaths::Fault::not_a_path:
      return {"\"", shown(path), "\" is not a JSON path; expected one like /data/id or /events/0/id"};
    case JsonPaths::Fault::too_deep:
      return {"JSON path \"", shown(path), "\" is too deep; at most 6 names"};
    case JsonPaths::Fault::too_many:
      break;
  }
  return {"JSON path \"", shown(path), "\" is one too many; a scheme looks at 12 at most"};
}

Fault read_sources(Plan& plan, std::string_view word, std::span<Source> out, std::size_t& count) noexcept {
  const std::size_t equals = word.find('=');
  const std::string_view place = word.substr(0, equals);
  if (std::ranges::find(kPlaces, place) == kPlaces.end()) {
    Fault fault = unknown_word("source", place, kPlaces);
    fault.append(", as in json=/data/id");
    return fault;
  }
  if (equals == std::string_view::npos) return {"\"", place, "\" does not say which; expected ", place, "=..."};
  std::string_view rest = word.substr(equals + 1);
  for (std::string_view value; take_entry(rest, value);) {
    if (value.empty()) return {"\"", shown(word), "\" has an empty value"};
    if (count == out.size())
      return {"\"", shown(word), "\" has too many values; at most ", out.size() == 1 ? "1" : "4"};
    if (Fault fault = read_source(plan, place, value, out[count])) return fault;
    ++count;
  }
  return {};
}

}  // namespace ringfence::scheme
