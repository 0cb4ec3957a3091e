// Telephony over Telnyx's Call Control API: a queue by urgency in front, curl behind. Created by main, used by the
// engine through ports/telephony.h. One loop, one thread. It never resends: a hedge is a second send().
// Must not know: sessions, stores, why a command is asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/telnyx/command_queue.h"
#include "adapters/uv/loop.h"
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
};

struct TelnyxCounters {
  std::uint64_t requests = 0;      // handed to curl; an audit makes several
  std::uint64_t refused_full = 0;  // not_sent: the queue was full
  std::uint64_t waited_out = 0;    // not_sent: their turn did not come in time
  std::size_t queued = 0, in_flight = 0;
};

class TelnyxClient final : public Telephony {
 public:
  // Error: a sentence for the operator about the option that is wrong. The process must ignore SIGPIPE.
  [[nodiscard]] static Result<std::unique_ptr<TelnyxClient>> create(UvLoop& loop, TelnyxOptions options);
  ~TelnyxClient() override;  // outcomes still owed are never delivered

  void send(Command command, std::function<void(CommandOutcome)> done) override;
  [[nodiscard]] TelnyxCounters counters() const;

 private:
  struct Settled {
    std::function<void(CommandOutcome)> done;
    CommandOutcome outcome;
  };

  TelnyxClient(UvLoop& loop, TelnyxOptions options, std::unique_ptr<CurlLoop> curl);
  void pump();
  void put_on_wire(Job job);
  void on_reply(std::uint64_t number, const HttpReply& reply);
  void settle(Job& job, OutcomeClass outcome, std::string detail);
  void arm();      // timer_ for what is settled or late next
  void on_time();  // delivers settled_, gives up what waited too long
  void keep_warm();

  TelnyxOptions options_;
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
