// Requests about credentials as Telnyx wants them, and a credential as it answers (facts: Telnyx, telephony
// credentials). Pure; the bodies are hostile until parsed. Used by credentials_client.cc and credential_list.cc.
// Must not know: curl, connections, the API key; a credential's password is blanked, never read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/http/http_request.h"
#include "devices/credential.h"
#include "shared/json.h"
#include "shared/result.h"

namespace ringfence {

// create or remove; a list is a walk over pages (credential_list.h). `connection_id`: under which a credential is made.
// Error: the request lacks what its path or body needs.
[[nodiscard]] Result<HttpRequest> credential_request(const CredentialRequest& request, std::string_view connection_id);

// Pages count from 1.
[[nodiscard]] HttpRequest credentials_page_request(std::string_view tag, std::size_t page);

// `outcome` is the class outcome.h found; changed in two cases: a create whose answer does not name the credential is
// unknown (it may exist), a remove that finds nothing is ok. The items of a list are credential_list.h's to read.
[[nodiscard]] CredentialAnswer parse_credential_answer(CredentialVerb verb, OutcomeClass outcome, int http_status,
                                                       std::string_view body);

// One without an id names nothing that could be asked for: nullopt. One that has expired at a time that cannot be read
// did so in 1970: 0 would say that it lives for ever.
[[nodiscard]] std::optional<Credential> read_credential(const json_t* object);

// ISO 8601 with `Z`, an offset, or no zone at all, which is UTC, and any fraction of a second; Unix ms, whole seconds.
// 0: not of that form.
[[nodiscard]] Millis parse_expiry(std::string_view text);

// Overwrites the value of every `sip_password` in place, so that no reader of the body can copy one.
void blank_passwords(std::string& body);

}  // namespace ringfence
