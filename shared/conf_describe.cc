// The table written out as a configuration file, for `ringd -T` and the sample in conf/.
// Must not know: what a value is used for.
#include <array>

#include "shared/conf_table.h"
#include "shared/conf_values.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::size_t kColumns = 110;

// `text` as comment lines broken at spaces.
void append_comment(std::string& out, const std::string& indent, std::string_view text) {
  while (!text.empty()) {
    const std::size_t width = kColumns - indent.size();
    std::size_t length = text.size();
    if (length > width) {
      length = text.rfind(' ', width);
      if (length == std::string_view::npos || length == 0) length = width;
    }
    out.append(indent).append("# ").append(text.substr(0, length)).append("\n");
    text.remove_prefix(length);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
}

std::string range_text(const ConfEntry& entry) {
  const bool duration = entry.type == ConfType::duration;
  const auto text = [&](std::int64_t value) {
    return duration ? duration_text(value) : entry.type == ConfType::size ? size_text(value) : std::to_string(value);
  };
  return entry.max == 0 ? std::string() : ", " + text(entry.min) + " to " + text(entry.max);
}

std::string type_text(const ConfEntry& entry) {
  constexpr std::array<std::string_view, 8> kNames = {"text", "path", "duration", "size", "number", "on | off", "", ""};
  std::string text(kNames.at(static_cast<std::size_t>(entry.type)));
  for (const char c : entry.choices) text += c == '|' ? std::string(" | ") : std::string(1, c);
  text += range_text(entry);
  if (entry.required) text += "; required";
  if (!entry.required && entry.fallback.empty()) text += "; not set unless written";
  return text;
}

// A value as the grammar reads it back.
std::string written(std::string_view value) {
  if (!value.empty() && value.find_first_of(" \t\r\n;{}\"'\\#$") == std::string_view::npos) return std::string(value);
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

void append_context(std::string& out, std::span<const ConfEntry> table, std::string_view context, std::size_t depth) {
  if (depth > limits::kConfDepth) return;  // a table that nests a block in itself
  const std::string indent(4 * depth, ' ');
  bool first = true;
  for (const ConfEntry& entry : table) {
    if (entry.context != context) continue;
    if (!first) out += '\n';
    first = false;
    append_comment(out, indent, entry.help);
    if (entry.type == ConfType::block) {
      out.append(indent).append(entry.name).append(" {\n");
      append_context(out, table, entry.name, depth + 1);
      out.append(indent).append("}\n");
      continue;
    }
    append_comment(out, indent, type_text(entry));
    const bool has_value = !entry.fallback.empty();
    out.append(indent).append(has_value ? "" : "#").append(entry.name).append(" ");
    out.append(has_value ? written(entry.fallback) : "...").append(";\n");
  }
}

}  // namespace

std::string describe_conf(std::span<const ConfEntry> table) {
  std::string out;
  append_context(out, table, "", 0);
  return out;
}

}  // namespace ringfence
