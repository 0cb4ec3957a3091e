// See registration.h.
#include "devices/registration.h"

#include <algorithm>
#include <utility>

#include "shared/ids.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

// One step under way: what the event changes, then what is to be asked next.
class Registering {
 public:
  Registering(const Registration& record, Millis now_ms, const RegistrationPolicy& policy)
      : next_(record), now_ms_(now_ms), policy_(policy) {
    follow_the_clock();
  }

  void merge(const RegisterDevice& wish) {
    if (!next_.wanted || now_ms_ - next_.active_ms >= policy_.active_ms) next_.active_ms = now_ms_;
    next_.wanted = true;
    const bool fresh = next_.live && now_ms_ < next_.renew_ms;
    if (!next_.ordered && (wish.anew || !fresh)) return order();
    if (!next_.ordered && next_.look_ms == 0 && now_ms_ - next_.looked_ms >= policy_.look_ms) next_.look_ms = now_ms_;
  }

  // What is being made meanwhile is retired when its answer, or a look, brings it.
  void merge(const RemoveDevice& /*wish*/) {
    if (next_.serial == 0) doubt_what_was_before();
    next_.wanted = next_.ordered = false;
    next_.trouble.clear();
    retire_live();
  }

  void merge(const CredentialAnswered& answered) {
    if (!next_.asked || next_.asked->number != answered.number) return;
    const CredentialRequest request = std::exchange(next_.asked, std::nullopt)->request;
    switch (request.verb) {
      case CredentialVerb::create:
        return created(request, answered.answer);
      case CredentialVerb::remove:
        return removed(request.id, answered.answer);
      case CredentialVerb::list:
        return listed(answered.answer);
    }
  }

  void merge(const RegistrationTick& /*tick*/) {
    if (next_.asked && next_.asked->until_ms <= now_ms_) {
      CredentialAnswer lost;
      lost.detail = "no answer, and nobody who waits for one";
      merge(CredentialAnswered{next_.asked->number, std::move(lost)});
    }
    if (next_.live && has_expired(*next_.live, now_ms_) && !next_.ordered) {
      retire_live();
      next_.wanted = false;
      next_.trouble = "its credential has expired; it has to register again";
    }
  }

  // The most careful thing first: what may be there is found before another one is made.
  [[nodiscard]] std::optional<Registration::Asked> ask() {
    if (next_.asked || next_.next_ms > now_ms_) return std::nullopt;
    CredentialRequest request{.tag = next_.tag};
    if (next_.doubtful || (next_.look_ms != 0 && next_.look_ms <= now_ms_)) {
      request.verb = CredentialVerb::list;
    } else if (next_.ordered) {
      request.verb = CredentialVerb::create;
      request.name = credential_name(next_);
      request.expires_ms = next_.order_expires_ms;
    } else if (!next_.retired.empty()) {
      request = {.verb = CredentialVerb::remove, .id = next_.retired.front()};
    } else {
      return std::nullopt;
    }
    next_.next_ms = 0;
    next_.asked = {.number = ++next_.requests, .request = std::move(request), .until_ms = now_ms_ + policy_.answer_ms};
    return next_.asked;
  }

  Registration take() { return std::move(next_); }

 private:
  static bool has_expired(const Credential& one, Millis now_ms) {
    return one.expires_ms != 0 && one.expires_ms <= now_ms;
  }

  // A worker whose clock was ahead has written times that would hold everything up until they come.
  void follow_the_clock() {
    const auto no_later = [](Millis& at_ms, Millis latest_ms) { at_ms = std::min(at_ms, latest_ms); };
    if (next_.asked) no_later(next_.asked->until_ms, now_ms_ + policy_.answer_ms);
    no_later(next_.next_ms, now_ms_ + policy_.most_pause_ms);
    no_later(next_.look_ms, now_ms_ + policy_.answer_ms + policy_.settle_ms);
    no_later(next_.active_ms, now_ms_);
    no_later(next_.looked_ms, now_ms_);
  }

  // What an earlier life of the record has left at the provider, or under way to it.
  void doubt_what_was_before() {
    next_.doubtful = true;
    look_at(now_ms_ + policy_.answer_ms + policy_.settle_ms);
  }

  // A list that is answered without its filter holds those of everybody on the account.
  [[nodiscard]] bool is_ours(const Credential& one) const { return one.name.starts_with(next_.tag + "-"); }

  void order() {
    if (next_.serial == 0) doubt_what_was_before();
    ++next_.serial;
    next_.ordered = true;
    next_.order_expires_ms = now_ms_ + policy_.valid_ms;
    next_.failures = 0;
    next_.next_ms = 0;
    next_.trouble.clear();
    next_.refused = false;
  }

  // The last of several looks sees what each of them is for.
  void look_at(Millis at_ms) { next_.look_ms = std::max(next_.look_ms, at_ms); }

  void fail(const CredentialAnswer& answer) {
    const Millis doubled = policy_.pause_ms << std::min(next_.failures, 20);
    ++next_.failures;
    next_.next_ms = now_ms_ + std::max(std::min(doubled, policy_.most_pause_ms), answer.retry_after_ms);
    next_.trouble = answer.detail;
    next_.refused = answer.outcome == OutcomeClass::refused;
  }

  void give_up(const CredentialAnswer& answer) {
    next_.ordered = false;
    next_.failures = 0;
    next_.next_ms = 0;
    next_.trouble = answer.detail;
    next_.refused = answer.outcome == OutcomeClass::refused;
  }

