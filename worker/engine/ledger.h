// The list of missed calls as the store keeps it: what a commit changes in it, each row a line of JSON. Used by
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
// Those in which a call stands.
[[nodiscard]] std::vector<std::string> missed_lists(const Session& session);

// What `after` adds to the list, changes in it or takes from it (a late proof that the call was answered after all).
// Empty but for the commits that close a call and the few after it.
[[nodiscard]] std::vector<ListRow> ledger_changes(const Session& before, const Session& after);

}  // namespace ringfence
