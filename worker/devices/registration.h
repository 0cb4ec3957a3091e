// One device's registration: the rules by which it has one credential at the provider, gets another, and gives it back
// . Pure and total, as step() is for calls: the same record, event and time give the same answer on every
// worker. The provider makes a second credential when it is asked twice, so nothing is repeated that may have been
// done:
//
//   order -> look -> create -> in use -> the one before is retired -> removed
//             ^         |
//             +- nobody knows whether it was made (timeout, crash, store that did not take the answer)
//
// Whatever carries the device's tag at the provider and is not in use is retired, in every look. A request is stored
// before it is sent, one at a time; one that brings no answer is looked after when its time is over, by any worker.
// Used by engine/registrar.cc. Must not know: stores, HTTP, who waits for the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/plan.h"
#include "devices/credential.h"

namespace ringfence {

struct DeviceKey {
  std::string organisation, user, device;  // names of the directory
  auto operator<=>(const DeviceKey&) const = default;
  [[nodiscard]] std::string text() const { return organisation + "/" + user + "/" + device; }
};

struct RegistrationPolicy {
  Millis valid_ms = 30LL * 24 * 3'600'000;  // how long a new credential is made for
  // One with less left than this, or than a quarter of what it was given, is replaced when its device asks.
  Millis renew_ms = 7LL * 24 * 3'600'000;
  // The latest that a request nobody knows the fate of is carried out after all: then the list is read once more.
  Millis settle_ms = 60'000;
  Millis answer_ms = 7'000;           // a request without an answer for so long has lost whoever waited for it
  Millis look_ms = 24LL * 3'600'000;  // so old may the last look be when a device asks
  Millis active_ms = 15LL * 60'000;   // a device that asks again sooner than this was active before (R-047: a day)
  Millis pause_ms = 250;              // after a failure; doubles
  Millis most_pause_ms = 3'600'000;   // a provider that refuses to remove one is asked for as long as it exists
  int create_tries = 6;               // failures in a row after which an order is given up: 8 s
};

struct Registration {
  DeviceKey device;
  std::string tag;                   // of its credentials at the provider
  bool wanted = false;               // it is to have one
  bool ordered = false;              // a new one is to be made: credential_name()
  std::uint64_t serial = 0;          // of orders
  Millis order_expires_ms = 0;       // of what is ordered; the same in every try
  std::optional<Credential> live;    // in use: what is dialled
  Millis renew_ms = 0;               // from then on it is replaced when its device asks
  std::vector<std::string> retired;  // ids at the provider that are to go
  struct Asked {
    std::uint64_t number = 0;  // tells its answer from those of others
    CredentialRequest request;
    Millis until_ms = 0;  // then it counts as lost
    bool operator==(const Asked&) const = default;
  };
  std::optional<Asked> asked;  // the request under way
  std::uint64_t requests = 0;  // so far
  bool doubtful = false;       // there may be one that we do not know of: look before anything is made
  Millis look_ms = 0;          // the list is to be read then; 0: not wanted
  Millis looked_ms = 0;        // when it was read last
  int failures = 0;            // in a row
  Millis next_ms = 0;          // nothing is asked before
  Millis active_ms = 0;        // when the device asked last
  std::string trouble;         // why what was ordered is not there, for a person
  bool refused = false;        // the provider said no: asking again would not help
  bool operator==(const Registration&) const = default;
};

struct RegisterDevice {
  bool anew = false;  // replace the one it has
};
struct RemoveDevice {};
struct CredentialAnswered {
  std::uint64_t number = 0;
  CredentialAnswer answer;
};
struct RegistrationTick {};  // time has passed
using RegistrationEvent = std::variant<RegisterDevice, RemoveDevice, CredentialAnswered, RegistrationTick>;

struct RegistrationStep {
  Registration next;
  bool changed = false;  // false: nothing to store
  // To be sent once `next` is durable; its answer comes back as CredentialAnswered.
  std::optional<Registration::Asked> send;
};

[[nodiscard]] RegistrationStep step(const Registration& record, const RegistrationEvent& event, Millis now_ms,
                                    const RegistrationPolicy& policy);

// When it wants its next tick, Unix ms; 0 = never.
[[nodiscard]] Millis due_ms(const Registration& record);
// It may be dialled: it is there, and has not come to its end.
[[nodiscard]] bool is_good(const Registration& record, Millis now_ms);
// Nothing of it exists any more, neither here nor at the provider.
[[nodiscard]] bool is_over(const Registration& record);

// What the credentials of a device are marked with at the provider, and what the ordered one is called: as none of an
// earlier life of the record was, of which a store that has lost its data knows nothing. Names of people do not go
// there. `realm` tells fleets apart that share an account and name the same device: each removes what it does not know.
[[nodiscard]] std::string credential_tag(std::string_view realm, const DeviceKey& device);
[[nodiscard]] std::string credential_name(const Registration& record);

}  // namespace ringfence
