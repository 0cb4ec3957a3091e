// See registrar.h.
#include "engine/registrar.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kPrefix = "~device/";

SessionId name_of(const DeviceKey& device) { return SessionId{std::string(kPrefix) + device.text()}; }

Error later(std::string text) { return {.code = ErrorCode::unavailable, .text = std::move(text)}; }

}  // namespace

Registrar::~Registrar() {
  stopped_ = true;  // whoever asks again from there is told so, too
  for (auto& [name, lane] : lanes_) {
    for (Waiting& one : std::exchange(lane.waiting, {})) one.done(std::unexpected(later("the worker is stopping")));
  }
}

void Registrar::enrol(const DeviceKey& device, bool anew, Told done) {
  ask(device, RegisterDevice{anew}, std::move(done));
}

void Registrar::remove(const DeviceKey& device, Told done) { ask(device, RemoveDevice{}, std::move(done)); }

void Registrar::ask(const DeviceKey& device, RegistrationEvent event, Told done) {
  if (const Result<void> checked = check(device, event); !checked) return done(std::unexpected(checked.error()));
  const SessionId name = name_of(device);
  Lane& lane = lanes_[name];
  lane.device = device;
  if (lane.waiting.size() >= limits::kRegisteringEach || lane.queue.size() >= limits::kRegisteringEach) {
    return done(fail(ErrorCode::unavailable, "too many requests for this device wait already; try again"));
  }
  ++parts_.stats.registrations;
  const std::uint64_t number = ++waiters_;
  const auto* wish = std::get_if<RegisterDevice>(&event);
  const TimerQueue::Id deadline = parts_.timers.at(parts_.clock.now_ms() + limits::kRegistrationMs,
                                                   [this, name, number] { give_up(name, number); });
  lane.waiting.push_back(
      {.number = number, .done = std::move(done), .deadline = deadline, .anew = wish != nullptr && wish->anew});
  enqueue(lane, name, {std::move(event), number});
}

Result<void> Registrar::check(const DeviceKey& device, const RegistrationEvent& event) const {
  if (options_.connection.empty()) {
    return fail(ErrorCode::invalid,
                "devices do not register here: `credential_connection` of the block telnyx is not set");
  }
  if (stopped_) return std::unexpected(later("the worker is stopping"));
  if (lanes_.size() >= limits::kRegistering && !lanes_.contains(name_of(device))) {
    return std::unexpected(later("too many devices register at once; try again"));
  }
  if (!parts_.directory.loaded()) return std::unexpected(later("the directory has not been read yet; try again"));
  // Whoever has left the directory can still be taken back.
  if (std::holds_alternative<RemoveDevice>(event)) return {};
  // Those of the same user that are on their way count, too.
  const std::string siblings = std::string(kPrefix) + device.organisation + "/" + device.user + "/";
  std::vector<std::string> coming;
  for (auto lane = lanes_.lower_bound(SessionId{siblings});
       lane != lanes_.end() && lane->first.text.starts_with(siblings); ++lane) {
    coming.push_back(lane->first.text.substr(siblings.size()));
  }
  return parts_.directory.has_room_for(device, coming);
}

void Registrar::enqueue(Lane& lane, const SessionId& name, Work work) {
  lane.queue.push_back(std::move(work));
  if (!lane.busy) advance(name);
}

bool Registrar::is_record(const SessionId& name) noexcept { return name.text.starts_with(kPrefix); }

void Registrar::wake(const SessionId& name) {
  // Left for a worker that may ask the provider; until that one looks, we do not take it up again and again.
  if (options_.connection.empty()) ++parts_.stats.left_alone;
  if (options_.connection.empty() || stopped_ || lanes_.size() >= limits::kRegistering) return;
  Lane& lane = lanes_[name];
  if (lane.queue.empty()) enqueue(lane, name, {RegistrationTick{}});
}

void Registrar::advance(const SessionId& name) {
  const auto place = lanes_.find(name);
  Lane& lane = place->second;
  if (lane.busy) return;
  if (lane.queue.empty()) {
    if (lane.waiting.empty()) {
      lanes_.erase(place);
    } else {
      look_again(name);
    }
    return;
  }
  lane.busy = true;
  parts_.store.load(name, [this, name](const Result<StoredSession>& stored) { on_load(name, stored); });
}

// Error: it cannot be gone on with, and for now that is all.
Result<Registration> Registrar::read(const SessionId& name, Lane& lane, const StoredSession& stored) {
  Registration fresh;
  fresh.device = lane.device;
  fresh.tag = credential_tag(options_.connection, lane.device);
  if (stored.version == 0) {
    if (lane.device.device.empty()) return std::unexpected(later("its record has gone"));
    return fresh;
  }
  Result<Registration> known = decode_registration(stored.document);
  if (known) {
    lane.device = known->device;
    return known;
  }
  if (known.error().code == ErrorCode::unavailable) {
    ++parts_.stats.left_alone;
    return known;
  }
  parts_.log.write(LogLevel::error, "registration_unreadable",
                   {{"device", name.text},
                    {"detail", known.error().text},
                    {"do", "`ringctl register` or `unregister` for this device begins a new record"}});
  if (!lane.device.device.empty()) return fresh;  // somebody asks: begun anew, with a look at what is there
  put_aside(name, stored);
  return known;
}

