// Delivery of webhooks: envelope, signature, attempts, retries, failover. Owned by main.cc; the Postbox hands over.
// Must not know: why a webhook exists, faults.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "telnyx_sim/http_client.h"
#include "telnyx_sim/postbox.h"
#include "telnyx_sim/signer.h"
#include "telnyx_sim/simulation.h"

namespace ringfence::sim {

struct DeliverySettings {
  Endpoint primary, failover;  // an empty url: none
  std::int64_t timeout_ms = 2000;
  // Delay before attempt 2, 3, ...: the second is immediate, then it grows. Its length bounds the attempts.
  std::vector<std::int64_t> retry_delays_ms = {0, 500, 1000, 2000, 4000};
};

struct Envelope {
  std::string body, timestamp, signature;  // an empty signature: sent without the header
};

class Webhooks final : public Carrier {
 public:
  using Answered = std::function<void(int status, std::string body)>;

  Webhooks(Simulation& simulation, HttpClient& client, Signer signer)
      : simulation_(simulation), client_(client), signer_(std::move(signer)), stranger_(Signer::random()) {}

  DeliverySettings settings;

  void deliver(const std::string& webhook_id) override { attempt(webhook_id, 1, false); }
  void replay(const std::string& webhook_id) override {
    (void)replay_to(webhook_id, [](int, std::string) {});
  }
  [[nodiscard]] bool replay_to(const std::string& webhook_id, Answered answered);  // false: nothing sent yet

  // As a forger or a tester would send it, once and without any record.
  void send_once(Envelope envelope, Answered answered);
  [[nodiscard]] const Signer& signer() const noexcept { return signer_; }
  [[nodiscard]] const Signer& stranger() const noexcept { return stranger_; }  // a key nobody trusts
  [[nodiscard]] std::string envelope_body(const std::string& data, int attempt, const std::string& url) const;
  std::function<void(const WebhookRecord&)> on_first_attempt;  // the load generator measures from here

 private:
  void attempt(const std::string& webhook_id, int number, bool on_failover);
  void answered(const std::string& webhook_id, std::size_t index, int number, bool on_failover, int status);
  void finish(WebhookRecord& record, bool accepted);
  void log(const WebhookRecord& record, std::string_view what, int status, int number);

  Simulation& simulation_;
  HttpClient& client_;
  Signer signer_, stranger_;
};

}  // namespace ringfence::sim
