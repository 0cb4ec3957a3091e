// See ledger.h.
#include "engine/ledger.h"

#include <algorithm>

#include "core/outcome.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

void set_some(json_t* object, const char* key, std::string_view value) {
  if (!value.empty()) set_text(object, key, value);
}

// Numbers are whole: the list is there to call people back. Who may read them whole is past_calls.cc's.
std::string line_of(const LedgerEntry& entry) {
  Json line = json_object_new();
  set_int(line.get(), "at_ms", entry.at_ms);
  set_text(line.get(), "session", entry.session.text);
  set_some(line.get(), "organisation", entry.organisation);
  set_some(line.get(), "user", entry.user);
  set_some(line.get(), "device", entry.device);
  set_some(line.get(), "from", entry.from);
  set_some(line.get(), "caller_name", entry.caller_name);
  set_some(line.get(), "to", entry.to);
  set_text(line.get(), "call", name_of(entry.call));
  if (entry.outcome != DeviceOutcome::none) set_text(line.get(), "outcome", name_of(entry.outcome));
  set_some(line.get(), "reason", entry.reason);
  set_some(line.get(), "answered_by", entry.answered_by);
  set_bool(line.get(), "rang", entry.rang);
  return dump_json(line.get());
}

}  // namespace

std::string missed_list(std::string_view user) { return user.empty() ? "missed" : "missed/" + std::string(user); }

std::vector<ListWrite> ledger_changes(const Session& before, const Session& after) {
  if (after.phase != Phase::closed) return {};
  std::vector<ListRow> rows;
  const std::vector<LedgerEntry> old = ledger_entries(before), now = ledger_entries(after);
  const auto name_of_row = [&](const LedgerEntry& entry) { return after.id.text + "/" + entry.device; };
  for (const LedgerEntry& entry : now) {
    if (std::ranges::find(old, entry) == old.end()) rows.push_back({name_of_row(entry), entry.at_ms, line_of(entry)});
  }
  for (const LedgerEntry& entry : old) {
    if (std::ranges::find(now, entry.device, &LedgerEntry::device) == now.end()) {
      rows.push_back({name_of_row(entry), entry.at_ms, {}});
    }
  }
  std::vector<ListWrite> writes;
  if (rows.empty()) return writes;
  for (std::string list : {missed_list({}), missed_list(after.plan.organisation + "/" + after.plan.user)}) {
    writes.push_back({.list = std::move(list), .rows = rows, .ttl_ms = limits::kLedgerMs, .most = limits::kLedgerRows});
  }
  return writes;
}

}  // namespace ringfence
