// The queue, the wire and the outcomes; see client.h.
#include "adapters/telnyx/client.h"

#include <algorithm>
#include <utility>

#include "adapters/http/curl_loop.h"
#include "adapters/telnyx/open_api.h"
#include "adapters/telnyx/outcome.h"
#include "adapters/telnyx/request.h"
#include "adapters/telnyx/response.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

Millis monotonic_ms() { return static_cast<Millis>(uv_hrtime() / 1'000'000); }

Result<void> check(const TelnyxOptions& options) {
  if (options.voice.empty()) return fail(ErrorCode::invalid, "the voice for spoken text is empty");
  if (options.deadline_ms <= 0 || options.audit_deadline_ms <= 0) {
    return fail(ErrorCode::invalid, "a deadline of the provider's API is not above zero");
  }
  if (options.rate < 0 || options.burst < 1) {
    return fail(ErrorCode::invalid, "the provider's rate is negative, or its burst not above zero");
  }
  if (options.keep_warm_ms < 0) return fail(ErrorCode::invalid, "the keep-warm time is negative");
  return {};
}

CommandOutcome outcome_of(Verb verb, const HttpReply& reply) {
  const OutcomeClass outcome = classify(reply.code, reply.request_bytes, reply.status);
  CommandOutcome result;
  if (reply.code == CURLE_OK) {
    result = parse_response(verb, outcome, reply.status, reply.body);
  } else {
    result.outcome = outcome;
    result.http_status = reply.status;
    result.detail = curl_easy_strerror(reply.code);
  }
  result.retry_after_ms = reply.retry_after_ms;
  return result;
}

}  // namespace

Result<std::unique_ptr<TelnyxClient>> TelnyxClient::create(UvLoop& loop, Log& log, TelnyxOptions options) {
  const Result<void> checked = check(options);
  CurlSettings settings{.base = {},
                        .ca_file = options.ca_file,
                        .connect_ms = options.connect_ms,
                        .reply_bytes = limits::kProviderReplyBytes};
  auto curl = open_api(loop, options.base_url, options.api_key, std::move(settings));  // wipes the key in any case
  if (!checked) return std::unexpected(checked.error());
  if (!curl) return std::unexpected(curl.error());
  return std::unique_ptr<TelnyxClient>(new TelnyxClient(loop, log, std::move(options), std::move(*curl)));
}

TelnyxClient::TelnyxClient(UvLoop& loop, Log& log, TelnyxOptions options, std::unique_ptr<CurlLoop> curl)
    : log_(log),
      options_(std::move(options)),
      limit_(options_.rate, options_.burst),
      timer_(loop),
      warm_timer_(loop),
      curl_(std::move(curl)) {
  warm_timer_.unref();
  if (options_.keep_warm_ms > 0) warm_timer_.start(0, [this] { keep_warm(); });
}

TelnyxClient::~TelnyxClient() {
  if (destroyed_ != nullptr) *destroyed_ = true;
}

void TelnyxClient::send(Command command, std::function<void(CommandOutcome)> done) {
  const Verb verb = command.verb;
  const Millis now = monotonic_ms();
  const Millis deadline_ms = verb == Verb::audit ? options_.audit_deadline_ms : options_.deadline_ms;
  Job job{.command = std::move(command), .done = std::move(done), .audit = nullptr};
  job.came_ms = now;
  job.give_up_ms = now + deadline_ms;
  job.send_by_ms = job.give_up_ms - std::min<Millis>(limits::kProviderAnswerMs, deadline_ms / 2);
  if (verb == Verb::audit) {
    job.audit = std::make_unique<Audit>(job.command);
  }
  if (job.command.tries > 1 && queue_.holds(job.command.id)) {
    // A resend is a hedge against what may have got lost on the wire; this one has not left us.
    ++counters_.still_waiting;
    settle(job, OutcomeClass::not_sent, "an earlier copy still waits for its turn");
  } else if (!queue_.push(job)) {
    ++counters_.refused_full;
    settle(job, OutcomeClass::not_sent, "too many commands are waiting for the provider");
  }
  pump();
  arm();
}

void TelnyxClient::follow(int rate, int burst) {
  limit_.follow(rate, burst, monotonic_ms());
  pump();
  arm();
}

