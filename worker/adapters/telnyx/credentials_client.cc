// The line, the wire and the answers; see credentials_client.h.
#include "adapters/telnyx/credentials_client.h"

#include <algorithm>
#include <utility>

#include "adapters/http/curl_loop.h"
#include "adapters/telnyx/credential_wire.h"
#include "adapters/telnyx/open_api.h"
#include "adapters/telnyx/outcome.h"

namespace ringfence {
namespace {

constexpr int kTooMany = 429;

Millis monotonic_ms() { return static_cast<Millis>(uv_hrtime() / 1'000'000); }

Result<void> check(const CredentialsOptions& options) {
  if (options.connection_id.empty() || options.connection_id.size() > limits::kFieldBytes) {
    return fail(ErrorCode::invalid, "the id of the credential connection is empty or too long");
  }
  if (options.answer_ms <= 0) {
    return fail(ErrorCode::invalid, "the time for an answer about a credential is not above zero");
  }
  return {};
}

CredentialAnswer answer_of(CredentialVerb verb, const HttpReply& reply) {
  const OutcomeClass outcome = classify(reply.code, reply.request_bytes, reply.status);
  CredentialAnswer answer;
  if (reply.code == CURLE_OK) {
    answer = parse_credential_answer(verb, outcome, reply.status, reply.body);
  } else {
    answer.outcome = outcome;
    answer.http_status = reply.status;
    answer.detail = curl_easy_strerror(reply.code);
  }
  answer.retry_after_ms = reply.retry_after_ms;
  return answer;
}

}  // namespace

Result<std::unique_ptr<CredentialsClient>> CredentialsClient::create(UvLoop& loop, Log& log,
                                                                     CredentialsOptions options) {
  const Result<void> checked = check(options);
  CurlSettings settings{.base = {},
                        .ca_file = options.ca_file,
                        .connect_ms = options.connect_ms,
                        .host_connections = static_cast<long>(limits::kCredentialsInFlight),
                        .reply_bytes = limits::kProviderReplyBytes};
  auto curl = open_api(loop, options.base_url, options.api_key, std::move(settings));  // wipes the key in any case
  if (!checked) return std::unexpected(checked.error());
  if (!curl) return std::unexpected(curl.error());
  return std::unique_ptr<CredentialsClient>(new CredentialsClient(loop, log, std::move(options), std::move(*curl)));
}

CredentialsClient::CredentialsClient(UvLoop& loop, Log& log, CredentialsOptions options, std::unique_ptr<CurlLoop> curl)
    : log_(log), options_(std::move(options)), timer_(loop), later_(loop), curl_(std::move(curl)) {}

CredentialsClient::~CredentialsClient() = default;

void CredentialsClient::send(CredentialRequest request, std::function<void(CredentialAnswer)> done) {
  if (waiting_.size() >= limits::kCredentialsWaiting) {
    ++counters_.refused_full;
    return settle(std::move(done), OutcomeClass::not_sent, "too many requests about credentials are waiting");
  }
  if (request.verb == CredentialVerb::list && request.tag.empty()) {
    // A filter that is empty is none: the list would be that of the whole account.
    return settle(std::move(done), OutcomeClass::refused, "the list of credentials names no tag");
  }
  Job job;
  if (request.verb == CredentialVerb::list) job.list.emplace(request.tag);
  job.request = std::move(request);
  job.done = std::move(done);
  job.give_up_ms = monotonic_ms() + options_.answer_ms;
  job.send_by_ms = job.give_up_ms - std::min<Millis>(limits::kProviderAnswerMs, options_.answer_ms / 2);
  waiting_.push_back(std::move(job));
  pump();
}

// As many as fit, the oldest first; those whose time is over have to go unsent.
void CredentialsClient::pump() {
  const Millis now_ms = monotonic_ms();
  while (!waiting_.empty()) {
    const bool late = waiting_.front().send_by_ms <= now_ms;
    if (!late && wire_.size() >= limits::kCredentialsInFlight) break;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    if (late) {
      ++counters_.waited_out;
      settle(std::move(job.done), OutcomeClass::not_sent, "the request's turn did not come before its deadline");
    } else {
      put_on_wire(std::move(job));
    }
  }
  if (waiting_.empty()) return timer_.stop();
  timer_.start(std::max<Millis>(waiting_.front().send_by_ms - now_ms, 1), [this] { pump(); });
}

void CredentialsClient::put_on_wire(Job job) {
  const Result<HttpRequest> request = job.list ? Result<HttpRequest>(job.list->next().value_or(HttpRequest{}))
                                               : credential_request(job.request, options_.connection_id);
  if (!request) {
    // A defect of the request itself. Not "not sent": that would have the same one asked again for ever.
    return settle(std::move(job.done), OutcomeClass::refused, request.error().text);
  }
  const Millis deadline_ms = std::max<Millis>(job.give_up_ms - monotonic_ms(), 1);
  const std::uint64_t number = next_number_++;
  const auto on_done = [this, number](HttpReply reply) { on_reply(number, std::move(reply)); };
  if (!curl_->start(*request, deadline_ms, on_done)) {
    return settle(std::move(job.done), OutcomeClass::not_sent, "libcurl could not start the request");
  }
  ++counters_.requests;
  wire_.emplace(number, std::move(job));
}

void CredentialsClient::on_reply(std::uint64_t number, HttpReply reply) {
  blank_passwords(reply.body);  // before anything reads it
  auto node = wire_.extract(number);
  Job& job = node.mapped();
  learn_from(reply);
  CredentialAnswer answer = answer_of(job.request.verb, reply);
  if (job.list && answer.outcome == OutcomeClass::ok) {
    if (!job.list->take(reply.body)) {
      answer.outcome = OutcomeClass::unknown;
      answer.detail = "the provider's list of credentials could not be read";
    } else if (job.list->next() && monotonic_ms() >= job.send_by_ms) {
      answer.outcome = OutcomeClass::unknown;
      answer.detail = "the time for the provider's list of credentials was over before its end";
    } else if (job.list->next()) {
      put_on_wire(std::move(job));  // keeps its place: a list under way is not overtaken page by page
      return pump();
    } else if (!job.list->complete()) {
      answer.detail = "the provider's list of credentials was not read to its end, or changed meanwhile";
    }
  }
  if (job.list) {
    answer.complete = answer.outcome == OutcomeClass::ok && job.list->complete();
    answer.found = job.list->take_found();
  }
  const Done done = std::move(job.done);
  pump();
  done(std::move(answer));  // last: it may destroy this
}

// Told once for each change: a single request that got no answer is its asker's business.
void CredentialsClient::learn_from(const HttpReply& reply) {
  if (reply.code == CURLE_OK && reply.status == kTooMany) ++counters_.too_many;
  if (!says_away(reply.code, reply.status)) {
    if (failed_in_a_row_ >= limits::kBreakerInARow) {
      log_.write(LogLevel::notice, "credentials_back", {{"detail", "requests about credentials are answered again"}});
    }
    failed_in_a_row_ = 0;
    return;
  }
  ++counters_.failures;
  failed_in_a_row_ = std::min(failed_in_a_row_ + 1, limits::kBreakerInARow + 1);
  if (failed_in_a_row_ != limits::kBreakerInARow) return;
  const std::string last =
      reply.code != CURLE_OK ? curl_easy_strerror(reply.code) : "HTTP " + std::to_string(reply.status);
  log_.write(LogLevel::warning, "credentials_away",
             {{"detail", "requests about credentials fail, the last: " + last},
              {"do",
               "devices that are new cannot register meanwhile; calls are not concerned. Look at the provider's "
               "status page and at this machine's way to `api` of the block telnyx"}});
}

void CredentialsClient::settle(Done done, OutcomeClass outcome, std::string detail) {
  CredentialAnswer answer;
  answer.outcome = outcome;
  answer.detail = std::move(detail);
  later_.post([done = std::move(done), answer = std::move(answer)] { done(answer); });
}

CredentialsCounters CredentialsClient::counters() const {
  CredentialsCounters now = counters_;
  now.queued = waiting_.size();
  now.in_flight = wire_.size();
  return now;
}

}  // namespace ringfence
