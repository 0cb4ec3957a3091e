// See past_calls.h.
#include "engine/past_calls.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "codec/session_json.h"
#include "core/mask.h"
#include "engine/call_view.h"
#include "engine/control_reply.h"
#include "engine/kept_events.h"
#include "engine/ledger.h"
#include "engine/stored_call.h"
#include "history/explain.h"
#include "history/replay.h"
#include "history/what_if.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

void mask(json_t* line, const char* key) {
  if (const std::string number(get_text(line, key)); !number.empty()) set_text(line, key, mask_number(number));
}

Json sentences(const std::vector<std::string>& lines) {
  Json array = json_array_new();
  for (const std::string& line : lines) append_json(array.get(), Json(json_stringn(line.data(), line.size())));
  return array;
}

}  // namespace

void PastCalls::list(std::string name, const char* key, const RequestTarget& target, Millis kept_ms, View view,
                     Done done) {
  const auto limit = target.number("limit", kDefaultRows);
  if (!limit) {
    done(sentence(400, "limit must be a decimal number"));
    return;
  }
  // ReadingRequests lets nobody ask for it through nginx.
  if (target.parameter("whole") != nullptr) view.cover = nullptr;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, limits::kListLines));
  const std::size_t count = view.counts ? limits::kListLines : wanted;  // what is left out makes room for others
  auto answered = [key, wanted, view = std::move(view),
                   done = std::move(done)](const Result<std::vector<ListRow>>& rows) {
    if (!rows) {
      done(failed(rows.error()));
      return;
    }
    Json lines = json_array_new();
    for (const ListRow& row : *rows) {
      if (row.line.empty()) continue;
      const std::size_t last = json_array_size(lines.get());
      if (last >= wanted) break;
      append_line(lines.get(), row.line);
      json_t* line = json_array_get(lines.get(), last);
      if (view.counts && !view.counts(line)) {
        json_array_remove(lines.get(), last);
      } else if (view.cover) {
        view.cover(line);
      }
    }
    Json body = json_object_new();
    set_json(body.get(), key, std::move(lines));
    done(answer(body));
  };
  store_.list_rows({.list = std::move(name), .count = count, .since_ms = clock_.now_ms() - kept_ms},
                   std::move(answered));
}

void PastCalls::missed(const RequestTarget& target, Done done) {
  const std::string* user = target.parameter("user");
  View view;
  view.cover = [](json_t* line) {
    mask(line, "from");
    mask(line, "to");
    json_object_del(line, "caller_name");
  };
  // The phones that rang for a call somebody took have their rows, too; nobody missed that call.
  if (target.parameter("all") == nullptr) {
    view.counts = [](const json_t* line) { return get_text(line, "call") != name_of(Outcome::answered); };
  }
  list(missed_list(user == nullptr ? std::string_view{} : *user), "missed", target, limits::kLedgerMs, std::move(view),
       std::move(done));
}

void PastCalls::events(std::string_view kind, const RequestTarget& target, Done done) {
  View view;
  view.cover = [](json_t* line) { json_object_del(line, "body_base64"); };
  list(kept_events_list(kind), "events", target, limits::kKeptEventsMs, std::move(view), std::move(done));
}

void PastCalls::explain_call(std::string_view id, Done done) {
  with_call(store_, id, std::move(done), [](const StoredCall& call, const Done& reply) {
    Json body = json_object_new();
    set_text(body.get(), "session", call.session.id.text);
    set_json(body.get(), "lines", sentences(explain(call.session)));
    reply(answer(body));
  });
}

void PastCalls::replay_call(std::string_view id, Done done) {
  with_document(store_, id, std::move(done), [this, id = std::string(id)](StoredSession stored, Done reply) {
    auto answered = [this, stored = std::move(stored),
                     reply = std::move(reply)](Result<std::vector<std::string>> lines) {
      reply(lines ? played_again(stored, *lines) : failed(lines.error()));
    };
    store_.ladder(SessionId{id}, std::move(answered));
  });
}

void PastCalls::what_if_call(std::string_view id, const RequestTarget& target, std::string text, Done done) {
  const std::string* file = target.parameter("file");
  auto answered = [this, name = file == nullptr || file->empty() ? "plan" : *file, text = std::move(text),
                   done = std::move(done)](const Result<std::vector<std::string>>& ladder) {
    if (!ladder || ladder->empty()) {
      done(ladder ? no_such_call() : failed(ladder.error()));
      return;
    }
    const Result<WhatIf> made = what_if(*ladder, name, text, plan_rules(policy_), policy_);
    if (!made) {
      done(failed(made.error()));
      return;
    }
    Json body = call_view(made->session, made->ladder.size());
    set_json(body.get(), "lines", sentences(explain(made->session)));
    set_json(body.get(), "doubts", sentences(made->doubts));
    Json lines = json_array_new();
    for (const std::string& line : made->ladder) append_line(lines.get(), line);
    set_json(body.get(), "ladder", std::move(lines));
    done(answer(body));
  };
  store_.ladder(SessionId{std::string(id)}, std::move(answered));
}

// The call may have gone on between the two answers of the store: then there are lines beyond its version.
ControlReply PastCalls::played_again(const StoredSession& stored, std::vector<std::string> ladder) const {
  if (ladder.size() > stored.version) ladder.resize(stored.version);
  const Result<Replay> played = replay(ladder, policy_);
  if (!played) return failed(played.error());
  Json body = call_view(played->session, played->steps);
  set_bool(body.get(), "same", encode_session(played->session) == stored.document);
  Json lines = json_array_new();
  for (std::size_t i = 0; i < played->ladder.size(); ++i) {
    append_line(lines.get(), played->ladder[i]);
    if (played->ladder[i] != ladder[i] && json_object_get(body.get(), "differs_at") == nullptr) {
      set_int(body.get(), "differs_at", i + 1);
    }
  }
  set_json(body.get(), "ladder", std::move(lines));
  return answer(body);
}

}  // namespace ringfence
