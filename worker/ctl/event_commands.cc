// The commands about events: the log, one event, events delivered again. See commands.h.
#include <iostream>
#include <map>
#include <optional>

#include "core/utc_time.h"
#include "ctl/asking.h"
#include "ctl/commands.h"
#include "ctl/event_view.h"
#include "shared/conf_values.h"
#include "shared/limits.h"

namespace ringfence::ctl {
namespace {

// A moment, or how long ago it was. Milliseconds are for scripts, which have them of our JSON.
std::optional<std::int64_t> moment(const std::string& text) {
  constexpr std::size_t kUnixMsDigits = 13;
  if (text.size() == kUnixMsDigits && text.find_first_not_of("0123456789") == std::string::npos)
    return std::stoll(text);
  if (const auto at_ms = parse_utc(text)) return *at_ms;
  if (const auto ago_ms = parse_duration_ms(text)) return wall_ms() - *ago_ms;
  return std::nullopt;
}

// Appends `&name=MS`; false, after the complaint, when it is no time.
bool add_time(std::string& target, const char* name, const std::string& text) {
  if (text.empty()) return true;
  const auto at_ms = moment(text);
  if (!at_ms) {
    (void)complain(kUnreachable,
                   printable(text) + " is no time; expected 2026-11-21T07:00:00Z, or 10m for ten minutes ago");
    return false;
  }
  target += "&" + std::string(name) + "=" + std::to_string(*at_ms);
  return true;
}

void add_text(std::string& target, const char* name, const std::string& text) {
  if (!text.empty()) target += "&" + std::string(name) + "=" + percent_encoded(text);
}

int show_event(const Options& options, const EventsQuestion& question) {
  const std::string target = "/events/" + percent_encoded(question.id) + (question.whole ? "?whole=yes" : "");
  return ask_and_print(options, target, [&](const json_t* answer) {
    const json_t* logged = get_array(answer, "events");
    const bool dead = logged == nullptr;
    return event_text(options.look, json_array_get(dead ? get_array(answer, "dead") : logged, 0), dead);
  });
}

struct Tally {
  std::map<std::string, std::size_t> results;
  bool stopped = false;
};

void print_redelivered(const Options& options, const Reply& reply, Tally& tally) {
  const json_t* events = get_array(reply.json.get(), "events");
  for (std::size_t i = 0; i < json_array_size(events); ++i) {
    const json_t* event = json_array_get(events, i);
    const std::string result = printable(get_text(event, "result"));
    ++tally.results[result];
    if (result == "later") tally.stopped = true;
    if (options.json) continue;
    constexpr std::size_t kResultWidth = 11;
    const std::string detail = printable(get_text(event, "detail"));
    std::cout << padded(result, kResultWidth) << printable(get_text(event, "event")) << "  "
              << printable(get_text(event, "type")) << (detail.empty() ? "" : "  " + detail) << "\n";
  }
  if (options.json) std::cout << reply.body << "\n";
}

int sum_up(const Options& options, const Tally& tally) {
  const auto count = [&](const char* result) {
    const auto found = tally.results.find(result);
    return found == tally.results.end() ? std::size_t{0} : found->second;
  };
  const std::size_t not_taken = count("refused") + count("later") + count("unreadable");
  if (!options.json) {
    std::cout << count("applied") << " applied, " << count("duplicate") << " had been, " << count("kept")
              << " of no call, " << not_taken << " not taken\n";
  }
  return not_taken == 0 ? kDone : kRefused;
}

}  // namespace

int show_events(const Options& options, const EventsQuestion& question) {
  if (!question.id.empty()) return show_event(options, question);
  std::string target = "/events?limit=" + std::to_string(question.limit);
  if (!add_time(target, "since", question.since) || !add_time(target, "until", question.until)) return kUnreachable;
  add_text(target, "type", question.type);
  add_text(target, "call", question.call);
  if (question.unapplied) target += "&unapplied=yes";
  if (question.whole) target += "&whole=yes";
  return ask_and_print(options, target, [&](const json_t* answer) {
    std::string text = event_table(options.look, get_array(answer, "events"), wall_ms());
    if (const std::int64_t more_ms = get_int(answer, "more_until_ms"); more_ms != 0) {
      text += "there may be more: --until " + format_utc(more_ms + 999) + "\n";
    }
    return text;
  });
}

int redeliver(const Options& options, const Redeliver& what) {
  if (what.ids.empty() && what.since.empty() && !what.dead) {
    return complain(kUnreachable, "which? Expected ids of events, --since TIME, or --dead");
  }
  std::string rest;
  if (!add_time(rest, "until", what.until)) return kUnreachable;
  add_text(rest, "call", what.call);
  if (what.dead) rest += "&dead=yes";
  std::string since;
  if (!add_time(since, "since", what.since)) return kUnreachable;
  auto client = connect(options);
  if (!client) return client.error();
  Tally tally;
  for (const std::string& id : what.ids) {
    const auto reply = ask(*client, "POST", "/events/redeliver?id=" + percent_encoded(id));
    if (!reply) return reply.error();
    print_redelivered(options, *reply, tally);
  }
  if (!what.ids.empty()) return sum_up(options, tally);
  std::int64_t from_ms = -1;
  for (;;) {  // ends with the log: each answer goes on later than the one before
    const auto reply = ask(*client, "POST", "/events/redeliver?" + (since + rest).substr(1));
    if (!reply) return reply.error();
    print_redelivered(options, *reply, tally);
    const json_t* json = reply->json.get();
    const std::int64_t next_ms = get_int(json, "next_since_ms", -1);
    if (next_ms <= from_ms || tally.stopped) return sum_up(options, tally);
    from_ms = next_ms;
    since = "&since=" + std::to_string(next_ms);
  }
}

}  // namespace ringfence::ctl
