// The check of a parsed configuration against its table. Used by ringd and its tools.
// Must not know: what a value is used for, files on disk.
#include "shared/conf_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/conf_values.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::size_t kNameBytes = 64;  // longer names are nobody's typing mistake, and bound the edit distance

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each cost one.
std::size_t edit_distance(std::string_view a, std::string_view b) noexcept {
  std::array<std::array<std::size_t, kNameBytes + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& two_above = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

std::string quoted(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text.substr(0, kNameBytes)) shown += c < 0x20 || c > 0x7e ? '?' : c;
  return shown + (text.size() > kNameBytes ? "...\"" : "\"");
}

std::string key_of(std::string_view context, std::string_view name) {
  return context.empty() ? std::string(name) : std::string(context) + "." + std::string(name);
}

std::string value_text(const ConfEntry& entry, std::int64_t value) {
  if (entry.type == ConfType::duration) return duration_text(value);
  if (entry.type == ConfType::size) return size_text(value);
  return std::to_string(value);
}

// What an entry wants, for messages and help: "a duration such as 500ms, 30s or 5m, from 1s to 1h".
std::string expectation(const ConfEntry& entry) {
  std::string range;
  if (entry.max != 0) range = ", from " + value_text(entry, entry.min) + " to " + value_text(entry, entry.max);
  switch (entry.type) {
    case ConfType::text:
      return "one argument";
    case ConfType::path:
      return "an absolute path";
    case ConfType::duration:
      return "a duration such as 500ms, 30s or 5m" + range;
    case ConfType::size:
      return "a size such as 64k or 32m" + range;
    case ConfType::number:
      return "a decimal number" + range;
    case ConfType::flag:
      return "\"on\" or \"off\"";
    case ConfType::choice:
      return "one of " + std::string(entry.choices);
    case ConfType::block:
      return "a block { ... } without arguments";
  }
  return "something else";
}

// False when `text` is not what the entry's type and range allow.
bool parse_value(const ConfEntry& entry, std::string_view text, std::int64_t& number) {
  std::optional<std::int64_t> parsed = 0;
  switch (entry.type) {
    case ConfType::text:
      return true;
    case ConfType::path:
      return text.starts_with('/');
    case ConfType::choice:
      return is_choice(text, entry.choices);
    case ConfType::flag:
      number = text == "on" ? 1 : 0;
      return text == "on" || text == "off";
    case ConfType::duration:
      parsed = parse_duration_ms(text);
      break;
    case ConfType::size:
      parsed = parse_size_bytes(text);
      break;
    case ConfType::number:
      parsed = parse_number(text);
      break;
    case ConfType::block:
      return false;
  }
  if (!parsed || (entry.max != 0 && (*parsed < entry.min || *parsed > entry.max))) return false;
  number = *parsed;
  return true;
}

// A directive's place among the others: the block around it, and where that began.
struct Scope {
  std::string_view context;
  int line = 1;
};

class Checker {
 public:
  Checker(std::string_view file_name, std::span<const ConfEntry> table) : file_name_(file_name), table_(table) {}

  struct Stored {
    std::string text;
    std::int64_t number = 0;
    int line = 0;
  };
  using StoredValues = std::map<std::string, Stored, std::less<>>;

  Result<StoredValues> check(std::span<const ConfDirective> directives) {
    if (auto done = check_scope({}, directives); !done) return std::unexpected(std::move(done.error()));
    for (const ConfEntry& entry : table_) {
      if (entry.fallback.empty() || values_.contains(key_of(entry.context, entry.name))) continue;
      std::int64_t number = 0;
      if (!parse_value(entry, entry.fallback, number)) {
        return fail(ErrorCode::internal,
                    "the built-in default of " + quoted(entry.name) + " is not " + expectation(entry));
      }
      values_[key_of(entry.context, entry.name)] = {std::string(entry.fallback), number, 0};
    }
    return std::move(values_);
  }

 private:
  std::unexpected<Error> error(int line, const std::string& message) const {
    return fail(ErrorCode::invalid, std::string(file_name_) + ":" + std::to_string(line) + ": " + message);
  }

  const ConfEntry* find(std::string_view context, std::string_view name) const {
    const auto found = std::ranges::find_if(
        table_, [&](const ConfEntry& entry) { return entry.context == context && entry.name == name; });
    return found == table_.end() ? nullptr : &*found;
  }