// Nobody can read it and nobody asks for it: not to be claimed every other second.
void Registrar::put_aside(const SessionId& name, const StoredSession& stored) {
  CommitRequest request;
  request.session = name;
  request.expected_version = stored.version;
  request.event = EventId{"v" + std::to_string(stored.version + 1)};
  request.document = stored.document;
  request.due_ms = parts_.clock.now_ms() + limits::kDeviceOverMs;
  request.ttl_ms = limits::kDeviceKeptMs;
  parts_.store.commit(std::move(request), [](const CommitResult&) {});
}

void Registrar::on_load(const SessionId& name, const Result<StoredSession>& stored) {
  if (!stored) return fail_front(name, stored.error());
  Lane& lane = lanes_.at(name);
  Result<Registration> record = read(name, lane, *stored);
  if (!record) return fail_front(name, record.error());
  lane.known = *record;
  RegistrationEvent event = lane.queue.front().event;
  if (auto* wish = std::get_if<RegisterDevice>(&event)) {
    const auto asks = std::ranges::find(lane.waiting, lane.queue.front().waiter, &Waiting::number);
    if (asks != lane.waiting.end() && asks->anew && record->live) asks->instead_of = record->live->id;
    // Another connection than it was made on: it goes there with its next credential.
    std::string tag = credential_tag(options_.connection, record->device);
    wish->anew = wish->anew || record->tag != tag;
    record->tag = std::move(tag);
  }
  RegistrationStep result = step(*record, event, parts_.clock.now_ms(), options_.policy);
  if (!result.changed) return finish_front(name, *record);
  commit(name, *lane.known, stored->version, std::move(result));
}

void Registrar::commit(const SessionId& name, const Registration& before, std::uint64_t version,
                       RegistrationStep result) {
  const Millis now_ms = parts_.clock.now_ms();
  const Registration& next = result.next;
  CommitRequest request;
  request.session = name;
  request.expected_version = version;
  request.event = EventId{"v" + std::to_string(version + 1)};
  request.document = encode_registration(next);
  request.due_ms = due_ms(next);
  request.ttl_ms = is_over(next) ? limits::kDeviceOverMs : limits::kDeviceKeptMs;
  if (const RegisteredDevice now = published(next); version == 0 || now != published(before)) {
    request.lists.push_back({.list = std::string(kDevicesList),
                             .rows = {{.name = next.device.text(), .at_ms = now_ms, .line = encode_device(now)}},
                             .ttl_ms = limits::kDeviceKeptMs,
                             .most = limits::kDevices});
  }
  parts_.store.commit(std::move(request), [this, name, before, result = std::move(result)](const CommitResult& commit) {
    on_commit(name, before, result, commit);
  });
}

void Registrar::on_commit(const SessionId& name, const Registration& before, const RegistrationStep& result,
                          const CommitResult& commit) {
  Lane& lane = lanes_.at(name);
  switch (commit.status) {
    case CommitStatus::committed:
      break;
    case CommitStatus::duplicate:  // another worker's commit of the same version
    case CommitStatus::conflict:
      if (++lane.conflicts > limits::kCommitConflicts) {
        return fail_front(name, later("other workers write this device's record all the time; try again"));
      }
      lane.busy = false;
      return advance(name);
    case CommitStatus::unknown:
      // Written or not: a request that was stored and not sent is looked after when its time is over.
      return fail_front(name, later("the store did not take it; try again"));
  }
  lane.known = result.next;
  tell_log(before, result.next);
  if (result.send) {
    parts_.gate.open(commit.status, result.send->request,
                     [this, name, number = result.send->number](CredentialAnswer answer) {
                       on_answer(name, number, std::move(answer));
                     });
  }
  parts_.directory.enrol(published(result.next));
  finish_front(name, result.next);
}

void Registrar::on_answer(const SessionId& name, std::uint64_t number, CredentialAnswer answer) {
  Lane& lane = lanes_[name];
  enqueue(lane, name, {CredentialAnswered{number, std::move(answer)}});
}

Result<RegisteredDevice> Registrar::outcome_for(const Waiting& one, const Registration& record) const {
  const bool good = is_good(record, parts_.clock.now_ms());
  const bool another = !one.anew || one.instead_of.empty() || (record.live && record.live->id != one.instead_of);
  if (good && another) return published(record);
  if (!record.wanted) return fail(ErrorCode::not_found, "the device was removed meanwhile");
  const std::string what =
      good ? "the device keeps the credential it has: " : "there is no credential for this device: ";
  return fail(record.refused ? ErrorCode::invalid : ErrorCode::unavailable, what + record.trouble);
}

