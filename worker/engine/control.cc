// See control.h.
#include "engine/control.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "codec/session_json.h"
#include "engine/call_view.h"
#include "engine/control_reply.h"
#include "engine/engine_measures.h"
#include "engine/health_view.h"
#include "engine/metrics_view.h"
#include "engine/request_target.h"
#include "engine/stored_call.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

enum class Place {
  nowhere,
  health,
  metrics,
  calls,
  call,
  explain,
  replay,
  cancel,
  missed,
  events,
  event,
  dead,
  bad,
  other,
  again,
  watch,
  directory,
  devices,
  device,
  ready,
  reload,
  summaries
};

Place place_of(const std::vector<std::string>& path) {
  const std::string_view head = path.empty() ? std::string_view{} : path[0];
  if (path.size() == 1) {
    if (head == "health") return Place::health;
    if (head == "metrics") return Place::metrics;
    if (head == "calls") return Place::calls;
    if (head == "missed") return Place::missed;
    if (head == "events") return Place::events;
    if (head == "watch") return Place::watch;
    if (head == "directory") return Place::directory;
    if (head == "devices") return Place::devices;
    if (head == "reload") return Place::reload;
    if (head == "summaries") return Place::summaries;
  }
  if (path.size() == 2 && head == "calls") return Place::call;
  if (path.size() == 2 && head == "events") {
    if (path[1] == "dead") return Place::dead;
    if (path[1] == "bad") return Place::bad;
    if (path[1] == "other") return Place::other;
    return path[1] == "redeliver" ? Place::again : Place::event;
  }
  if (path.size() == 2 && head == "devices" && path[1] == "ready") return Place::ready;
  if (path.size() == 4 && head == "devices") return Place::device;
  if (path.size() == 3 && head == "calls") {
    if (path[2] == "cancel") return Place::cancel;
    if (path[2] == "explain") return Place::explain;
    if (path[2] == "replay") return Place::replay;
  }
  return Place::nowhere;
}

std::string_view methods_of(Place place) {
  if (place == Place::directory) return "GET and PUT";
  if (place == Place::device) return "PUT and DELETE";
  if (place == Place::summaries) return "PUT";
  if (place == Place::replay) return "GET and POST";
  const bool acts = place == Place::cancel || place == Place::ready || place == Place::again || place == Place::reload;
  return acts ? "POST" : "GET";
}

}  // namespace

Control::Control(ControlParts parts)
    : parts_(std::move(parts)),
      past_(parts_.store, parts_.clock, parts_.engine.policy()),
      events_(parts_.store, parts_.clock),
      again_(parts_.engine, parts_.store, parts_.clock),
      devices_(parts_.engine, parts_.directory, parts_.clock),
      started_ms_(parts_.clock.now_ms()) {}

void Control::on_request(const RequestFrame& frame, std::function<void(ControlReply)> done) {
  const std::optional<RequestTarget> target = RequestTarget::parse(frame.target);
  if (!target) {
    done(sentence(400, "the target must be a path such as /calls?limit=20"));
    return;
  }
  const auto& path = target->path();
  const Place place = place_of(path);
  if (place == Place::nowhere) {
    done(sentence(404,
                  "there is only /health, /metrics, /calls, /calls/ID, /calls/ID/explain, /calls/ID/replay, "
                  "/calls/ID/cancel, /missed, /events, /events/ID, /events/dead, /events/bad, /events/other, "
                  "/events/redeliver, /devices, /devices/ORGANISATION/USER/DEVICE, /devices/ready, /summaries, /watch, "
                  "/reload and /directory"));
    return;
  }
  if (methods_of(place).find(frame.method) == std::string_view::npos || frame.method.empty()) {
    done(sentence(405, "only " + std::string(methods_of(place))));
    return;
  }
  switch (place) {
    case Place::directory:
      if (frame.method == "GET") return show_directory(done);
      return import_directory(*target, frame.body, std::move(done));
    case Place::call:
      return call(path[1], *target, std::move(done));
    case Place::explain:
      return past_.explain_call(path[1], std::move(done));
    case Place::replay:
      if (frame.method == "GET") return past_.replay_call(path[1], std::move(done));
      return past_.what_if_call(path[1], *target, std::string(as_text(frame.body)), std::move(done));
    case Place::missed:
      return past_.missed(*target, std::move(done));
    case Place::events:
      return events_.log(*target, std::move(done));
    case Place::event:
      return events_.one(path[1], *target, done);
    case Place::dead:
      return events_.dead(*target, done);
    case Place::again:
      return again_.start(*target, std::move(done));
    case Place::bad:
    case Place::other:
      return past_.events(path[1], *target, std::move(done));
    case Place::cancel:
      return cancel(path[1], std::move(done));
    case Place::summaries:
      return put_summary(*target, as_text(frame.body), done);
    case Place::ready:
      return devices_.ready(*target, done);
    case Place::devices:
      return devices_.list(*target, done);
    case Place::device:
      if (frame.method == "PUT") return devices_.put(path, *target, std::move(done));
      return devices_.remove(path, std::move(done));
    case Place::calls:
      return calls(*target, std::move(done));
    case Place::watch:
      return watch(*target, done);
    case Place::reload:
      return reload(done);
    case Place::metrics:
      return done({.content_type = kMetricsType, .body = metrics_view(measures())});
    case Place::health:
    case Place::nowhere:
      return done(answer(health_view(measures())));
  }
}