  static std::string place(std::string_view context) {
    return context.empty() ? "at the top level" : "in block " + quoted(context);
  }

  // Recursion is bounded: a block is entered only when the table has it, and the grammar bounds the depth.
  Result<void> check_scope(Scope scope, std::span<const ConfDirective> directives) {
    for (const ConfDirective& directive : directives) {
      const ConfEntry* entry = find(scope.context, directive.name);
      if (entry == nullptr) return unknown(scope.context, directive);
      const auto [stored, is_new] = values_.try_emplace(key_of(scope.context, directive.name));
      if (!is_new) {
        return error(directive.line, "directive " + quoted(directive.name) +
                                         " is repeated; expected it once, it is in line " +
                                         std::to_string(stored->second.line) + " already");
      }
      stored->second.line = directive.line;
      if (auto done = check_directive(*entry, directive, stored->second); !done) return done;
    }
    for (const ConfEntry& entry : table_) {
      if (entry.context != scope.context || !entry.required) continue;
      if (values_.contains(key_of(entry.context, entry.name))) continue;
      return error(scope.line, "directive " + quoted(entry.name) + " is missing " + place(scope.context) +
                                   "; expected " + expectation(entry));
    }
    return {};
  }

  Result<void> check_directive(const ConfEntry& entry, const ConfDirective& directive, Stored& stored) {
    const std::string name = "directive " + quoted(directive.name);
    if (entry.type == ConfType::block) {
      if (!directive.has_block) return error(directive.line, name + " has no block; expected " + expectation(entry));
      if (!directive.args.empty()) {
        return error(directive.line, name + " has arguments; expected " + expectation(entry));
      }
      return check_scope({entry.name, directive.line}, directive.block);
    }
    if (directive.has_block) {
      return error(directive.line, name + " takes no block; expected " + expectation(entry) + " and \";\"");
    }
    if (directive.args.size() != 1) {
      return error(directive.line, name + " has " + std::to_string(directive.args.size()) + " arguments; expected " +
                                       expectation(entry));
    }
    stored.text = directive.args.front();
    if (parse_value(entry, stored.text, stored.number)) return {};
    return error(directive.line, name + " has the value " + quoted(stored.text) + "; expected " + expectation(entry));
  }

  std::unexpected<Error> unknown(std::string_view context, const ConfDirective& directive) const {
    const std::string name = quoted(directive.name);
    for (const ConfEntry& entry : table_) {
      if (entry.name == directive.name) {
        return error(directive.line, "directive " + name + " is not allowed " + place(context) + "; expected it " +
                                         place(entry.context));
      }
    }
    const ConfEntry* nearest = nullptr;
    std::size_t least = std::max<std::size_t>(2, directive.name.size() / 3) + 1;
    for (const ConfEntry& entry : table_) {
      if (entry.context != context || directive.name.size() > kNameBytes || entry.name.size() > kNameBytes) continue;
      const std::size_t distance = edit_distance(directive.name, entry.name);
      if (distance >= least || distance >= entry.name.size()) continue;
      least = distance;
      nearest = &entry;
    }
    const std::string message = "unknown directive " + name + " " + place(context);
    if (nearest != nullptr) return error(directive.line, message + "; did you mean " + quoted(nearest->name) + "?");
    return error(directive.line, message + "; expected one of: " + names_in(context));
  }

  std::string names_in(std::string_view context) const {
    std::string names;
    for (const ConfEntry& entry : table_) {
      if (entry.context != context) continue;
      names += (names.empty() ? "" : ", ") + std::string(entry.name);
    }
    return names.empty() ? "nothing" : names;
  }

  std::string_view file_name_;
  std::span<const ConfEntry> table_;
  StoredValues values_;
};

}  // namespace

bool ConfValues::has(std::string_view key) const { return values_.contains(key); }

std::string_view ConfValues::text(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::string_view() : std::string_view(found->second.text);
}

std::int64_t ConfValues::number(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? 0 : found->second.number;
}

bool ConfValues::flag(std::string_view key) const { return number(key) != 0; }

Result<ConfValues> check_conf(std::string_view file_name, std::span<const ConfDirective> directives,
                              std::span<const ConfEntry> table) {
  auto checked = Checker(file_name, table).check(directives);
  if (!checked) return std::unexpected(std::move(checked.error()));
  ConfValues values;
  for (auto& [key, stored] : *checked) values.values_[key] = {std::move(stored.text), stored.number};
  return values;
}

}  // namespace ringfence
