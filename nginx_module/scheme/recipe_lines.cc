// The lines of a scheme that are not a method's, one function each. Used by recipe.cc. Must not know: their order.
#include <algorithm>

#include "scheme/recipe.h"
#include "scheme/recipe_source.h"
#include "scheme/recipe_words.h"
#include "scheme/template.h"

namespace ringfence::scheme {
namespace {

static_assert(kSources == 4 && kExceptions == 8 && kMediaTypes == 4, "messages below say so");

constexpr std::int64_t kToleranceMost_s =
    3LL * 24 * 3600;  // dedup has to remember for twice as long; it can for 7 days

bool is_media_type(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_lower_token(text.substr(0, slash)) &&
         is_lower_token(text.substr(slash + 1));
}

}  // namespace

std::int64_t parse_time_s(std::string_view text) noexcept {
  if (text.empty()) return -1;
  std::int64_t unit = 1;
  switch (text.back()) {
    case 'd':
      unit = 24 * 3600;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'm':
      unit = 60;
      break;
    case 's':
      break;
    default:
      unit = 0;
  }
  if (unit != 0) text.remove_suffix(1);
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string_view::npos) return -1;
  std::int64_t value = 0;
  for (const char digit : text) value = value * 10 + (digit - '0');
  return value * std::max<std::int64_t>(unit, 1);
}

Fault Recipe::add_timestamp(Words words) noexcept {
  std::array<Option, 4> options = {{{"header", {}}, {"field", {}}, {"json", {}}, {"unit", {}}}};
  if (Fault fault = read_options(words[0], words.subspan(1), options)) return fault;
  const auto& [header, field, json, unit] = options;
  if ((header.value.empty() ? 0 : 1) + (field.value.empty() ? 0 : 1) + (json.value.empty() ? 0 : 1) != 1) {
    return {"\"timestamp\" needs one source; expected header=NAME, field=NAME or json=/PATH"};
  }
  if (!unit.value.empty() && unit.value != "s" && unit.value != "ms") {
    return {"unit \"", shown(unit.value), "\" is unknown; expected unit=s or unit=ms"};
  }
  Source& source = plan_.timestamp;
  plan_.unit = unit.value == "ms" ? Unit::milliseconds : Unit::seconds;
  if (!field.value.empty()) {
    if (!is_plain_name(field.value)) return {"field \"", shown(field.value), "\" is not 1 to 64 printable letters"};
    source = {Place::field, 0, field.value};
    return {};
  }
  const bool is_header = !header.value.empty();
  source = {is_header ? Place::header : Place::json, 0, is_header ? header.value : json.value};
  return is_header ? add_header(plan_, source.name, source.index) : add_path(plan_, source.name, source.index);
}

Fault Recipe::add_tolerance(Words words) noexcept {
  std::array<Option, 1> options = {{{"future", {}}}};
  if (Fault fault = read_options(words[0], words.subspan(2), options)) return fault;
  const std::string_view future = options[0].value.empty() ? words[1] : options[0].value;
  for (const std::string_view time : {words[1], future}) {
    const std::int64_t seconds = parse_time_s(time);
    if (seconds < 1 || seconds > kToleranceMost_s) {
      return {"tolerance \"", shown(time), "\" is not a time from 1s to 3d; expected one like 300s or 5m"};
    }
  }
  plan_.past_s = parse_time_s(words[1]);
  plan_.future_s = parse_time_s(future);
  return {};
}

Fault Recipe::add_content(Words words) noexcept {
  Content content;
  Words rest = words.subspan(2);
  if (!rest.empty() && rest[0] == "form") {
    content.for_form = true;
    rest = rest.subspan(1);
  }
  std::array<Option, 1> options = {{{"digest", {}}}};
  if (Fault fault = read_options(words[0], rest, options)) return fault;
  content.digest = options[0].value;
  if (!content.digest.empty() && !is_plain_name(content.digest)) {
    return {"digest \"", shown(content.digest), "\" is not the name of a query argument"};
  }
  for (std::size_t i = 0; i < plan_.content_count; ++i) {
    if (plan_.contents[i].for_form == content.for_form) {
      return {"\"content\" is repeated; a scheme has one, and one more for forms, marked \"form\""};
    }
  }
  if (Fault fault = read_template(plan_, words[1], content)) return fault;
  plan_.contents[plan_.content_count++] = content;
  return {};
}

Fault Recipe::add_id(Words words) noexcept {
  if (plan_.id_count == kSources) return {"\"id\" is one too many; a scheme has 4 alternatives at most"};
  IdRule rule;
  if (Fault fault = read_sources(plan_, words[1], rule.sources, rule.count)) return fault;
  std::array<Option, 1> options = {{{"except", {}}}};
  if (Fault fault = read_options(words[0], words.subspan(2), options)) return fault;
  if (!options[0].value.empty()) {
    std::string_view rest = options[0].value;
    for (std::string_view value; take_entry(rest, value);) {
      if (value.empty()) return {"\"except=", shown(options[0].value), "\" has an empty value"};
      if (rule.except_count == kExceptions) return {"\"except=\" has too many values; at most 8"};
      rule.except[rule.except_count++] = value;
    }
  }
  plan_.ids[plan_.id_count++] = rule;
  return {};
}

Fault Recipe::add_hint(Words words) noexcept {
  if (words.size() != 2) return {"\"", words[0], "\" takes one source; expected ", words[0], " json=/PATH"};
  std::array<Source, 1> sources{};
  std::size_t count = 0;
  if (Fault fault = read_sources(plan_, words[1], sources, count)) return fault;
  if (sources[0].place == Place::hash_body || sources[0].place == Place::hash_content) {
    return {"\"", words[0], "\" cannot be a hash; only an id can"};
  }
  (words[0] == "type" ? plan_.type : words[0] == "partition" ? plan_.partition : plan_.attempt) = sources[0];
  return {};
}

Fault Recipe::add_media(Words words) noexcept {
  for (const std::string_view type : words.subspan(1)) {
    if (!is_media_type(type)) {
      return {"media type \"", shown(type), "\" is not one like application/json, in lower case, without parameters"};
    }
    const auto end = plan_.media.begin() + static_cast<std::ptrdiff_t>(plan_.media_count);
    if (std::find(plan_.media.begin(), end, type) != end) return {"media type \"", shown(type), "\" is repeated"};
    if (plan_.media_count == kMediaTypes) return {"\"media\" has too many types; at most 4"};
    plan_.media[plan_.media_count++] = type;
  }
  return {};
}

}  // namespace ringfence::scheme