void Control::reload(const Done& done) const {
  if (!parts_.reload) return done(sentence(422, "there is no configuration file"));
  const Result<std::string> read = parts_.reload();
  if (!read) return done(failed(read.error()));
  Json body = json_object_new();
  set_bool(body.get(), "reloaded", true);
  set_text(body.get(), "detail", *read);
  done(answer(body));
}

Measures Control::measures() const {
  Measures more;
  bool well = parts_.store.ready() && parts_.directory.loaded();
  if (parts_.more_measures && !parts_.more_measures(more)) well = false;
  Measures all;
  all.state("status", well ? "ok" : "degraded", {"ok", "degraded"}, "Whether all that calls need is there.");
  all.text("version", parts_.version, "The version of ringd.");
  all.milliseconds("uptime_ms", parts_.clock.now_ms() - started_ms_, "Time since the start of the process.");
  all.group("store");
  all.text("kind", std::string(parts_.store.kind()), "Where calls live.");
  all.flag("ready", parts_.store.ready(), "Whether calls can be read and written.");
  all.group("directory");
  all.flag("loaded", parts_.directory.loaded(), "Whether it has been read: else calls are told to come again.");
  all.gauge("revision", parts_.directory.revision(), "Of the directory in use; 0: none was imported.");
  std::size_t count = 0;
  for (const Organisation& organisation : parts_.directory.current().organisations()) {
    count += organisation.numbers.size();
  }
  all.gauge("numbers", count, "Phone numbers in the directory.");
  add_engine_measures(all, parts_.engine.stats());
  all.append(std::move(more));
  return all;
}

void Control::calls(const RequestTarget& target, Done done) {
  const auto limit = target.number("limit", kDefaultRows);
  if (!limit) {
    done(sentence(400, "limit must be a decimal number"));
    return;
  }
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, limits::kListedCalls));
  parts_.store.list(count, [done = std::move(done)](Result<std::vector<CallListing>> listing) {
    if (!listing) {
      done(failed(listing.error()));
      return;
    }
    Json rows = json_array_new();
    for (const CallListing& one : *listing) {
      if (const Result<Session> session = decode_session(one.document)) {
        append_json(rows.get(), call_row(*session, one.version));
      }
    }
    Json body = json_object_new();
    set_json(body.get(), "calls", std::move(rows));
    done(answer(body));
  });
}

void Control::call(std::string_view id, const RequestTarget& target, Done done) {
  const bool whole = target.parameter("whole") != nullptr;
  with_document(parts_.store, id, std::move(done), [this, whole](StoredSession stored, Done reply) {
    Result<Session> session = decode_session(stored.document);
    if (!session) return reply(unreadable_call(session.error()));
    const SessionId known = session->id;
    auto answered = [whole, stored = std::move(stored), session = *std::move(session),
                     reply = std::move(reply)](Result<std::vector<std::string>> ladder) {
      if (!ladder) {
        reply(failed(ladder.error()));
        return;
      }
      Json lines = json_array_new();
      for (const std::string& line : *ladder) append_line(lines.get(), line, whole);
      Json body = call_view(session, stored.version);
      set_json(body.get(), "ladder", std::move(lines));
      if (whole) set_text(body.get(), "document", stored.document);
      reply(answer(body));
    };
    parts_.store.ladder(known, std::move(answered));
  });
}

