// See directory_reader.h.
#include "directory/directory_reader.h"

#include <algorithm>
#include <vector>

#include "shared/conf_values.h"
#include "shared/near_miss.h"

namespace ringfence {
namespace {

constexpr std::size_t kNameBytes = 64;
constexpr std::size_t kShownBytes = 80;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

bool is_directory_name(std::string_view text) noexcept {
  constexpr std::string_view kOthers = "._-@";
  const auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || kOthers.contains(c);
  };
  return !text.empty() && text.size() <= kNameBytes && std::all_of(text.begin(), text.end(), fits);
}

// Short ones exist (service numbers), so only the upper end is firm.
bool is_e164(std::string_view text) noexcept {
  if (text.size() < 4 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
  return std::all_of(text.begin() + 1, text.end(), is_digit);
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kShownBytes)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out + (text.size() > kShownBytes ? "...\"" : "\"");
}

std::string conf_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::unexpected<Error> DirectoryReader::error(int line, const std::string& text) const {
  return fail(ErrorCode::invalid, std::string(file_name_) + ":" + std::to_string(line) + ": " + text);
}

std::unexpected<Error> DirectoryReader::unknown(const ConfDirective& directive, std::string_view inside,
                                                Words known) const {
  std::string text = "unknown directive " + in_quotes(directive.name);
  if (!inside.empty()) text += " in " + std::string(inside);
  if (const std::string_view near = near_miss(directive.name, known); !near.empty()) {
    return error(directive.line, text + "; did you mean " + in_quotes(near) + "?");
  }
  text += "; expected ";
  std::string_view separator;
  for (const std::string_view word : known) {
    text += std::string(separator) + std::string(word);
    separator = ", ";
  }
  return error(directive.line, text);
}

std::unexpected<Error> DirectoryReader::missing(int line, const std::string& where, std::string_view kind,
                                                const std::string& name, const Lines& known) const {
  std::vector<std::string_view> names;
  for (const auto& [one, at] : known) names.push_back(one);
  const std::string_view near = near_miss(name, names);
  std::string text = where + " has no " + std::string(kind) + " " + in_quotes(name);
  text += near.empty() ? "; expected one of its " + std::string(kind) + "s" : "; did you mean " + in_quotes(near) + "?";
  return error(line, text);
}

DirectoryReader::Done DirectoryReader::named_block(const ConfDirective& directive, Lines& seen) const {
  if (!directive.has_block || directive.args.size() != 1) {
    return error(directive.line, in_quotes(directive.name) + " needs one name and a block; expected " + directive.name +
                                     " NAME { ... }");
  }
  if (!is_directory_name(directive.args[0])) {
    return error(directive.line, in_quotes(directive.args[0]) + " is not a name for " + directive.name +
                                     "; expected 1 to 64 letters, digits or ._-@");
  }
  return once(directive.line, directive.name + " " + directive.args[0], directive.args[0], seen);
}

DirectoryReader::Done DirectoryReader::once(int line, const std::string& what, const std::string& key,
                                            Lines& seen) const {
  const auto [place, fresh] = seen.emplace(key, line);
  if (fresh) return {};
  return error(line, what + " is here for the second time; the first is in line " + std::to_string(place->second));
}

DirectoryReader::Done DirectoryReader::value(const ConfDirective& directive, Lines& seen, std::string& out) const {
  if (directive.has_block || directive.args.size() != 1) {
    return error(directive.line,
                 in_quotes(directive.name) + " takes one value; expected " + directive.name + " VALUE;");
  }
  out = directive.args[0];
  return once(directive.line, in_quotes(directive.name), directive.name, seen);
}

DirectoryReader::Done DirectoryReader::text(const ConfDirective& directive, Lines& seen, std::size_t most_bytes,
                                            std::string& out) const {
  if (auto done = value(directive, seen, out); !done) return done;
  if (!out.empty() && out.size() <= most_bytes) return {};
  return error(directive.line,
               "the " + directive.name + " must have 1 to " + std::to_string(most_bytes) + " bytes; expected a text");
}

DirectoryReader::Done DirectoryReader::flag(const ConfDirective& directive, Lines& seen, bool& out) const {
  std::string word;
  if (auto done = value(directive, seen, word); !done) return done;
  if (word != "on" && word != "off") return no_choice(directive.line, directive.name, word, "on, off");
  out = word == "on";
  return {};
}

DirectoryReader::Done DirectoryReader::duration(const ConfDirective& directive, Lines& seen, Millis& out) const {
  std::string word;
  if (auto done = value(directive, seen, word); !done) return done;
  const std::optional<Millis> span = parse_duration_ms(word);
  if (!span) {
    return error(directive.line, in_quotes(word) + " is not a span of time; expected one such as 45s, 500ms or 1m30s");
  }
  out = *span;
  return {};
}

DirectoryReader::Done DirectoryReader::number(const ConfDirective& directive, Lines& seen, int least, int most,
                                              int& out) const {
  std::string word;
  if (auto done = value(directive, seen, word); !done) return done;
  const std::optional<std::int64_t> count = parse_number(word);
  if (count && *count >= least && *count <= most) {
    out = static_cast<int>(*count);
    return {};
  }
  return error(directive.line, directive.name + " " + in_quotes(word) + " cannot be; expected a number from " +
                                   std::to_string(least) + " to " + std::to_string(most));
}

std::unexpected<Error> DirectoryReader::no_choice(int line, const std::string& name, const std::string& word,
                                                  const std::string& known) const {
  return error(line, name + " " + in_quotes(word) + " is unknown; expected " + known);
}

}  // namespace ringfence