// Dials and audits leave a share of the places to the others, of few places one.
bool TelnyxClient::has_place(bool patient) const noexcept {
  const std::size_t capacity = curl_->capacity();
  const std::size_t share = std::max<std::size_t>(capacity / limits::kUrgentShare, 1);
  return wire_.size() < capacity - (patient ? share : 0);
}

// As many as fit and as the rate allows, the most urgent first.
void TelnyxClient::pump() {
  const Millis now_ms = monotonic_ms();
  while (std::optional<Job> late = queue_.pop_late(now_ms)) {
    ++counters_.waited_out;
    settle(*late, OutcomeClass::not_sent, "the command's turn did not come before its deadline");
  }
  pump_broken(now_ms);
  while (const Job* next = queue_.front()) {
    const bool patient = is_patient(next->command.verb);
    if (!has_place(patient) || !limit_.take(patient, now_ms)) return;
    put_on_wire(queue_.pop());
  }
}

// While the breaker is open nothing waits here: step() knows better what is still worth asking later.
void TelnyxClient::pump_broken(Millis now_ms) {
  while (breaker_.state() != Breaker::State::closed && queue_.front() != nullptr) {
    Job job = queue_.pop();
    const bool safe = job.command.verb == Verb::hangup || job.command.verb == Verb::audit;
    if (has_place(false) && breaker_.pass(safe, now_ms) == Breaker::Pass::probe) {
      job.probe = true;
      put_on_wire(std::move(job));
    } else {
      ++counters_.kept_back;
      settle(job, OutcomeClass::not_sent, "the provider is away, nothing is sent", breaker_.wait_ms(safe, now_ms));
    }
  }
}

void TelnyxClient::put_on_wire(Job job) {
  const Command& command = job.command;
  Result<HttpRequest> request = HttpRequest{};
  if (job.audit == nullptr) {
    request = build_request(command, options_.voice);
  } else if (command.connection_id.empty() || command.call_session_id.empty()) {
    request = fail(ErrorCode::invalid, "the audit names no connection or no session");
  } else {
    request = job.audit->next().value_or(HttpRequest{});
  }
  if (!request) {
    // A defect of the command itself. Not "not sent": that would have the same command resent for ever.
    settle(job, OutcomeClass::refused, std::move(request.error().text));
    return;
  }
  last_used_ms_ = monotonic_ms();
  const Millis deadline_ms = std::clamp<Millis>(job.give_up_ms - last_used_ms_, 1, options_.deadline_ms);
  const std::uint64_t number = next_number_++;
  if (!curl_->start(*request, deadline_ms, [this, number](const HttpReply& reply) { on_reply(number, reply); })) {
    settle(job, OutcomeClass::not_sent, "libcurl could not start the request");
    return;
  }
  ++counters_.requests;
  if (job.probe) breaker_.probe_left();
  job.left_at = breaker_.opened();
  job.started_ms = last_used_ms_;
  wire_.emplace(number, std::move(job));
}

void TelnyxClient::on_reply(std::uint64_t number, const HttpReply& reply) {
  auto node = wire_.extract(number);
  Job& job = node.mapped();
  learn_from(reply, job);
  job.probe = false;
  if (!job.waited_ms && reply.request_bytes > 0) job.waited_ms = job.started_ms - job.came_ms + reply.left_after_ms;
  CommandOutcome outcome = outcome_of(job.command.verb, reply);
  if (job.audit != nullptr && outcome.outcome == OutcomeClass::ok) {
    if (!job.audit->take(reply.body)) {
      outcome.outcome = OutcomeClass::unknown;
      outcome.detail = "the provider's listing could not be read";
    } else if (job.audit->next() && breaker_.state() != Breaker::State::closed) {
      outcome.outcome = OutcomeClass::unknown;
      outcome.detail = "the provider is away, the rest of its listing was not read";
    } else if (job.audit->next() && monotonic_ms() >= job.send_by_ms) {
      // A page that is given no time to be answered would look like a provider that does not answer.
      outcome.outcome = OutcomeClass::unknown;
      outcome.detail = "the time for the provider's listing was over before its end";
    } else if (job.audit->next()) {
      limit_.pay(monotonic_ms());
      put_on_wire(std::move(job));  // keeps its place: an audit under way is not overtaken page by page
      arm();
      return;
    }
  }
  if (job.audit != nullptr) {
    outcome.audit_complete = outcome.outcome == OutcomeClass::ok && job.audit->complete();
    outcome.events_read = job.audit->events_read();  // whatever became of the other list
    outcome.cursor = job.audit->cursor();
    outcome.legs = job.audit->take_legs();
  }
  outcome.waited_ms = job.waited_ms;
  const auto done = std::move(job.done);
  pump();
  arm();
  done(std::move(outcome));  // last: it may destroy this
}

