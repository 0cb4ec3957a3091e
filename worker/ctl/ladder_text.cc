// See ladder_text.h.
#include "ctl/ladder_text.h"

#include <algorithm>
#include <cstdio>

#include "core/utc_time.h"

namespace ringfence::ctl {
namespace {

constexpr std::size_t kCalls = 1000;
constexpr std::size_t kWhenWidth = 12, kCallWidth = 8, kWhoWidth = 10, kWhatWidth = 30;

std::string text_of(const json_t* object, const char* key) { return printable(get_text(object, key)); }

std::string spaced(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// Phone numbers come masked, `*******1222`; the last digits say as much in less room.
std::string shortened(std::string_view text, std::string_view ellipsis) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '*') {
      out += text[i];
    } else if (i == 0 || text[i - 1] != '*') {
      out += ellipsis;
    }
  }
  return out;
}

// "hangup phone, web; dial web (try 2)": what is asked for, verbs with several legs drawn together.
std::string asked(const json_t* commands) {
  std::string out, verb;
  std::size_t index = 0;
  const json_t* one = nullptr;
  json_array_foreach(const_cast<json_t*>(commands), index, one) {
    const std::string next = spaced(text_of(one, "verb"));
    const std::int64_t tries = get_int(one, "tries", 1), attempt = get_int(one, "attempt", 1);
    if (next == verb) {
      out += ", ";
    } else {
      out += (out.empty() ? "" : "; ") + next + " ";
    }
    verb = next;
    out += next == "audit" ? "the provider's records" : text_of(one, "leg");
    if (tries > 1) out += " (try " + std::to_string(tries) + ")";
    if (attempt > 1 && tries <= 1) out += " (attempt " + std::to_string(attempt) + ")";
  }
  return out;
}

}  // namespace

std::string LadderText::glyph(std::string_view utf8, std::string_view ascii) const {
  return std::string(look_.utf8 ? utf8 : ascii);
}

std::string LadderText::render(const json_t* line) {
  Call& call = call_of(line);
  std::string out = painted(look_, Paint::dim, padded(when(call, line), kWhenWidth));
  if (call.start_ms == 0) out += ' ';  // the time of day fills its column
  if (with_call_) {
    out += painted(look_, Paint::blue, padded(text_of(line, "session").substr(0, kCallWidth), kCallWidth)) + "  ";
  }
  out += happened(line);
  out += consequence(call, line);
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

LadderText::Call& LadderText::call_of(const json_t* line) {
  const std::string session(get_text(line, "session"));
  const auto [place, fresh] = calls_.try_emplace(session);
  if (fresh) {
    order_.push_back(session);
    if (order_.size() > kCalls) {
      calls_.erase(order_.front());
      order_.pop_front();
    }
  }
  if (get_int(line, "v") == 1) place->second.start_ms = get_int(line, "at_ms");
  return place->second;
}

std::string LadderText::when(const Call& call, const json_t* line) const {
  const std::int64_t at_ms = get_int(line, "at_ms");
  char text[32];
  if (call.start_ms != 0) {
    // Workers whose clocks differ can make a line seem older than the first.
    const std::int64_t span_ms = std::max<std::int64_t>(0, at_ms - call.start_ms);
    std::snprintf(text, sizeof text, "+%lld.%03llds", static_cast<long long>(span_ms / 1000),
                  static_cast<long long>(span_ms % 1000));
    return text;
  }
  std::snprintf(text, sizeof text, "%s.%03lld", format_utc(at_ms).substr(11, 8).c_str(),
                static_cast<long long>(at_ms % 1000));
  return text;
}

std::string LadderText::happened(const json_t* line) const {
  const std::string event = text_of(line, "event");
  const std::string detail = shortened(text_of(line, "detail"), glyph("…", ".."));
  std::string who = text_of(line, "leg"), what, sign;
  Paint paint = Paint::cyan;
  if (event == "tick") {
    sign = glyph("◷", "@");
    paint = Paint::dim;
    what = "time passed";
  } else if (event == "result") {
    const bool ok = detail.starts_with("ok");
    sign = ok                              ? glyph("✓", "+")
           : detail.starts_with("refused") ? glyph("✗", "x")
           : detail.starts_with("unknown") ? "?"
                                           : glyph("–", "-");
    paint = ok ? Paint::dim : Paint::yellow;
    const std::string verb = spaced(text_of(line, "verb"));
    what = (verb.empty() ? "a command" : verb) + ": " +
           (detail.starts_with("not_sent") ? "not sent" + detail.substr(8) : detail);
  } else {
    sign = glyph("◀", "<");
    what = event.starts_with("call.") ? event.substr(5) : event;
    if (!detail.empty()) what += ", " + spaced(detail);
  }
  return painted(look_, paint, sign + " " + padded(who, kWhoWidth)) + " " +
         painted(look_, event == "tick" || paint == Paint::dim ? Paint::dim : Paint::plain, padded(what, kWhatWidth));
}

std::string LadderText::consequence(Call& call, const json_t* line) const {
  std::string out;
  const std::string winner = text_of(line, "winner");
  const std::string commands = asked(get_array(line, "commands"));
  const bool claimed = !winner.empty() && winner != call.winner && (call.start_ms != 0 || !call.winner.empty());
  call.winner = winner;
  if (claimed || !commands.empty()) out += " " + glyph("→", "->") + " ";
  if (claimed) out += painted(look_, Paint::green, "claim " + winner) + (commands.empty() ? "" : "; ");
  if (!commands.empty()) out += painted(look_, Paint::bold, glyph("▶", ">") + " " + commands);
  if (const json_t* was = json_object_get(line, "was"); was != nullptr) {
    std::string phase = spaced(text_of(line, "phase"));
    if (const std::string outcome = text_of(line, "outcome"); !outcome.empty()) phase += ": " + outcome;
    out += "   " + painted(look_, Paint::magenta, "[" + phase + "]");
  }
  if (const std::string note = text_of(line, "note"); !note.empty()) {
    out += "   " + painted(look_, Paint::yellow, "(" + note + ")");
  }
  return out;
}

}  // namespace ringfence::ctl
