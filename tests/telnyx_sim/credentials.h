// The account's telephony credentials with their true state, and the counter at which requests about them arrive:
// contract checks, faults, execution, answer - in this order. Owned by Simulation. Must not know: calls; HTTP beyond a
// query, a status and a body.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "shared/json.h"
#include "telnyx_sim/faults.h"
#include "telnyx_sim/held_answers.h"
#include "telnyx_sim/journal.h"
#include "telnyx_sim/random.h"
#include "telnyx_sim/reply.h"
#include "telnyx_sim/state.h"

namespace ringfence::sim {

inline constexpr std::size_t kCredentials = 20'000;             // four for each device of the largest test
inline constexpr std::size_t kCredentialsOfTag = 1000;          // the provider's own bound
inline constexpr std::size_t kRemovedCredentialsKept = 20'000;  // for the truth; the oldest goes first
inline constexpr std::size_t kCredentialOperations = 20'000;

enum class CredentialVerb : std::uint8_t { create, get, list, remove };
inline constexpr std::string_view kCredentialVerbs[] = {"create", "get", "list", "remove"};

struct Credential {
  std::string id, connection_id, name, tag, sip_username, sip_password;
  std::int64_t created_us = 0;
  std::int64_t expires_us = 0, removed_us = 0;  // 0: not
};

struct CredentialOperation {  // one request, whatever became of it
  std::uint64_t number = 0;   // in order of arrival
  CredentialVerb verb = CredentialVerb::list;
  std::string id, name, tag;
  std::string outcome, code;  // outcome: executed, refused, or a fault's name
  int status = 0;             // 0: never answered
  std::int64_t at_us = 0, executed_us = 0;
};

class Credentials {
 public:
  using Query = std::map<std::string, std::string>;

  Credentials(Scheduler& scheduler, Random& random, const WorldSettings& settings, Journal& journal)
      : scheduler_(scheduler), random_(random), settings_(settings), journal_(journal), held_(scheduler) {}
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  // `reply` is called once: now, later, or with 504 after kNeverAnsweredMs when the answer is to be lost.
  void receive(CredentialVerb verb, std::string_view id, const Query& query, std::string_view body, ReplyFn reply);

  // A fault of a command (faults.h) whose match.verb is of kCredentialVerbs; match.to is the name of a create, the tag
  // of a list, else the id.
  [[nodiscard]] Result<void> add_fault(const json_t* rule);
  void clear_faults() { faults_.clear(); }
  void clear();  // forgets everything; answers whatever is held with 503

  [[nodiscard]] const std::map<std::uint64_t, Credential>& all() const noexcept {
    return all_;
  }  // in order of creation
  [[nodiscard]] const std::deque<CredentialOperation>& operations() const noexcept { return operations_; }
  [[nodiscard]] std::size_t existing() const noexcept { return all_.size() - removed_.size(); }
  [[nodiscard]] bool has_expired(const Credential& credential) const noexcept;

 private:
  using Answer = std::expected<Json, ApiError>;  // the whole body of a success answer

  struct Order {  // one request on its way
    CredentialVerb verb = CredentialVerb::list;
    std::uint64_t operation = 0;
    Credential wanted;  // create: what to make; else its id alone
    Query query;
  };
  [[nodiscard]] std::optional<ApiError> read_create(std::string_view text, Credential& wanted) const;
  void open_operation(Order& order);
  void close(const Order& order, std::string_view outcome, const ApiError* error, int status);
  void carry_out(const Order& order, const FaultRule& fault, ReplyFn reply);
  Reply run(const Order& order, std::string_view note);
  Answer execute(const Order& order);
  Answer create(const Order& order);
  Answer list(const Query& query);
  Answer one(const std::string& id, bool remove);
  [[nodiscard]] Json resource(const Credential& credential) const;
  [[nodiscard]] bool is_asked_for(const Credential& credential, const Query& query) const;
  [[nodiscard]] VerbCount& count_of(CredentialVerb verb);

  Scheduler& scheduler_;
  Random& random_;
  const WorldSettings& settings_;
  Journal& journal_;
  HeldAnswers held_;
  Faults faults_;
  std::map<std::uint64_t, Credential> all_;  // those that were removed, too
  std::unordered_map<std::string, std::uint64_t> by_id_;
  std::deque<std::uint64_t> removed_;
  std::deque<CredentialOperation> operations_;
  std::uint64_t created_ = 0, received_ = 0;
};

}  // namespace ringfence::sim
