// See redelivery.h.
#include "engine/redelivery.h"

#include <algorithm>
#include <utility>

#include "engine/control_reply.h"
#include "engine/event_log.h"
#include "engine/list_page.h"
#include "history/event_row.h"
#include "shared/limits.h"

namespace ringfence {

void Redelivery::start(const RequestTarget& target, Done done) {
  const std::string* id = target.parameter("id");
  const auto since = target.number("since", 0), limit = target.number("limit", limits::kRedeliverBatch);
  const auto until = target.number("until", static_cast<std::uint64_t>(ListQuestion::kNever));
  const bool dead = target.parameter("dead") != nullptr;
  const bool some = id != nullptr || dead || target.parameter("since") != nullptr;
  if (!some || !since || !until || !limit || *limit == 0) {
    done(sentence(400, "expected id=ID, since=MS and perhaps until=MS, or dead=yes; times are Unix milliseconds"));
    return;
  }
  if (run_) {
    done(sentence(409, "events are being delivered again already; one at a time"));
    return;
  }
  run_.emplace(std::move(done), clock_.now_ms());
  if (const std::string* call = target.parameter("call")) run_->call = *call;
  const auto time = [](std::uint64_t ms) {
    return static_cast<Millis>(std::min(ms, static_cast<std::uint64_t>(ListQuestion::kNever)));
  };
  ListQuestion question{.list = std::string(dead ? kDeadEvents : kEventLog),
                        .count = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, limits::kRedeliverBatch)),
                        .since_ms = time(*since),
                        .until_ms = time(*until),
                        .order = ListQuestion::Order::oldest_first};
  if (id != nullptr) question.name = *id;
  find(std::move(question), dead || id == nullptr);
}

// One id may be in either list: first in the log.
void Redelivery::find(ListQuestion question, bool only_there) {
  read_page(store_, question, [this, question, only_there](Result<ListPage> page) mutable {
    if (!page) return refuse(failed(page.error()));
    if (page->rows.empty() && !only_there) {
      question.list = kDeadEvents;
      return find(std::move(question), true);
    }
    if (page->rows.empty() && !question.name.empty()) return refuse(sentence(404, "no event of this id is kept"));
    run_->rows = std::move(page->rows);
    run_->last = page->last || !question.name.empty();
    run_->end_ms = page->end_ms;
    go_on();
  });
}

// However slow the store: whoever asks again must begin later than this time. So it ends between two milliseconds.
bool Redelivery::may_stop() const {
  const Run& run = *run_;
  return run.next != 0 && run.rows[run.next].at_ms != run.rows[run.next - 1].at_ms;
}

void Redelivery::go_on() {
  Run& run = *run_;
  const bool too_long = clock_.now_ms() - run.began_ms > limits::kRedeliverMs;
  if (run.next == run.rows.size() || run.stopped_ms || (too_long && may_stop())) return finish();
  put(run.rows[run.next]);
}

void Redelivery::put(const ListRow& row) {
  const Result<Json> json = parse_json(row.line);
  const json_t* fields = json ? json->get() : nullptr;
  const bool in_log = get_int(fields, "tries") == 0;
  if (!get_text(fields, "session").starts_with(run_->call)) {
    ++run_->next;
    return go_on();
  }
  if (in_log && get_int(fields, "v") == 0) {
    note(row.line, "kept", get_text(fields, "why"));
    return go_on();
  }
  Result<LoggedEvent> logged = read_row(row.line);
  if (!logged) {
    note(row.line, "unreadable", logged.error().text);
    return go_on();
  }
  engine_.put_again(std::move(*logged), [this, line = row.line, at_ms = row.at_ms](const VerdictReply& verdict) {
    switch (verdict.verdict) {
      case Verdict::accepted:
        note(line, "applied", verdict.reason);
        break;
      case Verdict::duplicate:
        note(line, "duplicate", {});
        break;
      case Verdict::refused:
        note(line, "refused", verdict.reason);
        break;
      case Verdict::later:
        note(line, "later", verdict.reason);
        run_->stopped_ms = at_ms - 1;  // the store is away, or we are stopping: not one after the other into that
    }
    go_on();
  });
}

void Redelivery::note(const std::string& line, std::string_view result, std::string_view detail) {
  const Result<Json> json = parse_json(line);
  const json_t* fields = json ? json->get() : nullptr;
  Json one = json_object_new();
  for (const char* key : {"event", "type", "session"}) set_text(one.get(), key, get_text(fields, key));
  set_text(one.get(), "result", result);
  if (!detail.empty()) set_text(one.get(), "detail", detail);
  append_json(run_->results.get(), std::move(one));
  ++run_->next;
}

void Redelivery::finish() {
  // Not sooner than the rate allows, so that whoever asks again at once keeps to it.
  const auto events = static_cast<Millis>(json_array_size(run_->results.get()));
  const Millis over_ms = run_->began_ms + events * 1000 / limits::kRedeliverPerSecond - clock_.now_ms();
  if (over_ms <= 0) return answer_now();
  engine_.after(over_ms, [this] { answer_now(); });
}

void Redelivery::answer_now() {
  Run run = std::move(*run_);
  run_.reset();
  Json body = json_object_new();
  set_json(body.get(), "events", std::move(run.results));
  if (!run.stopped_ms && run.next < run.rows.size()) run.stopped_ms = run.rows[run.next].at_ms - 1;
  if (!run.stopped_ms && !run.last) run.stopped_ms = run.end_ms;
  if (run.stopped_ms) set_int(body.get(), "next_since_ms", *run.stopped_ms);
  run.done(answer(body));
}

void Redelivery::refuse(ControlReply reply) {
  const Done done = std::move(run_->done);
  run_.reset();
  done(std::move(reply));
}

}  // namespace ringfence