// What an answer, or none, says about the provider. Told once for each change.
void TelnyxClient::learn_from(const HttpReply& reply, const Job& job) {
  const Millis now_ms = monotonic_ms();
  if (breaker_.note(says_away(reply.code, reply.status), job.probe, job.left_at, now_ms)) {
    if (breaker_.state() == Breaker::State::closed) {
      const std::string span = std::to_string(now_ms - breaker_.opened_ms());
      log_.write(LogLevel::notice, "provider_back", {{"after_ms", span}, {"detail", "commands are sent again"}});
    } else {
      const std::string last =
          reply.code != CURLE_OK ? curl_easy_strerror(reply.code) : "HTTP " + std::to_string(reply.status);
      log_.write(LogLevel::error, "provider_away",
                 {{"detail", "too many requests failed, the last: " + last},
                  {"do",
                   "nothing is sent but single probes; calls wait and go on by themselves. Look at the provider's "
                   "status page and at this machine's way to `api` of the block telnyx"}});
    }
  }
  const bool too_many = reply.code == CURLE_OK && reply.status == 429;
  if (too_many) ++counters_.too_many;
  if (too_many && limit_.slow_down(reply.retry_after_ms, now_ms)) {
    log_.write(LogLevel::warning, "provider_slows_us",
               {{"detail", "HTTP 429: now " + std::to_string(limit_.rate()) + " requests a second; dials wait"},
                {"do", "set `rate` of the block telnyx to what the account is allowed, or have that raised"}});
  } else if (!too_many && limit_.recovered(now_ms)) {
    log_.write(LogLevel::notice, "provider_rate_back", {{"rate", std::to_string(limit_.rate())}});
  }
}

void TelnyxClient::settle(Job& job, OutcomeClass outcome, std::string detail, Millis retry_after_ms) {
  CommandOutcome result;
  result.outcome = outcome;
  result.retry_after_ms = retry_after_ms;
  result.detail = std::move(detail);
  result.waited_ms = job.waited_ms;
  if (job.audit != nullptr) result.legs = job.audit->take_legs();
  settled_.push_back({std::move(job.done), std::move(result)});
}

void TelnyxClient::arm() {
  if (!settled_.empty()) {
    timer_.start(0, [this] { on_time(); });
    return;
  }
  const Job* next = queue_.front();
  if (next == nullptr) return timer_.stop();
  const Millis now_ms = monotonic_ms();
  Millis wait_ms = queue_.next_late_ms() - now_ms;
  const bool patient = is_patient(next->command.verb);
  if (has_place(patient)) wait_ms = std::min(wait_ms, limit_.wait_ms(patient, now_ms));  // else a reply wakes us
  timer_.start(std::max<Millis>(wait_ms, 1), [this] { on_time(); });
}

void TelnyxClient::on_time() {
  pump();
  const std::vector<Settled> now = std::exchange(settled_, {});
  arm();
  bool destroyed = false;
  destroyed_ = &destroyed;
  for (const Settled& each : now) {
    each.done(each.outcome);
    if (destroyed) return;
  }
  destroyed_ = nullptr;
}

void TelnyxClient::keep_warm() {
  const Millis idle_ms = monotonic_ms() - last_used_ms_;
  Millis wait_ms = options_.keep_warm_ms;
  if (wire_.empty() && idle_ms >= wait_ms) {
    last_used_ms_ = monotonic_ms();
    // Its answer is nobody's business and a failure shows with the next command.
    (void)curl_->start(keep_warm_request(), options_.deadline_ms, [](const HttpReply&) {});
  } else if (idle_ms < wait_ms) {
    wait_ms -= idle_ms;
  }
  warm_timer_.start(wait_ms, [this] { keep_warm(); });
}

TelnyxCounters TelnyxClient::counters() const {
  TelnyxCounters now = counters_;
  now.queued = queue_.size();
  now.in_flight = wire_.size();
  now.failures = breaker_.failures();
  now.opened = breaker_.opened();
  now.probes = breaker_.probes();
  now.breaker = breaker_.state();
  now.rate = limit_.rate();
  return now;
}

}  // namespace ringfence
