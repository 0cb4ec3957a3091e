// Telephony over Telnyx's Call Control API: a queue by urgency, a limit of rate and a breaker in front, curl behind.
// Created by main, used by the engine through ports/telephony.h. One loop, one thread. It never resends: a hedge is a
// second send(), and what the breaker keeps back is `not_sent` with the time at which it is worth asking again.
// Must not know: sessions, stores, why a command is asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/telnyx/breaker.h"
#include "adapters/telnyx/command_queue.h"
#include "adapters/telnyx/rate_limit.h"
#include "adapters/uv/loop.h"
#include "ports/log.h"
#include "ports/telephony.h"
#include "shared/result.h"

namespace ringfence {

class CurlLoop;
struct HttpReply;

struct TelnyxOptions {
  std::string base_url = "https://api.telnyx.com/v2";  // https; http only to this machine
  std::string api_key;                                 // wiped once taken over
  std::string voice = "AWS.Polly.Joanna-Neural";
  std::string ca_file;  // empty: the system's certificates
  Millis connect_ms = 1'000;
  Millis deadline_ms = 2'500;        // from send() to the outcome, waiting included
  Millis audit_deadline_ms = 5'000;  // the same for all pages of an audit; one page has deadline_ms
  Millis keep_warm_ms = 0;           // 0: off. One GET now and after each such time without a command
  int rate = 0;                      // requests a second; 0: no limit of ours
  int burst = 1;                     // of these, so many at once
};

struct TelnyxCounters {
  std::uint64_t requests = 0;       // handed to curl; an audit makes several
  std::uint64_t refused_full = 0;   // not_sent: the queue was full
  std::uint64_t waited_out = 0;     // not_sent: their turn did not come in time
  std::uint64_t still_waiting = 0;  // not_sent: a copy of it was waiting already
  std::uint64_t kept_back = 0;      // not_sent: the breaker was open
  std::uint64_t failures = 0;       // requests that say that the provider is away
  std::uint64_t too_many = 0;       // answers 429
  std::uint64_t opened = 0, probes = 0;
  Breaker::State breaker = Breaker::State::closed;
  int rate = 0;  // requests a second we allow ourselves now
  std::size_t queued = 0, in_flight = 0;
};

class TelnyxClient final : public Telephony {
 public:
  // Error: a sentence for the operator about the option that is wrong. The process must ignore SIGPIPE.
  [[nodiscard]] static Result<std::unique_ptr<TelnyxClient>> create(UvLoop& loop, Log& log, TelnyxOptions options);
  ~TelnyxClient() override;  // outcomes still owed are never delivered

  void send(Command command, std::function<void(CommandOutcome)> done) override;
  // Another rate and burst from now on, also for what waits.
  void follow(int rate, int burst);
  [[nodiscard]] TelnyxCounters counters() const;

 private:
  struct Settled {
    std::function<void(CommandOutcome)> done;
    CommandOutcome outcome;
  };

  TelnyxClient(UvLoop& loop, Log& log, TelnyxOptions options, std::unique_ptr<CurlLoop> curl);
  void pump();
  void pump_broken(Millis now_ms);
  [[nodiscard]] bool has_place(bool patient) const noexcept;
  void put_on_wire(Job job);
  void on_reply(std::uint64_t number, const HttpReply& reply);
  void learn_from(const HttpReply& reply, const Job& job);
  void settle(Job& job, OutcomeClass outcome, std::string detail, Millis retry_after_ms = 0);
  void arm();      // timer_ for what is settled or late next
  void on_time();  // delivers settled_, gives up what waited too long
  void keep_warm();

  Log& log_;
  TelnyxOptions options_;
  Breaker breaker_;
  RateLimit limit_;
  UvTimer timer_, warm_timer_;
  CommandQueue queue_;
  std::unordered_map<std::uint64_t, Job> wire_;  // by a number of our own
  std::uint64_t next_number_ = 0;
  std::vector<Settled> settled_;  // outcomes found without an answer, owed later on the loop
  Millis last_used_ms_ = 0;
  TelnyxCounters counters_;
  bool* destroyed_ = nullptr;  // set while on_time() delivers
  std::unique_ptr<CurlLoop> curl_;
};

}  // namespace ringfence
