// See registrar.h.
#include "engine/registrar.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kPrefix = "~device/";
// How long a record stays of which nothing exists any more: longer than any worker is paused that still has it in hand.
constexpr Millis kOverMs = 3'600'000;

SessionId name_of(const DeviceKey& device) { return SessionId{std::string(kPrefix) + device.text()}; }

Error later(std::string text) { return {.code = ErrorCode::unavailable, .text = std::move(text)}; }

}  // namespace

Registrar::~Registrar() {
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
  if (lane.waiting.size() >= limits::kRegisteringEach) {
    return done(fail(ErrorCode::unavailable, "too many requests for this device wait already; try again"));
  }
  ++parts_.stats.registrations;
  const std::uint64_t number = ++waiters_;
  lane.waiting.push_back({number, std::move(done)});
  parts_.timers.at(parts_.clock.now_ms() + limits::kRegistrationMs, [this, name, number] { give_up(name, number); });
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
  return parts_.directory.has_room_for(device);
}

void Registrar::enqueue(Lane& lane, const SessionId& name, Work work) {
  lane.queue.push_back(std::move(work));
  if (!lane.busy) advance(name);
}

bool Registrar::is_record(const SessionId& name) noexcept { return name.text.starts_with(kPrefix); }

void Registrar::wake(const SessionId& name) {
  // Left for a worker that may ask the provider.
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

void Registrar::on_load(const SessionId& name, const Result<StoredSession>& stored) {
  if (!stored) return fail_front(name, stored.error());
  Lane& lane = lanes_.at(name);
  Registration record;
  if (stored->version != 0) {
    Result<Registration> read = decode_registration(stored->document);
    if (!read) {
      parts_.log.write(LogLevel::error, "registration_unreadable",
                       {{"device", name.text}, {"detail", read.error().text}});
      return fail_front(name, read.error());
    }
    record = *std::move(read);
    lane.device = record.device;
  } else if (lane.device.device.empty()) {
    return fail_front(name, later("its record has gone"));
  } else {
    record.device = lane.device;
    record.tag = credential_tag(options_.connection, lane.device);
  }
  RegistrationStep result = step(record, lane.queue.front().event, parts_.clock.now_ms(), options_.policy);
  if (!result.changed) return finish_front(name, record);
  commit(name, record, stored->version, std::move(result));
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
  request.ttl_ms = is_over(next) ? kOverMs : limits::kDeviceKeptMs;
  if (const RegisteredDevice now = published(next); version == 0 || now != published(before)) {
    request.lists.push_back({.list = std::string(kDevicesList),
                             .rows = {{.name = next.device.text(), .at_ms = now_ms, .line = encode_device(now)}},
                             .ttl_ms = limits::kDeviceKeptMs,
                             .most = limits::kDevices});
  }
  log_step(before, next);
  parts_.store.commit(std::move(request), [this, name, result = std::move(result)](const CommitResult& commit) {
    on_commit(name, result, commit);
  });
}

void Registrar::on_commit(const SessionId& name, const RegistrationStep& result, const CommitResult& commit) {
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

// The front is done with, and so is everybody who waits for what the record says now.
void Registrar::finish_front(const SessionId& name, const Registration& record) {
  Lane& lane = lanes_.at(name);
  const Work front = std::move(lane.queue.front());
  lane.queue.pop_front();
  lane.busy = false;
  lane.conflicts = 0;
  std::vector<Told> told;
  const bool removed = std::holds_alternative<RemoveDevice>(front.event);
  if (removed) {
    if (Told done = take(lane, front.waiter)) told.push_back(std::move(done));
  } else if (!record.ordered) {
    // Those whose own wish has not been looked at yet wait for that.
    std::erase_if(lane.waiting, [&](Waiting& one) {
      const bool queued = std::ranges::find(lane.queue, one.number, &Work::waiter) != lane.queue.end();
      if (!queued) told.push_back(std::move(one.done));
      return !queued;
    });
  }
  advance(name);
  for (const Told& done : told) {
    if (record.live || removed) {
      done(published(record));
    } else {
      const std::string why = record.wanted ? record.trouble : "the device was removed meanwhile";
      done(fail(ErrorCode::invalid, "there is no credential for this device: " + why));
    }
  }
}

void Registrar::fail_front(const SessionId& name, const Error& error) {
  Lane& lane = lanes_.at(name);
  const Work front = std::move(lane.queue.front());
  lane.queue.pop_front();
  lane.busy = false;
  lane.conflicts = 0;
  const Told done = take(lane, front.waiter);
  advance(name);
  if (done) done(std::unexpected(error));
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

void Registrar::give_up(const SessionId& name, std::uint64_t number) {
  const auto place = lanes_.find(name);
  if (place == lanes_.end()) return;
  const Told done = take(place->second, number);
  if (!done) return;
  if (!place->second.busy) advance(name);
  done(std::unexpected(later("the provider has not answered yet; the order stays: ask again")));
}

Registrar::Told Registrar::take(Lane& lane, std::uint64_t number) {
  const auto place = std::ranges::find(lane.waiting, number, &Waiting::number);
  if (number == 0 || place == lane.waiting.end()) return nullptr;
  Told done = std::move(place->done);
  lane.waiting.erase(place);
  return done;
}

void Registrar::log_step(const Registration& before, const Registration& after) {
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
