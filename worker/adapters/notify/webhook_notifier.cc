// See webhook_notifier.h.
#include "adapters/notify/webhook_notifier.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "adapters/http/base_url.h"
#include "adapters/http/curl_loop.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr UrlRules kUrlRules{
    .name = "the URL", .why_tls = "what became of a call would travel in clear text", .query = true};
constexpr int kGone = 410;

CommandOutcome outcome_of(const HttpReply& reply) {
  CommandOutcome outcome;
  outcome.http_status = reply.status;
  outcome.retry_after_ms = reply.retry_after_ms;
  // Nobody reads the answer's body: one that is too long is an answer as well.
  if (reply.code != CURLE_OK && !(reply.code == CURLE_WRITE_ERROR && reply.status != 0)) {
    outcome.outcome = reply.request_bytes == 0 ? OutcomeClass::not_sent : OutcomeClass::unknown;
    outcome.detail = curl_easy_strerror(reply.code);
    return outcome;
  }
  outcome.outcome = reply.status >= 200 && reply.status < 300   ? OutcomeClass::ok
                    : reply.status >= 300 && reply.status < 500 ? OutcomeClass::refused
                                                                : OutcomeClass::unknown;
  if (outcome.outcome != OutcomeClass::ok) outcome.detail = "HTTP " + std::to_string(reply.status);
  return outcome;
}

}  // namespace

Result<void> check_notify_url(std::string_view url) {
  const auto parsed = parse_base_url(url, kUrlRules);
  if (!parsed) return std::unexpected(parsed.error());
  return {};
}

Result<std::unique_ptr<WebhookNotifier>> WebhookNotifier::create(UvLoop& loop, const Clock& clock, Log& log,
                                                                 NotifyOptions options,
                                                                 std::vector<NotifyEndpoint> endpoints) {
  if (sodium_init() < 0) return fail(ErrorCode::internal, "libsodium cannot be initialised");
  if (!options.ca_file.empty() && access(options.ca_file.c_str(), R_OK) != 0) {
    return fail(ErrorCode::invalid, "ca_file " + options.ca_file + " cannot be read: " + std::strerror(errno));
  }
  CurlSettings settings{.base = {},
                        .ca_file = options.ca_file,
                        .connect_ms = options.connect_ms,
                        // The applications of many organisations may live on one host.
                        .host_connections = static_cast<long>(limits::kNotifyInFlight),
                        .reply_bytes = limits::kNotifyReplyBytes};
  auto curl = std::make_unique<CurlLoop>(loop, std::move(settings), Headers());
  if (!curl->ready()) return fail(ErrorCode::internal, "libcurl cannot be initialised");
  std::unique_ptr<WebhookNotifier> notifier(new WebhookNotifier(loop, clock, log, std::move(options), std::move(curl)));
  if (auto taken = notifier->replace(std::move(endpoints)); !taken) return std::unexpected(std::move(taken.error()));
  return notifier;
}

WebhookNotifier::WebhookNotifier(UvLoop& loop, const Clock& clock, Log& log, NotifyOptions options,
                                 std::unique_ptr<CurlLoop> curl)
    : clock_(clock), log_(log), options_(std::move(options)), later_(loop), curl_(std::move(curl)) {}

WebhookNotifier::~WebhookNotifier() = default;

Result<void> WebhookNotifier::replace(std::vector<NotifyEndpoint> endpoints) {
  std::map<std::string, Application, std::less<>> fresh;
  for (NotifyEndpoint& endpoint : endpoints) {
    const auto url = parse_base_url(endpoint.url, kUrlRules);
    if (!url) return fail(url.error().code, "organisation " + endpoint.organisation + ": " + url.error().text);
    fresh.emplace(std::move(endpoint.organisation), Application{.url = url->prefix,
                                                                .ringing = endpoint.ringing,
                                                                .families = std::move(endpoint.families),
                                                                .secrets = std::move(endpoint.secrets),
                                                                .waiting = {}});
  }
  turns_.clear();
  for (auto& [organisation, old] : applications_) {
    const auto place = fresh.find(organisation);
    if (place == fresh.end()) {
      for (const std::string& id : old.waiting) {
        auto node = jobs_.extract(id);
        settle(std::move(node.mapped().done), OutcomeClass::not_sent, "this organisation is not told any more");
      }
      continue;
    }
    place->second.waiting = std::move(old.waiting);
    place->second.in_flight = old.in_flight;
  }
  applications_ = std::move(fresh);
  for (auto& [organisation, application] : applications_) take_turn(organisation, application);
  pump();
  return {};
}

bool WebhookNotifier::tells(std::string_view organisation) const { return applications_.contains(organisation); }

bool WebhookNotifier::tells_ringing(std::string_view organisation) const {
  const auto place = applications_.find(organisation);
  return place != applications_.end() && place->second.ringing;
}

