// Every order of what can happen to one device: wishes, answers, lost answers, requests that are carried out late,
// commits that are lost or of which nobody learns, a worker that dies, a store that forgets. In every state the
// credential in use exists at the provider; in every state in which nothing more happens it is the only one,
// and as long as the device is wanted the old one is in use until the new one is.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "devices/registration.h"
#include "devices/registration_json.h"

namespace ringfence {
namespace {

constexpr Millis kNow = 1'795'244'400'000;
// The latest that a provider carries out what it has not answered: the policy's answer_ms and settle_ms, as they are.
constexpr Millis kLateMs = 67'000;

struct InFlight {
  Registration::Asked asked;
  bool done = false;  // carried out by the provider
  bool heard = true;  // its answer reaches somebody
  Millis by_ms = 0;   // when it is not, it is carried out before this or never
  CredentialAnswer answer;
};

struct World {
  Registration record;  // as stored
  std::vector<Credential> there;
  std::vector<InFlight> flights;
  Millis now_ms = kNow;
  int made = 0;  // credentials, ever
  int wishes = 0, faults = 0;
  bool may_forget = false;
  std::string last;
};

class Paths {
 public:
  // `looks_last`: when nothing can be carried out any more.
  explicit Paths(bool looks_last) {
    if (!looks_last) policy_.settle_ms = 1;
  }

  // The first broken promise, with the way there; empty when there is none.
  std::string explore(World first) {
    visit(std::move(first));
    return broken_;
  }
  std::size_t states() const { return seen_.size(); }
  std::size_t ends() const { return ends_; }
  bool saw_late = false, saw_two = false, saw_replaced = false;

 private:
  static std::string key(const World& world) {
    std::string text = encode_registration(world.record) + "|" + std::to_string(world.now_ms) + "|" +
                       std::to_string(world.wishes) + "," + std::to_string(world.faults) + "," +
                       std::to_string(world.may_forget);
    for (const Credential& one : world.there) text += "|" + one.id + ":" + one.name;
    for (const InFlight& one : world.flights) {
      text += "|" + std::to_string(one.asked.number) + (one.done ? "d" : "-") + (one.heard ? "h" : "-") +
              one.asked.request.name + std::to_string(one.by_ms);
    }
    return text;
  }

  void fail(const World& world, const std::string& what) {
    if (broken_.empty()) broken_ = what + " after" + world.last + "\n" + encode_registration(world.record);
  }

  void check(const World& before, const World& after) {
    const Registration& record = after.record;
    if (record.live) {
      const bool there = std::ranges::find(after.there, record.live->id, &Credential::id) != after.there.end();
      if (!there) fail(after, "the credential in use is not at the provider");
      if (std::ranges::find(record.retired, record.live->id) != record.retired.end()) {
        fail(after, "the credential in use is to be removed");
      }
    }
    const bool kept = before.record.wanted && record.wanted && before.record.live && !before.may_forget;
    if (kept && after.may_forget == before.may_forget && !record.live) fail(after, "a device in use has lost its own");
  }

  void visit(World world) {
    std::vector<World> open;
    open.push_back(std::move(world));
    while (!open.empty() && broken_.empty()) {
      const World now = std::move(open.back());
      open.pop_back();
      if (!seen_.insert(key(now)).second) continue;
      ASSERT_LT(seen_.size(), 3'000'000u) << "the bounds of the exploration are too wide";
      saw_two = saw_two || now.there.size() > 1;
      const std::size_t before = open.size();
      follow(now, open);
      for (std::size_t i = before; i < open.size(); ++i) check(now, open[i]);
      if (now.wishes == 0) settle_down(now);
    }
  }

  // Nothing goes wrong any more and nobody wishes anything: what is left?
  void settle_down(World world) {
    for (int turns = 0; turns < 200; ++turns) {
      if (!world.flights.empty()) {
        world = deliver(world, 0);
        continue;
      }
      const Millis due = due_ms(world.record);
      const bool over = due == 0 || (world.record.live && due == world.record.live->expires_ms);
      if (over) break;
      world.now_ms = std::max(world.now_ms, due);
      drop_late(world);
      world = commit(world, RegistrationTick{}, " tick");
    }
    ++ends_;
    const Registration& record = world.record;
    const std::size_t wanted = record.live ? 1 : 0;
    if (world.there.size() != wanted) {
      fail(world, std::to_string(world.there.size()) + " credentials are left, " + std::to_string(wanted) + " in use");
    }
    if (record.wanted != record.live.has_value()) fail(world, "wanted and in use differ");
    if (record.serial > 1 && record.live && record.live->name == credential_name(record)) saw_replaced = true;
  }

  // What has not been carried out by then never is.
  static void drop_late(World& world) {
    std::erase_if(world.flights, [&](const InFlight& one) { return !one.heard && one.by_ms <= world.now_ms; });
  }

  void carry_out(World& world, InFlight& flight) {
    if (!flight.heard && world.record.live && flight.asked.request.verb == CredentialVerb::create) saw_late = true;
    const CredentialRequest& request = flight.asked.request;
    flight.done = true;
    flight.answer = {.outcome = OutcomeClass::ok, .http_status = 200, .complete = true};
    switch (request.verb) {
      case CredentialVerb::create:
        world.there.push_back({.id = "c" + std::to_string(++world.made),
                               .name = request.name,
                               .sip_username = "sip" + std::to_string(world.made),
                               .expires_ms = request.expires_ms});
        flight.answer.found = {world.there.back()};
        break;
      case CredentialVerb::remove:
        std::erase_if(world.there, [&](const Credential& one) { return one.id == request.id; });
        break;
      case CredentialVerb::list:
        flight.answer.found = world.there;
        break;
    }
  }

