// See event_view.h.
#include "ctl/event_view.h"

#include <algorithm>
#include <map>
#include <vector>

#include "core/utc_time.h"
#include "shared/base64.h"

namespace ringfence::ctl {
namespace {

constexpr std::size_t kShortId = 8;

std::string text_of(const json_t* row, const char* key) {
  std::string text = printable(get_text(row, key));
  if (std::string_view(key) == "phase" || std::string_view(key) == "was")
    std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

// "dial phone, web; answer caller"
std::string commands_of(const json_t* row) {
  std::vector<std::string> verbs;  // in the order in which they left
  std::map<std::string, std::string> legs;
  const json_t* commands = get_array(row, "commands");
  for (std::size_t i = 0; i < json_array_size(commands); ++i) {
    const json_t* command = json_array_get(commands, i);
    const std::string verb = text_of(command, "verb");
    if (!legs.contains(verb)) verbs.push_back(verb);
    std::string& of_verb = legs[verb];
    of_verb += (of_verb.empty() ? "" : ", ") + text_of(command, "leg");
  }
  std::string out;
  for (const std::string& verb : verbs) out.append(out.empty() ? "" : "; ").append(verb).append(" ").append(legs[verb]);
  return out;
}

std::string effect_of(const Look& look, const json_t* row) {
  if (get_int(row, "v") == 0) return text_of(row, "why");
  std::string out;
  if (const std::string was = text_of(row, "was"); !was.empty()) {
    out = was + (look.utf8 ? " → " : " -> ") + text_of(row, "phase");
  }
  if (const std::string commands = commands_of(row); !commands.empty()) out += (out.empty() ? "" : "; ") + commands;
  return or_dash(std::move(out));
}

std::string at(std::int64_t ms) {
  if (ms == 0) return {};
  const std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
  std::string text = format_utc(ms);
  return text.insert(text.size() - 1, "." + fraction);
}

}  // namespace

std::string event_table(const Look& look, const json_t* rows, std::int64_t now_ms) {
  if (json_array_size(rows) == 0) return "no events\n";
  std::vector<std::vector<std::string>> lines{{"WHEN", "EVENT", "TYPE", "CALL", "WHO", "WHAT", "CHANGED"}};
  for (std::size_t i = 0; i < json_array_size(rows); ++i) {
    const json_t* row = json_array_get(rows, i);
    lines.push_back({duration(now_ms - get_int(row, "at_ms")) + " ago", text_of(row, "event"),
                     or_dash(text_of(row, "type")), or_dash(text_of(row, "session").substr(0, kShortId)),
                     or_dash(text_of(row, "leg")), or_dash(text_of(row, "detail")), effect_of(look, row)});
  }
  return table(look, lines);
}

std::string event_text(const Look& look, const json_t* row, bool dead) {
  std::string out;
  const auto fact = [&](std::string_view name, const std::string& text) {
    constexpr std::size_t kNameWidth = 14;
    if (!text.empty()) out += painted(look, Paint::bold, padded(name, kNameWidth)) + text + "\n";
  };
  const auto some = [&](const char* key) {
    const std::int64_t number = get_int(row, key);
    return number == 0 ? std::string() : std::to_string(number);
  };
  fact("event", text_of(row, "event"));
  fact("type", text_of(row, "type"));
  fact("call", text_of(row, "session"));
  fact("verified as", text_of(row, "source"));
  fact("occurred", at(get_int(row, "occurred_ms")));
  fact("received", at(get_int(row, "received_ms")));
  fact(dead ? "last tried" : "applied", at(get_int(row, "at_ms")));
  fact("attempt", some("attempt"));
  fact("delivered to", text_of(row, "delivered_to"));
  fact("bytes", some("bytes"));
  fact("tries", some("tries"));
  fact("why", text_of(row, "why"));
  fact("version", some("v"));
  fact("who", text_of(row, "leg"));
  fact("what", text_of(row, "detail"));
  fact("state before", text_of(row, "was"));
  fact("state", text_of(row, "phase"));
  fact("winner", text_of(row, "winner"));
  fact("outcome", text_of(row, "outcome"));
  const json_t* commands = get_array(row, "commands");
  for (std::size_t i = 0; i < json_array_size(commands); ++i) {
    const json_t* command = json_array_get(commands, i);
    fact("command", text_of(command, "verb") + " " + text_of(command, "leg") + "  " + text_of(command, "id"));
  }
  if (const json_t* facts = get_object(row, "e"); facts != nullptr) fact("contents", printable(dump_json(facts)));
  if (const auto body = decode_base64(get_text(row, "body_base64")); body && !body->empty()) {
    fact("body", printable(*body));
  }
  return out;
}

}  // namespace ringfence::ctl
