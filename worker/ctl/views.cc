// See views.h.
#include "ctl/views.h"

#include <algorithm>
#include <vector>

#include "core/utc_time.h"
#include "ctl/ladder_text.h"
#include "shared/base64.h"

namespace ringfence::ctl {
namespace {

constexpr std::size_t kShortestId = 8;

std::string text_of(const json_t* object, const char* key) { return printable(get_text(object, key)); }

std::string number_of(const json_t* object, const char* key) { return std::to_string(get_int(object, key)); }

std::vector<const json_t*> items_of(const json_t* array) {
  std::vector<const json_t*> items;
  for (std::size_t i = 0; i < json_array_size(array); ++i) items.push_back(json_array_get(array, i));
  return items;
}

// So many characters tell every listed call from every other, and can be given to `ringctl call`.
std::size_t telling_length(const std::vector<const json_t*>& calls) {
  std::vector<std::string_view> ids;
  ids.reserve(calls.size());
  for (const json_t* call : calls) ids.push_back(get_text(call, "session"));
  std::sort(ids.begin(), ids.end());
  std::size_t length = kShortestId;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const auto [a, b] = std::mismatch(ids[i - 1].begin(), ids[i - 1].end(), ids[i].begin(), ids[i].end());
    length = std::max(length, static_cast<std::size_t>(a - ids[i - 1].begin()) + 1);
  }
  return length;
}

std::string receiver_of(const json_t* call) {
  const std::string organisation = text_of(call, "organisation"), user = text_of(call, "user");
  if (organisation.empty()) return "-";
  return user.empty() ? organisation : organisation + "/" + user;
}

// Numbers are masked with stars; in a table the last digits are enough.
std::string last_digits(const Look& look, const std::string& number) {
  const std::size_t stars = number.find_last_of('*');
  if (stars == std::string::npos) return number.empty() ? "-" : number;
  return (look.utf8 ? "…" : "..") + number.substr(stars + 1);
}

// "key 1, other 2": an object of numbers, in the order in which ringd wrote it.
std::string counts(const json_t* object, bool without_zeros) {
  std::string out;
  const char* key = nullptr;
  const json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(object), key, value) {
    std::string shown;
    if (json_is_integer(value)) shown = std::to_string(json_integer_value(value));
    if (json_is_boolean(value)) shown = json_is_true(value) ? "yes" : "no";
    if (json_is_string(value)) shown = printable(json_string_value(value));
    if (shown.empty() || (without_zeros && shown == "0")) continue;
    out += (out.empty() ? "" : ", ") + printable(key) + " " + shown;
  }
  std::replace(out.begin(), out.end(), '_', ' ');
  return out.empty() ? "none" : out;
}

// Invariants: the target is none.
std::string broken_text(const Look& look, const json_t* broken) {
  std::string out = counts(broken, true);
  if (out == "none") return out;
  return painted(look, Paint::red, out) + "; the log says of which calls and what to do: invariant_broken";
}

// "occurred to received 40 ms, ...": the mean of each. The shape is in the JSON.
std::string took_text(const json_t* timing) {
  std::string out;
  const char* key = nullptr;
  const json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(timing), key, value) {
    const std::int64_t number = get_int(value, "count");
    out += (out.empty() ? "" : ", ") + printable(key) + " " +
           (number == 0 ? "-" : std::to_string(get_int(value, "sum_ms") / number) + "ms");
  }
  std::replace(out.begin(), out.end(), '_', ' ');
  return out.empty() ? "-" : out + " (mean)";
}

std::string fact(const Look& look, std::string_view name, const std::string& text) {
  constexpr std::size_t kNameWidth = 12;
  return painted(look, Paint::bold, padded(name, kNameWidth)) + text + "\n";
}

}  // namespace

std::string calls_text(const Look& look, const json_t* answer, std::int64_t now_ms) {
  const std::vector<const json_t*> calls = items_of(get_array(answer, "calls"));
  if (calls.empty()) return "no calls yet; `ringctl watch` shows the next one as it happens\n";
  const std::size_t length = telling_length(calls);
  std::vector<std::vector<std::string>> rows{{"CALL", "BEGAN", "STATE", "RESULT", "FROM", "TO", "FOR", "BY", "LEGS"}};
  for (const json_t* call : calls) {
    const std::string outcome = text_of(call, "outcome"), winner = text_of(call, "winner");
    const std::int64_t created_ms = get_int(call, "created_ms");
    std::string phase = text_of(call, "phase");
    std::replace(phase.begin(), phase.end(), '_', ' ');
    rows.push_back({text_of(call, "session").substr(0, length),
                    created_ms == 0 ? "-" : duration(now_ms - created_ms) + " ago", phase,
                    outcome == "none" || outcome.empty() ? "-" : outcome, last_digits(look, text_of(call, "from")),
                    last_digits(look, text_of(call, "to")), receiver_of(call), winner.empty() ? "-" : winner,
                    number_of(call, "legs_alive") + "/" + number_of(call, "legs")});
  }
  return table(look, rows);
}

