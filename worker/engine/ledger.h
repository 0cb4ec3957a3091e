// The lists of missed calls as the store keeps them: what a commit changes in them, each row a line of JSON. Used by
// lanes.cc. Must not know: stores.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/session.h"
#include "ports/store.h"

namespace ringfence {

// The list of one user, ORGANISATION/USER; or of everybody, when `user` is empty.
[[nodiscard]] std::string missed_list(std::string_view user);

// What `after` adds to the lists, changes in them or takes from them (a late proof that the call was answered after
// all). Empty but for the commits that close a call and the few after it.
[[nodiscard]] std::vector<ListWrite> ledger_changes(const Session& before, const Session& after);

}  // namespace ringfence
