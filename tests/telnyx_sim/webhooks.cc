// See webhooks.h.
#include "telnyx_sim/webhooks.h"

namespace ringfence::sim {
namespace {

bool is_retried(int status) { return status == 0 || status == 408 || status == 429 || status >= 500; }

Post post_of(const Endpoint& to, const Envelope& envelope, std::int64_t timeout_ms) {
  Post post;
  post.to = to;
  post.timeout_ms = timeout_ms;
  post.body = envelope.body;
  post.headers = {{"Content-Type", "application/json"}, {"User-Agent", "telnyx-webhooks"}};
  if (!envelope.timestamp.empty()) post.headers.emplace_back("telnyx-timestamp", envelope.timestamp);
  if (!envelope.signature.empty()) post.headers.emplace_back("telnyx-signature-ed25519", envelope.signature);
  return post;
}

}  // namespace

std::string Webhooks::envelope_body(const std::string& data, int attempt, const std::string& url) const {
  return R"({"data":)" + data + R"(,"meta":{"attempt":)" + std::to_string(attempt) + R"(,"delivered_to":")" + url +
         R"("}})";
}

void Webhooks::attempt(const std::string& webhook_id, int number, bool on_failover) {
  WebhookRecord* record = simulation_.postbox.find(webhook_id);
  if (record == nullptr) return;
  // Two failures in a row at the first URL and the failover's turn has come, if there is one.
  on_failover = !settings.failover.url.empty() && (on_failover || number > 2);
  const Endpoint& to = on_failover ? settings.failover : settings.primary;
  if (to.url.empty()) return finish(*record, false);
  const std::int64_t now_us = simulation_.scheduler.now_us();
  const std::size_t index = record->attempts.size();
  record->attempts.push_back({number, 0, now_us, 0});
  Envelope envelope;
  envelope.body = envelope_body(record->data, number, to.url);
  envelope.timestamp = std::to_string(now_us / 1'000'000);
  envelope.signature = signer_.sign(envelope.timestamp, envelope.body);
  Counters& counters = simulation_.journal.counters;
  ++counters.webhook_attempts;
  if (number > 1) ++counters.webhook_retries;
  if (number == 1 && on_first_attempt) on_first_attempt(*record);
  Post post = post_of(to, envelope, settings.timeout_ms);
  post.done = [this, webhook_id, index, number, on_failover](int status, const std::string&) {
    answered(webhook_id, index, number, on_failover, status);
  };
  record->last_body = std::move(envelope.body);
  record->last_timestamp = std::move(envelope.timestamp);
  record->last_signature = std::move(envelope.signature);
  client_.send(std::move(post));
}

void Webhooks::answered(const std::string& webhook_id, std::size_t index, int number, bool on_failover, int status) {
  ++simulation_.journal.counters.webhook_statuses[status];
  WebhookRecord* record = simulation_.postbox.find(webhook_id);
  if (record == nullptr) return;  // its call was forgotten meanwhile
  record->attempts[index].status = status;
  record->attempts[index].answered_us = simulation_.scheduler.now_us();
  log(*record, "webhook", status, number);
  if (status >= 200 && status < 300) return finish(*record, true);
  if (static_cast<std::size_t>(number) > settings.retry_delays_ms.size()) return finish(*record, false);
  if (!is_retried(status)) {
    // Not tried again at the same URL, but the failover gets its chance.
    if (on_failover || settings.failover.url.empty()) return finish(*record, false);
    return attempt(webhook_id, number + 1, true);
  }
  simulation_.scheduler.after_ms(
      settings.retry_delays_ms[static_cast<std::size_t>(number) - 1],
      [this, webhook_id, number, on_failover] { attempt(webhook_id, number + 1, on_failover); });
}

void Webhooks::finish(WebhookRecord& record, bool accepted) {
  record.finished = true;
  Counters& counters = simulation_.journal.counters;
  ++(accepted ? counters.webhooks_accepted : counters.webhooks_failed);
}

bool Webhooks::replay_to(const std::string& webhook_id, Answered answered) {
  const WebhookRecord* record = simulation_.postbox.find(webhook_id);
  if (record == nullptr || record->last_body.empty()) return false;
  ++simulation_.journal.counters.replayed;
  Post post = post_of(settings.primary, {record->last_body, record->last_timestamp, record->last_signature},
                      settings.timeout_ms);
  post.done = [this, webhook_id, answered = std::move(answered)](int status, std::string body) {
    if (const WebhookRecord* sent = simulation_.postbox.find(webhook_id)) log(*sent, "replayed", status, 1);
    answered(status, std::move(body));
  };
  client_.send(std::move(post));
  return true;
}

void Webhooks::send_once(Envelope envelope, Answered answered) {
  Post post = post_of(settings.primary, envelope, settings.timeout_ms);
  post.done = std::move(answered);
  client_.send(std::move(post));
}

void Webhooks::log(const WebhookRecord& record, std::string_view what, int status, int number) {
  LogEntry entry;
  entry.at_us = simulation_.scheduler.now_us();
  entry.call = record.session->id;
  entry.what = what;
  entry.who = record.to;
  entry.leg = record.control_id;
  entry.detail = record.type;
  entry.id = record.id;
  entry.code = record.fault;
  entry.status = status;
  entry.attempt = number;
  simulation_.journal.add(std::move(entry));
}

}  // namespace ringfence::sim
