// Webhooks between "it happened" and the wire: the record of each, and what faults do to it (lose, duplicate, delay,
// reorder, replay). Owned by Simulation. Must not know: sockets, signatures (Carrier does).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "telnyx_sim/faults.h"
#include "telnyx_sim/journal.h"
#include "telnyx_sim/random.h"
#include "telnyx_sim/scheduler.h"

namespace ringfence::sim {

inline constexpr std::int64_t kReorderPatienceMs = 1000;  // a held webhook goes after this even if nothing follows it

class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual void deliver(const std::string& webhook_id) = 0;  // all attempts, freshly signed
  virtual void replay(const std::string& webhook_id) = 0;   // the bytes and signature of the last attempt, once
};

class Postbox {
 public:
  Postbox(Scheduler& scheduler, Random& random, Faults& faults, Journal& journal)
      : scheduler_(scheduler), random_(random), faults_(faults), journal_(journal) {}
  void connect(Carrier& carrier) { carrier_ = &carrier; }

  void post(Leg& leg, std::string_view type, const json_t* payload);
  [[nodiscard]] WebhookRecord* find(const std::string& id);
  void forget(const Session& session);
  void clear();

 private:
  void release(const std::string& session_id);
  void send(const std::string& id) {
    if (carrier_ != nullptr) carrier_->deliver(id);
  }

  Scheduler& scheduler_;
  Random& random_;
  Faults& faults_;
  Journal& journal_;
  Carrier* carrier_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<WebhookRecord>> records_;
  std::unordered_map<std::string, std::vector<std::string>> held_;  // session -> webhooks waiting for the next one
};

}  // namespace ringfence::sim