  void succeed() {
    next_.failures = 0;
    next_.next_ms = 0;
  }

  void created(const CredentialRequest& request, const CredentialAnswer& answer) {
    switch (answer.outcome) {
      case OutcomeClass::ok:
        succeed();
        if (answer.found.empty()) break;  // made, and nobody knows what
        take_up(answer.found.front(), request.name);
        return;
      case OutcomeClass::refused:
        return give_up(answer);
      case OutcomeClass::not_sent:
      case OutcomeClass::unknown:
        break;
    }
    if (answer.outcome != OutcomeClass::not_sent) {
      next_.doubtful = true;
      look_at(now_ms_ + policy_.settle_ms);
    }
    fail(answer);
    if (next_.failures >= policy_.create_tries && next_.ordered) give_up(answer);
  }

  // In use, or not wanted any more.
  void take_up(const Credential& one, std::string_view name) {
    if (!next_.ordered || name != credential_name(next_)) return retire(one.id);
    retire_live();
    next_.live = one;
    next_.live->name = name;
    if (one.expires_ms == 0) next_.live->expires_ms = next_.order_expires_ms;  // as it was ordered
    const Millis given_ms = next_.live->expires_ms - now_ms_;
    next_.renew_ms = next_.live->expires_ms - std::min(policy_.renew_ms, given_ms / 4);
    next_.ordered = false;
    next_.trouble.clear();
  }

  void removed(const std::string& id, const CredentialAnswer& answer) {
    const auto place = std::ranges::find(next_.retired, id);
    if (answer.outcome == OutcomeClass::ok) {
      succeed();
      if (place != next_.retired.end()) next_.retired.erase(place);
      return;
    }
    // One that cannot be removed does not stand before the others.
    if (place != next_.retired.end()) std::rotate(place, place + 1, next_.retired.end());
    fail(answer);
  }

  void listed(const CredentialAnswer& answer) {
    if (answer.outcome != OutcomeClass::ok || !answer.complete) {
      fail(answer);
      // The doubt stays: whatever there is is found when the provider can be read.
      if (next_.failures >= policy_.create_tries) next_.ordered = false;
      return;
    }
    succeed();
    next_.doubtful = false;
    next_.looked_ms = now_ms_;
    if (next_.look_ms <= now_ms_) next_.look_ms = 0;
    const auto is_there = [&](const std::string& id) {
      return std::ranges::find(answer.found, id, &Credential::id) != answer.found.end();
    };
    std::erase_if(next_.retired, [&](const std::string& id) { return !is_there(id); });
    if (next_.live && !is_there(next_.live->id)) {
      retire_live();  // a list that is behind would else leave one that nobody knows
      if (next_.wanted && !next_.ordered) order();
      next_.doubtful = false;  // it has just been looked
    }
    for (const Credential& one : answer.found) {
      const bool known = next_.live && next_.live->id == one.id;
      const bool leaving = std::ranges::find(next_.retired, one.id) != next_.retired.end();
      if (known || leaving || !is_ours(one)) continue;
      if (one.sip_username.empty() || has_expired(one, now_ms_)) {
        retire(one.id);
      } else {
        take_up(one, one.name);
      }
    }
  }

  void retire(const std::string& id) {
    if (id.empty() || std::ranges::find(next_.retired, id) != next_.retired.end()) return;
    if (next_.retired.size() < limits::kRetiredCredentials) {
      next_.retired.push_back(id);
    } else {
      look_at(now_ms_ + policy_.settle_ms);  // more of them than fit: once these have gone
    }
  }

  void retire_live() {
    if (!next_.live) return;
    retire(next_.live->id);
    next_.live.reset();
  }

  Registration next_;
  Millis now_ms_;
  const RegistrationPolicy& policy_;
};

}  // namespace

RegistrationStep step(const Registration& record, const RegistrationEvent& event, Millis now_ms,
                      const RegistrationPolicy& policy) {
  Registering registering(record, now_ms, policy);
  std::visit([&](const auto& what) { registering.merge(what); }, event);
  RegistrationStep result;
  result.send = registering.ask();
  result.next = registering.take();
  result.changed = result.next != record;
  return result;
}

Millis due_ms(const Registration& record) {
  if (record.asked) return record.asked->until_ms;
  const auto no_sooner = [&](Millis at_ms) { return std::max(at_ms, record.next_ms); };
  Millis due = 0;
  const auto at = [&](Millis at_ms) { due = due == 0 ? at_ms : std::min(due, at_ms); };
  if (record.doubtful || record.ordered || !record.retired.empty()) at(std::max<Millis>(record.next_ms, 1));
  if (record.look_ms != 0) at(no_sooner(record.look_ms));
  if (record.live && record.live->expires_ms != 0) at(record.live->expires_ms);
  return due;
}

bool is_good(const Registration& record, Millis now_ms) { return record.live && now_ms < record.live->expires_ms; }

bool is_over(const Registration& record) {
  return !record.wanted && !record.ordered && !record.live && record.retired.empty() && !record.asked &&
         !record.doubtful && record.look_ms == 0;
}

std::string credential_tag(std::string_view realm, const DeviceKey& device) {
  return "ringfence-" + derived_uuid(realm, device.organisation, device.user, device.device);
}

std::string credential_name(const Registration& record) {
  return record.tag + "-" + std::to_string(record.serial) + "-" + std::to_string(record.order_expires_ms);
}

}  // namespace ringfence
