// Everything but the network: world, people, faults, commands, webhooks, journal, wired together.
// Owned by main.cc and by tests. Must not know: sockets, files, the real clock.
#pragma once

#include <functional>

#include "telnyx_sim/command_desk.h"
#include "telnyx_sim/credentials.h"
#include "telnyx_sim/faults.h"
#include "telnyx_sim/journal.h"
#include "telnyx_sim/people.h"
#include "telnyx_sim/postbox.h"
#include "telnyx_sim/state.h"

namespace ringfence::sim {

class Simulation final : public Observer {
 public:
  Simulation(std::uint64_t seed, std::int64_t now_us);

  // {"from","to","caller_name"?,"caller"?,"people"?,"faults"?} as POST /_sim/calls takes it.
  [[nodiscard]] Result<Session*> start_call(const json_t* body);
  void clear();  // forgets every call, credential, fault and count

  void webhook(Leg& leg, std::string_view type, Json payload) override;
  void moved(Leg& leg, Move move) override;
  void forgotten(Session& session) override;

  std::function<void(Leg&, Move)> on_move;  // the load generator listens here
  std::function<void(const Session&)> on_forget;

  Scheduler scheduler;
  Random random;
  Journal journal;
  Faults faults;
  World world;
  People people;
  Postbox postbox;
  CommandDesk desk;
  Credentials credentials;
  std::int64_t started_us;
};

}  // namespace ringfence::sim