Registrar::Work Registrar::pop_front(Lane& lane) {
  Work front = std::move(lane.queue.front());
  lane.queue.pop_front();
  lane.busy = false;
  lane.conflicts = 0;
  return front;
}

// The front is done with, and so is everybody who waits for what the record says now.
void Registrar::finish_front(const SessionId& name, const Registration& record) {
  Lane& lane = lanes_.at(name);
  const Work front = pop_front(lane);
  const bool removed = std::holds_alternative<RemoveDevice>(front.event);
  // Whether what is stored is there at the provider is just being looked at.
  const bool in_doubt = record.asked && record.asked->request.verb == CredentialVerb::list;
  std::vector<Waiting> told;
  if (removed) {
    if (auto one = take(lane, front.waiter)) told.push_back(std::move(*one));
  } else if (!record.ordered && !in_doubt) {
    // Those whose own wish has not been looked at yet wait for that.
    for (std::size_t i = 0; i < lane.waiting.size();) {
      const std::uint64_t number = lane.waiting[i].number;
      if (std::ranges::find(lane.queue, number, &Work::waiter) != lane.queue.end()) {
        ++i;
      } else if (auto one = take(lane, number)) {
        told.push_back(std::move(*one));
      }
    }
  }
  advance(name);
  for (const Waiting& one : told) {
    one.done(removed ? Result<RegisteredDevice>(published(record)) : outcome_for(one, record));
  }
}

void Registrar::fail_front(const SessionId& name, const Error& error) {
  Lane& lane = lanes_.at(name);
  const Work front = pop_front(lane);
  const auto one = take(lane, front.waiter);
  advance(name);
  if (one) one->done(std::unexpected(error));
}

// Another worker carries it out: only the store tells when.
void Registrar::look_again(const SessionId& name) {
  Lane& lane = lanes_.at(name);
  if (lane.looking) return;
  lane.looking = true;
  parts_.timers.at(parts_.clock.now_ms() + limits::kRegistrationLookMs, [this, name] {
    const auto place = lanes_.find(name);
    if (place == lanes_.end()) return;
    place->second.looking = false;
    if (place->second.queue.empty()) enqueue(place->second, name, {RegistrationTick{}});
  });
}

// A provider that does not answer keeps nobody from using what is stored.
void Registrar::give_up(const SessionId& name, std::uint64_t number) {
  const auto place = lanes_.find(name);
  if (place == lanes_.end()) return;
  Lane& lane = place->second;
  const auto one = take(lane, number);
  if (!one) return;
  // What has not begun is not begun any more; the front may have.
  const std::ptrdiff_t first = lane.busy ? 1 : 0;
  const auto waits = std::remove_if(lane.queue.begin() + first, lane.queue.end(),
                                    [number](const Work& work) { return work.waiter == number; });
  const bool begun = waits == lane.queue.end();
  lane.queue.erase(waits, lane.queue.end());
  Result<RegisteredDevice> told =
      std::unexpected(later("the provider has not answered yet; the order stays: ask again"));
  if (lane.known && lane.known->wanted && (begun || !one->anew)) {
    if (auto stored = outcome_for(*one, *lane.known)) told = std::move(stored);
  }
  if (!lane.busy) advance(name);
  one->done(std::move(told));
}

std::optional<Registrar::Waiting> Registrar::take(Lane& lane, std::uint64_t number) {
  const auto place = std::ranges::find(lane.waiting, number, &Waiting::number);
  if (number == 0 || place == lane.waiting.end()) return std::nullopt;
  Waiting one = std::move(*place);
  lane.waiting.erase(place);
  parts_.timers.cancel(one.deadline);
  return one;
}

void Registrar::tell_log(const Registration& before, const Registration& after) {
  const auto id_of = [](const Registration& record) { return record.live ? record.live->id : std::string(); };
  const std::string device = after.device.text();
  if (id_of(before) != id_of(after)) {
    parts_.log.write(LogLevel::notice, after.live ? "device_registered" : "device_without_credential",
                     {{"device", device}, {"credential", id_of(after)}, {"before", id_of(before)}});
  }
  if (after.trouble != before.trouble && !after.trouble.empty()) {
    parts_.log.write(LogLevel::warning, "registration_failed", {{"device", device}, {"detail", after.trouble}});
  }
  const bool more = after.retired.size() > before.retired.size() + (before.live && !after.live ? 1 : 0);
  if (more && id_of(before) == id_of(after)) {
    ++parts_.stats.credentials_found;
    parts_.log.write(LogLevel::warning, "credential_found",
                     {{"device", device}, {"detail", "one that is not in use is at the provider; it is removed"}});
  }
}

}  // namespace ringfence