std::string WebhookNotifier::consumer_of(std::string_view family) const {
  for (const auto& [name, application] : applications_) {
    if (std::ranges::find(application.families, family) != application.families.end()) return name;
  }
  return {};
}

void WebhookNotifier::send(Command command, std::function<void(CommandOutcome)> done) {
  const auto place = applications_.find(command.organisation);
  if (place == applications_.end()) {
    // Told by a worker that knows it, or by this one once it is configured: step() offers it again.
    settle(std::move(done), OutcomeClass::not_sent, "this worker knows no application of the organisation");
    return;
  }
  const std::string id = command.id.text;
  if (const auto twin = jobs_.find(id); twin != jobs_.end()) {
    if (twin->second.command.organisation != command.organisation) {  // whose it was, before the configuration changed
      return settle(std::move(done), OutcomeClass::not_sent, "a copy of it is on its way to somebody else");
    }
    settle(std::exchange(twin->second.done, std::move(done)), OutcomeClass::unknown,
           "no answer yet; a copy waits for it");
    return;
  }
  Application& application = place->second;
  if (application.waiting.size() >= limits::kNotifyQueue) {
    settle(std::move(done), OutcomeClass::not_sent, "too much waits for this application");
    return;
  }
  application.waiting.push_back(id);
  jobs_.emplace(id, Job{.command = std::move(command), .done = std::move(done)});
  take_turn(place->first, application);
  pump();
}

void WebhookNotifier::take_turn(const std::string& organisation, Application& application) {
  if (application.has_turn || application.waiting.empty()) return;
  if (application.in_flight >= limits::kNotifyInFlightEach) return;
  application.has_turn = true;
  turns_.push_back(organisation);
}

// One of each organisation in turn, as many as fit.
void WebhookNotifier::pump() {
  while (in_flight_ < limits::kNotifyInFlight && !turns_.empty()) {
    const std::string organisation = std::move(turns_.front());
    turns_.pop_front();
    Application& application = applications_.find(organisation)->second;
    application.has_turn = false;
    const auto job = jobs_.find(application.waiting.front());
    application.waiting.pop_front();
    const Millis not_after_ms = job->second.command.not_after_ms;
    const bool late = not_after_ms != 0 && clock_.now_ms() > not_after_ms;
    if (!late) put_on_wire(job->second, application);
    if (job->second.on_wire) {
      ++application.in_flight;
      ++in_flight_;
    } else {
      settle(std::move(job->second.done), OutcomeClass::not_sent,
             late ? "it could not leave in time" : "libcurl could not start the request");
      jobs_.erase(job);
    }
    take_turn(organisation, application);
  }
}

void WebhookNotifier::put_on_wire(Job& job, const Application& application) {
  const Command& command = job.command;
  const std::string timestamp = std::to_string(clock_.now_ms() / 1000);  // of this try: receivers refuse an old one
  HttpRequest request{.method = HttpRequest::Method::post, .path = {}, .body = command.body, .url = application.url};
  request.headers = {"Content-Type: application/json", "Expect:", "webhook-id: " + command.id.text,
                     "webhook-timestamp: " + timestamp,
                     "webhook-signature: " + application.secrets.sign(command.id.text, timestamp, command.body)};
  job.on_wire = curl_->start(request, options_.deadline_ms,
                             [this, id = command.id.text](const HttpReply& reply) { on_reply(id, reply); });
}

void WebhookNotifier::on_reply(const std::string& id, const HttpReply& reply) {
  auto node = jobs_.extract(id);
  Job& job = node.mapped();
  --in_flight_;
  if (const auto place = applications_.find(job.command.organisation); place != applications_.end()) {
    if (place->second.in_flight > 0) --place->second.in_flight;  // 0: it was away meanwhile
    take_turn(place->first, place->second);
  }
  CommandOutcome outcome = outcome_of(reply);
  if (outcome.outcome == OutcomeClass::ok) {
    ++counters_.taken;
  } else if (outcome.http_status == kGone) {
    ++counters_.gone;
    outcome.detail = "HTTP 410: given up, the application does not want it";
    log_.write(LogLevel::warning, "notify_gone",
               {{"organisation", job.command.organisation},
                {"command", id},
                {"detail", "the application answered 410; take it out of the configuration if that is for good"}});
  } else {
    ++counters_.not_taken;
  }
  const Done done = std::move(job.done);
  pump();
  done(std::move(outcome));  // last: it may destroy this
}

void WebhookNotifier::settle(Done done, OutcomeClass outcome, std::string detail) {
  CommandOutcome result;
  result.outcome = outcome;
  result.detail = std::move(detail);
  later_.post([done = std::move(done), result = std::move(result)] { done(result); });
}

NotifyCounters WebhookNotifier::counters() const {
  NotifyCounters now = counters_;
  now.in_flight = in_flight_;
  now.queued = jobs_.size() - in_flight_;
  return now;
}

}  // namespace ringfence
