// The list of missed calls as the store keeps it: what a commit changes in it, each row a line of JSON. Used by
// lanes.cc. Must not know: stores.
#pragma once

#include <string>
#include <vector>

#include "core/session.h"
#include "ports/store.h"

namespace ringfence {

// ORGANISATION/USER: whose list a call stands in.
[[nodiscard]] std::string ledger_user(const Session& session);

// What `after` adds to the list, changes in it or takes from it (a late proof that the call was answered after all).
// Empty but for the commits that close a call and the few after it.
[[nodiscard]] std::vector<LedgerRow> ledger_changes(const Session& before, const Session& after);

}  // namespace ringfence