std::string missed_text(const Look& look, const json_t* answer, std::int64_t now_ms) {
  const std::vector<const json_t*> missed = items_of(get_array(answer, "missed"));
  if (missed.empty()) return "no missed calls\n";
  std::vector<std::vector<std::string>> rows{{"WHEN", "FROM", "NAME", "TO", "FOR", "DEVICE", "RESULT", "RANG", "CALL"}};
  const auto some = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
  for (const json_t* row : missed) {
    std::string result = text_of(row, "outcome");
    if (result.empty()) result = text_of(row, "call");
    std::replace(result.begin(), result.end(), '_', ' ');
    if (const std::string by = text_of(row, "answered_by"); !by.empty()) result += " (" + by + ")";
    if (const std::string reason = text_of(row, "reason"); !reason.empty()) result += " (" + reason + ")";
    rows.push_back({duration(now_ms - get_int(row, "at_ms")) + " ago", last_digits(look, text_of(row, "from")),
                    some(text_of(row, "caller_name")), last_digits(look, text_of(row, "to")), receiver_of(row),
                    some(text_of(row, "device")), result, get_bool(row, "rang") ? "yes" : "no",
                    text_of(row, "session").substr(0, kShortestId)});
  }
  return table(look, rows);
}

std::string events_text(const Look& look, const json_t* answer, std::int64_t now_ms) {
  const std::vector<const json_t*> events = items_of(get_array(answer, "events"));
  if (events.empty()) return "none\n";
  std::vector<std::vector<std::string>> rows{{"WHEN", "EVENT", "TYPE", "TRIES", "BYTES", "WHY"}};
  std::string bodies;
  for (const json_t* row : events) {
    const std::string event = text_of(row, "event"), type = text_of(row, "type");
    rows.push_back({duration(now_ms - get_int(row, "at_ms")) + " ago", event, type.empty() ? "-" : type,
                    get_int(row, "tries") == 0 ? "-" : number_of(row, "tries"), number_of(row, "bytes"),
                    text_of(row, "why")});
    if (const auto body = decode_base64(get_text(row, "body_base64")); body && !body->empty()) {
      bodies += "\n" + painted(look, Paint::bold, event) + "\n" + printable(*body) + "\n";
    }
  }
  return table(look, rows) + bodies;
}

std::string devices_text(const Look& look, const json_t* answer) {
  const std::vector<const json_t*> devices = items_of(get_array(answer, "devices"));
  if (devices.empty()) return "no devices\n";
  std::vector<std::vector<std::string>> rows{{"USER", "DEVICE", "RINGS", "AS", "UNTIL", "LAST ACTIVE"}};
  const auto some = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
  for (const json_t* row : devices) {
    const std::string why = text_of(row, "why_not");
    rows.push_back({text_of(row, "organisation") + "/" + text_of(row, "user"), text_of(row, "device"),
                    why.empty() ? "yes" : "no: it " + why, some(text_of(row, "sip_username")),
                    some(text_of(row, "expires_at")), some(text_of(row, "last_active_at"))});
  }
  const bool more = get_bool(answer, "more");
  return table(look, rows) + (more ? "there are more: name a user, or raise --limit\n" : "");
}

std::string call_text(const Look& look, const json_t* answer) {
  const std::string arrow = look.utf8 ? " → " : " -> ";
  std::string phase = text_of(answer, "phase");
  std::replace(phase.begin(), phase.end(), '_', ' ');
  const std::string outcome = text_of(answer, "outcome");
  if (!outcome.empty() && outcome != "none") phase += ", " + outcome;
  std::string out = fact(look, "call", text_of(answer, "session"));
  out += fact(look, "began", format_utc(get_int(answer, "created_ms")));
  out += fact(look, "from", text_of(answer, "from") + arrow + text_of(answer, "to"));
  std::string receiver = receiver_of(answer);
  if (const std::string winner = text_of(answer, "winner"); !winner.empty()) receiver += ", taken by " + winner;
  out += fact(look, "for", receiver);
  out += fact(look, "state", painted(look, Paint::magenta, phase));
  for (const json_t* leg : items_of(get_array(answer, "devices"))) {
    const std::string cause = text_of(leg, "cause");
    std::string state = text_of(leg, "state");
    std::replace(state.begin(), state.end(), '_', ' ');
    if (!cause.empty()) state.append(", ").append(cause);
    out += fact(look, "  " + text_of(leg, "device"), state);
  }
  if (const std::string note = text_of(answer, "note"); !note.empty()) out += fact(look, "note", note);
  const std::vector<const json_t*> outbox = items_of(get_array(answer, "outbox"));
  if (!outbox.empty()) {
    std::string waiting;
    for (const json_t* one : outbox) {
      waiting += (waiting.empty() ? "" : ", ") + text_of(one, "verb") + " " + text_of(one, "leg");
      if (get_int(one, "tries") > 1) waiting += " (try " + number_of(one, "tries") + ")";
    }
    out += fact(look, "unanswered", waiting);
  }
  out += "\n";
  LadderText ladder(look, false);
  for (const json_t* line : items_of(get_array(answer, "ladder"))) out += "  " + ladder.render(line) + "\n";
  return out;
}