  // Stored, and what is to be asked leaves.
  World commit(World world, const RegistrationEvent& event, const std::string& what) {
    world.last += what;
    const RegistrationStep result = step(world.record, event, world.now_ms, policy_);
    world.record = result.next;
    if (result.send) world.flights.push_back({.asked = *result.send});
    return world;
  }

  World deliver(World world, std::size_t index) {
    InFlight flight = world.flights[index];
    world.flights.erase(world.flights.begin() + static_cast<std::ptrdiff_t>(index));
    if (!flight.done) carry_out(world, flight);
    if (!flight.heard) return world;
    return commit(std::move(world), CredentialAnswered{flight.asked.number, flight.answer},
                  " " + std::string(name_of(flight.asked.request.verb)) + " answered");
  }

  void happen(const World& world, const RegistrationEvent& event, const std::string& what, std::vector<World>& open) {
    open.push_back(commit(world, event, what));
    if (world.faults == 0) return;
    World faulty = world;
    --faulty.faults;
    faulty.last += what + " (commit lost)";
    open.push_back(faulty);
    faulty.record = step(world.record, event, world.now_ms, policy_).next;  // stored, and the worker never learns of it
    faulty.last += " (stored)";
    open.push_back(std::move(faulty));
  }

  void follow(const World& world, std::vector<World>& open) {
    if (world.wishes > 0) {
      World next = world;
      --next.wishes;
      happen(next, RegisterDevice{}, " register", open);
      happen(next, RegisterDevice{.anew = true}, " anew", open);
      if (next.wishes > 0) happen(next, RemoveDevice{}, " remove", open);
      if (next.may_forget) {  // and somebody registers it again
        next.may_forget = false;
        Registration fresh;
        fresh.device = next.record.device;
        fresh.tag = next.record.tag;
        for (InFlight& one : next.flights) {
          one.heard = false;
          one.by_ms = next.now_ms + kLateMs;
        }
        next.record = fresh;
        next.now_ms += 1;
        next.last += " (store forgets)";
        open.push_back(commit(next, RegisterDevice{}, " register"));
      }
    }
    for (std::size_t i = 0; i < world.flights.size(); ++i) {
      const InFlight& flight = world.flights[i];
      if (flight.heard || !flight.done) open.push_back(deliver(world, i));
      if (world.faults == 0 || !flight.heard) continue;
      World faulty = world;
      --faulty.faults;
      InFlight& lost = faulty.flights[i];
      lost.heard = false;
      lost.by_ms = world.now_ms + kLateMs;
      faulty.last += " (answer lost)";
      open.push_back(faulty);  // carried out later, or
      carry_out(faulty, faulty.flights[i]);
      faulty.flights.erase(faulty.flights.begin() + static_cast<std::ptrdiff_t>(i));
      open.push_back(faulty);  // now, or
      faulty = world;
      --faulty.faults;
      faulty.flights.erase(faulty.flights.begin() + static_cast<std::ptrdiff_t>(i));
      faulty.last += " (request lost)";
      open.push_back(faulty);  // never
      // A provider that says no to somebody waiting, and does nothing.
      faulty.last = world.last;
      open.push_back(
          commit(faulty, CredentialAnswered{flight.asked.number, {.outcome = OutcomeClass::not_sent}}, " (not sent)"));
      open.push_back(
          commit(faulty, CredentialAnswered{flight.asked.number, {.outcome = OutcomeClass::unknown}}, " (unknown)"));
    }
    const Millis due = due_ms(world.record);
    if (due == 0 || (world.record.live && due == world.record.live->expires_ms)) return;
    World later = world;
    later.now_ms = std::max(world.now_ms, due);
    drop_late(later);
    // Whoever waits for an answer has it before its time is over.
    const bool waited = std::ranges::any_of(later.flights, &InFlight::heard);
    if (!waited) happen(later, RegistrationTick{}, " tick", open);
  }

  RegistrationPolicy policy_;
  std::unordered_set<std::string> seen_;
  std::string broken_;
  std::size_t ends_ = 0;
};

World world(int wishes, int faults, bool may_forget) {
  World first;
  first.record.device = {"acme", "anna", "phone"};
  first.record.tag = credential_tag("conn", first.record.device);
  first.wishes = wishes;
  first.faults = faults;
  first.may_forget = may_forget;
  return first;
}

TEST(RegistrationPaths, TwoFaultsAnywhereLeaveOneCredential) {
  Paths paths(true);
  EXPECT_EQ(paths.explore(world(2, 2, false)), "");
  EXPECT_TRUE(paths.saw_late && paths.saw_two && paths.saw_replaced) << "the exploration did not reach what it is for";
  RecordProperty("states", static_cast<int>(paths.states()));
  std::printf("%zu states, %zu of them followed to their end\n", paths.states(), paths.ends());
}

TEST(RegistrationPaths, AStoreThatForgetsLeavesOneCredential) {
  Paths paths(true);
  EXPECT_EQ(paths.explore(world(3, 1, true)), "");
  std::printf("%zu states, %zu of them followed to their end\n", paths.states(), paths.ends());
}

// The look after the settling time is what finds a request that was carried out late.
TEST(RegistrationPaths, WithoutTheLastLookOneIsLeft) {
  Paths paths(false);
  EXPECT_NE(paths.explore(world(1, 2, false)), "");
}

}  // namespace
}  // namespace ringfence
