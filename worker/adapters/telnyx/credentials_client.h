// Credentials over Telnyx's API of telephony credentials: a few requests at once, a line of those that wait, curl
// behind. Created by main, used by the engine through ports/credentials.h. One loop, one thread. It never resends.
// Beside client.h and not in it, so that no request of a device takes a place from a call. Must not know: devices,
// users, what a credential is made or removed for, its password.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "adapters/telnyx/credential_list.h"
#include "adapters/uv/loop.h"
#include "ports/credentials.h"
#include "ports/log.h"
#include "shared/limits.h"
#include "shared/result.h"

namespace ringfence {

class CurlLoop;
struct HttpReply;

struct CredentialsOptions {
  std::string base_url = "https://api.telnyx.com/v2";  // https; http only to this machine
  std::string api_key;                                 // wiped once taken over
  std::string connection_id;  // of the credential connection in which they are made; not that of the calls
  std::string ca_file;        // empty: the system's certificates
  Millis connect_ms = 1'000;
  Millis answer_ms = limits::kCredentialAnswerMs;  // from send() to the answer, waiting and all pages included
};

struct CredentialsCounters {
  std::uint64_t requests = 0;      // handed to curl; a list makes one for each page
  std::uint64_t refused_full = 0;  // not_sent: too many were waiting
  std::uint64_t waited_out = 0;    // not_sent: their turn did not come in time
  std::uint64_t failures = 0;      // requests that say that the provider is away
  std::uint64_t too_many = 0;      // answers 429
  std::size_t queued = 0, in_flight = 0;
};

class CredentialsClient final : public Credentials {
 public:
  // Error: a sentence for the operator about the option that is wrong. The process must ignore SIGPIPE.
  [[nodiscard]] static Result<std::unique_ptr<CredentialsClient>> create(UvLoop& loop, Log& log,
                                                                         CredentialsOptions options);
  ~CredentialsClient() override;  // answers still owed are never delivered

  // A list that failed midway, or that is longer than limits::kCredentialPages, has what was read of it in `found`.
  void send(CredentialRequest request, std::function<void(CredentialAnswer)> done) override;
  [[nodiscard]] CredentialsCounters counters() const;

 private:
  using Done = std::function<void(CredentialAnswer)>;
  struct Job {
    CredentialRequest request;
    Done done;
    std::optional<CredentialList> list;
    Millis give_up_ms = 0;  // of uv_hrtime()
    Millis send_by_ms = 0;  // what has not left by then has too little time left to be answered
  };

  CredentialsClient(UvLoop& loop, Log& log, CredentialsOptions options, std::unique_ptr<CurlLoop> curl);
  void pump();
  void put_on_wire(Job job);
  void on_reply(std::uint64_t number, HttpReply reply);
  void learn_from(const HttpReply& reply);
  void settle(Done done, OutcomeClass outcome, std::string detail);  // later, on the loop

  Log& log_;
  CredentialsOptions options_;
  UvTimer timer_;  // for the one that has waited longest
  UvDeferred later_;
  std::deque<Job> waiting_;                      // in order of arrival, and so of their deadlines
  std::unordered_map<std::uint64_t, Job> wire_;  // by a number of our own
  std::uint64_t next_number_ = 0;
  int failed_in_a_row_ = 0;
  CredentialsCounters counters_;
  std::unique_ptr<CurlLoop> curl_;  // last: goes first, and with it every callback
};

}  // namespace ringfence
