// Rows of the event log as text for people: a table of them, and one with everything. Pure: JSON in, text out. Used by
// event_commands.cc. Must not know: sockets.
#pragma once

#include <cstdint>
#include <string>

#include "ctl/terminal.h"
#include "shared/json.h"

namespace ringfence::ctl {

[[nodiscard]] std::string event_table(const Look& look, const json_t* rows, std::int64_t now_ms);
[[nodiscard]] std::string event_text(const Look& look, const json_t* row, bool dead);

}  // namespace ringfence::ctl