void Control::cancel(std::string_view id, Done done) {
  with_call(parts_.store, id, std::move(done), [this](const StoredCall& call, Done reply) {
    if (call.session.phase == Phase::closing || call.session.phase == Phase::closed) {
      reply(sentence(409, "this call has ended: " + std::string(name_of(call.session.outcome))));
      return;
    }
    const SessionId session = call.session.id;
    parts_.engine.cancel(session, "by an operator", [session, reply = std::move(reply)](const VerdictReply& verdict) {
      if (verdict.verdict == Verdict::later || verdict.verdict == Verdict::refused) {
        reply(sentence(503, "the call could not be ended: " + std::string(verdict.reason)));
        return;
      }
      Json body = json_object_new();
      set_text(body.get(), "session", session.text);
      set_bool(body.get(), "cancelled", true);
      reply(answer(body));
    });
  });
}

void Control::put_summary(const RequestTarget& target, std::string_view text, const Done& done) {
  const std::string* organisation = target.parameter("organisation");
  const std::string* caller = target.parameter("caller");
  const auto seconds = target.number("seconds", 3600);
  if (organisation == nullptr || caller == nullptr || !seconds) {
    done(sentence(400, "expected /summaries?organisation=O&caller=+49...&seconds=N and a text"));
    return;
  }
  const auto& known = parts_.directory.current().organisations();
  if (std::ranges::find(known, *organisation, &Organisation::name) == known.end()) {
    done(sentence(404, "the directory has no such organisation; `ringctl directory show` prints it"));
    return;
  }
  text = text.substr(0, text.find_last_not_of(" \r\n") + 1);  // a line break at the end is the shell's
  if (text.size() > limits::kSummaryBytes) {
    done(sentence(413, "a summary has at most " + std::to_string(limits::kSummaryBytes) + " bytes"));
    return;
  }
  const auto most = static_cast<std::uint64_t>(limits::kSummaryMs / 1000);
  const auto span_ms = static_cast<Millis>(std::min(*seconds, most)) * 1000;
  const std::size_t count = parts_.engine.remember_summary(*organisation, *caller, std::string(text), span_ms);
  Json body = json_object_new();
  set_int(body.get(), "summaries", count);
  done(answer(body));
}

void Control::watch(const RequestTarget& target, const Done& done) const {
  const WatchRing& ring = parts_.engine.watch();
  const auto after = target.number("after", ring.last());
  const auto limit = target.number("limit", limits::kWatchReplyLines);
  if (!after || !limit) {
    done(sentence(400, "after and limit must be decimal numbers"));
    return;
  }
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, limits::kWatchReplyLines));
  const WatchRing::Slice slice = ring.after(*after, count);
  Json lines = json_array_new();
  for (const std::string& line : slice.lines) append_line(lines.get(), line);
  Json body = json_object_new();
  set_int(body.get(), "next", slice.next);
  if (slice.missed != 0) set_int(body.get(), "missed", slice.missed);
  set_json(body.get(), "lines", std::move(lines));
  done(answer(body));
}

void Control::show_directory(const Done& done) const {
  Json body = json_object_new();
  set_int(body.get(), "revision", parts_.directory.revision());
  set_text(body.get(), "text", parts_.directory.imported().text());
  done(answer(body));
}

void Control::import_directory(const RequestTarget& target, ByteView body, Done done) {
  const std::string* file = target.parameter("file");
  const std::string name = file == nullptr || file->empty() ? "directory" : *file;
  parts_.directory.import(name, as_text(body), [done = std::move(done)](Result<std::uint64_t> revision) {
    if (!revision) {
      done(failed(revision.error()));
      return;
    }
    Json revised = json_object_new();
    set_int(revised.get(), "revision", *revision);
    done(answer(revised));
  });
}

}  // namespace ringfence
