// A SIP credential at the provider, with which one device registers there, and what can be asked about it. Plain
// values; adapters/telnyx turns them into HTTP. Must not know: HTTP, curl, JSON, why something is asked.
#pragma once

#include <string>
#include <vector>

#include "core/command.h"
#include "core/plan.h"

namespace ringfence {

// Its password stays at the provider: whoever may have it asks there, by `id`.
struct Credential {
  std::string id;            // the provider's
  std::string name;          // ours, the same in every try to make this one
  std::string sip_username;  // what is dialled
  Millis expires_ms = 0;     // Unix ms, 0 = the provider does not say
  bool operator==(const Credential&) const = default;
};

// create: not idempotent; the provider makes a second one of the same name.  remove: one that is not there is removed.
// list: every one that carries the tag, expired ones too.
enum class CredentialVerb : std::uint8_t { create, remove, list };
[[nodiscard]] constexpr std::string_view name_of(CredentialVerb verb) noexcept {
  constexpr std::string_view kNames[] = {"create", "remove", "list"};
  return kNames[static_cast<std::size_t>(verb)];
}

struct CredentialRequest {
  CredentialVerb verb = CredentialVerb::list;
  std::string name;       // create
  std::string tag;        // create, list: of one device
  std::string id;         // remove
  Millis expires_ms = 0;  // create, Unix ms
  bool operator==(const CredentialRequest&) const = default;
};

struct CredentialAnswer {
  OutcomeClass outcome = OutcomeClass::unknown;
  int http_status = 0;            // 0: no answer
  std::string detail;             // for the log and the operator; no secrets
  Millis retry_after_ms = 0;      // from 429/503, 0 = not said
  std::vector<Credential> found;  // create: the one that was made; list: all of them, in the provider's order
  bool complete = false;          // list: it was read to its end, so what is not in it does not exist
};

}  // namespace ringfence