std::string health_text(const Look& look, const json_t* answer) {
  const bool ok = get_text(answer, "status") == "ok";
  const json_t* engine = get_object(answer, "engine");
  const json_t* store = get_object(answer, "store");
  const json_t* directory = get_object(answer, "directory");
  const auto count = [&](const char* key, const std::string& word) { return number_of(engine, key) + " " + word; };
  std::string out = fact(look, "ringd",
                         text_of(answer, "version") + ", " +
                             painted(look, ok ? Paint::green : Paint::red, text_of(answer, "status")) + ", up " +
                             duration(get_int(answer, "uptime_ms")));
  out += fact(look, "store", text_of(store, "kind") + (get_bool(store, "ready") ? ", ready" : ", AWAY"));
  if (const json_t* fallback = get_object(answer, "fallback")) {
    const bool away = get_text(fallback, "mode") == "away";
    out +=
        fact(look, "fallback",
             text_of(fallback, "policy") + ", " + (away ? "AWAY" : "not needed") + " for " +
                 duration(get_int(fallback, "for_ms")) + ", " + counted(get_int(fallback, "here"), "session") +
                 " here, " + number_of(fallback, "gone_home") + " gone home, " +
                 counted(get_int(fallback, "conflicts"), "conflict") + ", " + number_of(fallback, "stuck") + " stuck");
  }
  out += fact(look, "directory",
              get_bool(directory, "loaded") ? "revision " + number_of(directory, "revision") + ", " +
                                                  counted(get_int(directory, "numbers"), "number")
                                            : "not read yet: calls are told to come again");
  out += fact(look, "events",
              count("accepted", "accepted (") + count("ignored", "of no call, ") + count("bad", "unreadable), ") +
                  count("duplicate", "duplicate, ") + count("later", "later (") + count("queue_full", "queue full, ") +
                  count("expired", "too late), ") + count("refused", "refused"));
  out += fact(look, "late",
              count("late", "not applied in time, ") + count("dead", "given up (ringctl dead)") +
                  (get_int(engine, "unlisted") == 0 ? "" : ", " + count("unlisted", "not listed")));
  out += fact(look, "took", took_text(get_object(engine, "timing")));
  out += fact(look, "commits",
              count("commits", "durable, ") + counted(get_int(engine, "conflicts"), "conflict") + ", " +
                  count("unknown", "unknown, ") + counted(get_int(engine, "recovered"), "call") + " taken over");
  out += fact(look, "sweeps",
              count("sweeps", "made, ") + counted(get_int(engine, "strays"), "stray") + " taken in, " +
                  count("strays_left", "left to talk"));
  if (get_int(engine, "recordings_missing") != 0) {
    out += fact(look, "recordings",
                painted(look, Paint::yellow, count("recordings_missing", "missing (the log's recording_missing)")));
  }
  out += fact(look, "broken", broken_text(look, get_object(engine, "broken")));
  out += fact(look, "commands", counts(get_object(engine, "commands"), true));
  out += fact(look, "results", counts(get_object(engine, "results"), true));
  if (const std::string forwarded = counts(get_object(engine, "forwarded"), true); forwarded != "none") {
    out += fact(look, "forwarded", forwarded);
  }
  out += fact(look, "now",
              counted(get_int(engine, "sessions_cached"), "call") + " in memory, " +
                  counted(get_int(engine, "queue_depth"), "event") + " queued, " +
                  counted(get_int(engine, "commands_in_flight"), "command") + " on the wire");
  const char* key = nullptr;
  const json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(answer), key, value) {
    const std::string_view name = key;
    if (json_is_object(value) && name != "engine" && name != "store" && name != "directory" && name != "fallback") {
      out += fact(look, printable(name), counts(value, name == "redis"));  // a dozen refusals, hardly ever one
    }
  }
  return out;
}

}  // namespace ringfence::ctl
