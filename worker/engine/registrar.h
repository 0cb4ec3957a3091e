// Devices get their credentials here: load -> step (devices/registration.h) -> commit -> gate -> answer as an event,
// one at a time for each device, on any worker:
//
//   a device asks    -> its record's lane -> committed: the request leaves; its answer comes back as an event
//   any worker       -> the same record: what loses the race to commit is stepped again on what the other wrote
//   a worker dies    -> its request's time passes, the due scan gives the record to another, which looks first
//
// Records live in the store beside calls, under names that no call has, and are never kept in memory: devices ask when
// people start an application. What is dialled is told to all workers by a list, which DirectoryCache reads.
// Owned by the engine. Must not know: the provider's HTTP, who asks.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "devices/registration.h"
#include "devices/registration_json.h"
#include "engine/directory_cache.h"
#include "engine/engine_stats.h"
#include "engine/output_gate.h"
#include "engine/timer_queue.h"
#include "ports/clock.h"
#include "ports/log.h"
#include "ports/store.h"

namespace ringfence {

struct RegistrarParts {
  Store& store;
  const Clock& clock;
  Log& log;
  TimerQueue& timers;
  OutputGate& gate;
  EngineStats& stats;
  DirectoryCache& directory;
};

struct RegistrarOptions {
  std::string connection;  // the provider's credential connection; empty: devices do not register here
  RegistrationPolicy policy;
};

class Registrar {
 public:
  // Error: not_found, the directory has no such user; invalid, the provider refuses; limit, there is no room;
  // unavailable, not yet: to be tried again.
  using Told = std::function<void(Result<RegisteredDevice>)>;

  Registrar(RegistrarParts parts, RegistrarOptions options) : parts_(parts), options_(std::move(options)) {}
  ~Registrar();  // whoever still waits is told so
  Registrar(const Registrar&) = delete;
  Registrar& operator=(const Registrar&) = delete;

  // `done` once the device has a credential that is stored, or it is clear that it gets none now; `anew`: another one.
  void enrol(const DeviceKey& device, bool anew, Told done);
  // `done` once it is durable that the device has none; at the provider it goes after that.
  void remove(const DeviceKey& device, Told done);

  // A name of the due scan that is a record's, not a call's.
  [[nodiscard]] static bool is_record(const SessionId& name) noexcept;
  void wake(const SessionId& name);

  void stop() { stopped_ = true; }
  [[nodiscard]] bool idle() const noexcept { return lanes_.empty(); }

 private:
  struct Waiting {
    std::uint64_t number = 0;
    Told done;
    TimerQueue::Id deadline;
    bool anew = false;
    std::string instead_of = {};  // anew: the id that it is to take the place of
  };
  struct Work {
    RegistrationEvent event;
    std::uint64_t waiter = 0;  // who asked; 0: nobody waits for this
  };
  struct Lane {
    DeviceKey device;  // empty: woken by name, the record says
    std::deque<Work> queue;
    std::vector<Waiting> waiting;  // for the order to be carried out
    bool busy = false;
    bool looking = false;               // will look again whether another worker has carried it out
    int conflicts = 0;                  // of the front
    std::optional<Registration> known;  // as it was read or written last
  };

  void ask(const DeviceKey& device, RegistrationEvent event, Told done);
  [[nodiscard]] Result<void> check(const DeviceKey& device, const RegistrationEvent& event) const;
  void enqueue(Lane& lane, const SessionId& name, Work work);
  void advance(const SessionId& name);
  void on_load(const SessionId& name, const Result<StoredSession>& stored);
  void commit(const SessionId& name, const Registration& before, std::uint64_t version, RegistrationStep result);
  void on_commit(const SessionId& name, const Registration& before, const RegistrationStep& result,
                 const CommitResult& commit);
  static Work pop_front(Lane& lane);
  void on_answer(const SessionId& name, std::uint64_t number, CredentialAnswer answer);
  void finish_front(const SessionId& name, const Registration& record);
  [[nodiscard]] Result<RegisteredDevice> outcome_for(const Waiting& one, const Registration& record) const;
  [[nodiscard]] Result<Registration> read(const SessionId& name, Lane& lane, const StoredSession& stored);
  void put_aside(const SessionId& name, const StoredSession& stored);
  void fail_front(const SessionId& name, const Error& error);
  void look_again(const SessionId& name);
  void give_up(const SessionId& name, std::uint64_t number);
  [[nodiscard]] std::optional<Waiting> take(Lane& lane, std::uint64_t number);
  void tell_log(const Registration& before, const Registration& after);

  RegistrarParts parts_;
  RegistrarOptions options_;
  std::map<SessionId, Lane> lanes_;
  std::uint64_t waiters_ = 0;
  bool stopped_ = false;
};

}  // namespace ringfence
