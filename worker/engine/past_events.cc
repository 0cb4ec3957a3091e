// See past_events.h.
#include "engine/past_events.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/control_reply.h"
#include "engine/event_log.h"
#include "engine/kept_events.h"
#include "engine/list_page.h"
#include "history/event_row.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

void append_row(json_t* rows, const std::string& line, bool whole) {
  Result<Json> row = parse_json(line);
  if (!row) return append_line(rows, line);
  if (!whole) mask_row(row->get());
  append_json(rows, std::move(*row));
}

// `"key":"beginning` as our writer puts it, to pass over a row without reading it.
std::string in_row(const char* key, const std::string& beginning) {
  return beginning.empty() ? std::string() : "\"" + std::string(key) + "\":\"" + beginning;
}

}  // namespace

void PastEvents::log(const RequestTarget& target, Done done) {
  const auto limit = target.number("limit", kDefaultRows), since = target.number("since", 0);
  const auto until = target.number("until", static_cast<std::uint64_t>(ListQuestion::kNever));
  if (!limit || !since || !until) {
    done(sentence(400, "limit, since and until must be decimal numbers; times are Unix milliseconds"));
    return;
  }
  const auto text = [&](const char* name) {
    const std::string* value = target.parameter(name);
    return value == nullptr ? std::string() : *value;
  };
  auto search = std::make_unique<Search>();
  const auto time = [](std::uint64_t ms) {
    return static_cast<Millis>(std::min(ms, static_cast<std::uint64_t>(ListQuestion::kNever)));
  };
  search->question = {
      .list = std::string(kEventLog), .count = limits::kEventPage, .since_ms = time(*since), .until_ms = time(*until)};
  search->type = text("type");
  search->call = text("call");
  search->unapplied = target.parameter("unapplied") != nullptr;
  // ReadingRequests lets nobody ask for it through nginx.
  search->whole = target.parameter("whole") != nullptr;
  search->wanted = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, limits::kListLines));
  search->began_ms = clock_.now_ms();
  search->done = std::move(done);
  searches_.push_back(std::move(search));
  look(std::prev(searches_.end()));
}

void PastEvents::look(Searches::iterator place) {
  read_page(store_, (*place)->question, [this, place](Result<ListPage> page) {
    Search& search = **place;
    if (!page) {
      const Done done = std::move(search.done);
      searches_.erase(place);
      done(failed(page.error()));
      return;
    }
    for (const ListRow& row : page->rows) {
      // What follows begins with an earlier millisecond, so what is of the same one is all here.
      const bool enough = json_array_size(search.rows.get()) >= search.wanted;
      if (enough && row.at_ms <= search.question.until_ms) return finish(place, true);
      take(search, row);
      search.question.until_ms = row.at_ms - 1;
    }
    if (!page->last) search.question.until_ms = page->end_ms - 1;
    search.looked_at += page->rows.size();
    const bool enough =
        search.looked_at >= limits::kEventsLookedAt || clock_.now_ms() - search.began_ms > limits::kEventSearchMs;
    if (page->last || enough) return finish(place, !page->last);
    look(place);
  });
}

void PastEvents::take(Search& search, const ListRow& row) {
  const auto has = [&row](const std::string& text) { return row.line.find(text) != std::string::npos; };
  if (!has(in_row("type", search.type)) || !has(in_row("session", search.call))) return;
  const Result<Json> json = parse_json(row.line);
  const json_t* fields = json ? json->get() : nullptr;
  if (!search.type.empty() && get_text(fields, "type") != search.type) return;
  if (!get_text(fields, "session").starts_with(search.call)) return;
  if (search.unapplied && get_int(fields, "v") != 0) return;
  append_row(search.rows.get(), row.line, search.whole);
}

void PastEvents::finish(Searches::iterator place, bool more) {
  Search& search = **place;
  Json body = json_object_new();
  set_json(body.get(), "events", std::move(search.rows));
  if (more) set_int(body.get(), "more_until_ms", search.question.until_ms);
  const Done done = std::move(search.done);
  searches_.erase(place);
  done(answer(body));
}

void PastEvents::one(std::string_view id, const RequestTarget& target, const Done& done) {
  const bool whole = target.parameter("whole") != nullptr;
  ListQuestion question{.list = std::string(kEventLog), .count = 1, .name = std::string(id)};
  const auto show = [whole](const std::vector<ListRow>& rows, const char* list) {
    Json body = json_object_new(), lines = json_array_new();
    append_row(lines.get(), rows.front().line, whole);
    set_json(body.get(), list, std::move(lines));
    return answer(body);
  };
  store_.list_rows(question, [this, question, show, done](const Result<std::vector<ListRow>>& logged) mutable {
    if (!logged) return done(failed(logged.error()));
    if (!logged->empty()) return done(show(*logged, "events"));
    question.list = kDeadEvents;
    store_.list_rows(question, [show, done](const Result<std::vector<ListRow>>& dead) {
      if (!dead) return done(failed(dead.error()));
      if (!dead->empty()) return done(show(*dead, "dead"));
      done(sentence(404, "no event of this id is kept: it never came, or event_log's keep or most is over for it"));
    });
  });
}

void PastEvents::dead(const RequestTarget& target, const Done& done) {
  const auto limit = target.number("limit", kDefaultRows);
  if (!limit) {
    done(sentence(400, "limit must be a decimal number"));
    return;
  }
  const bool whole = target.parameter("whole") != nullptr;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, limits::kListLines));
  ListQuestion question{.list = std::string(kDeadEvents), .count = count};
  store_.list_rows(question, [this, question, whole, done](Result<std::vector<ListRow>> dead) mutable {
    if (!dead) return done(failed(dead.error()));
    question.list = kept_events_list(kBadEvents);
    store_.list_rows(question, [question, whole, done, rows = *dead](const Result<std::vector<ListRow>>& bad) mutable {
      if (!bad) return done(failed(bad.error()));
      rows.insert(rows.end(), bad->begin(), bad->end());
      std::erase_if(rows, [](const ListRow& row) { return row.line.empty(); });
      std::ranges::stable_sort(rows, std::ranges::greater{}, &ListRow::at_ms);
      if (rows.size() > question.count) rows.resize(question.count);
      Json body = json_object_new(), lines = json_array_new();
      for (const ListRow& row : rows) append_row(lines.get(), row.line, whole);
      set_json(body.get(), "events", std::move(lines));
      done(answer(body));
    });
  });
}

}  // namespace ringfence
