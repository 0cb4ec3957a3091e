// ringd's JSON answers as text for people: tables of calls, events and devices, one call, the health. Pure: JSON in,
// text out. Used by commands.cc. Must not know: sockets, files.
#pragma once

#include <cstdint>
#include <string>

#include "ctl/terminal.h"
#include "shared/json.h"

namespace ringfence::ctl {

[[nodiscard]] std::string calls_text(const Look& look, const json_t* answer, std::int64_t now_ms);
[[nodiscard]] std::string missed_text(const Look& look, const json_t* answer, std::int64_t now_ms);
[[nodiscard]] std::string events_text(const Look& look, const json_t* answer, std::int64_t now_ms);
[[nodiscard]] std::string call_text(const Look& look, const json_t* answer);
[[nodiscard]] std::string devices_text(const Look& look, const json_t* answer);
[[nodiscard]] std::string health_text(const Look& look, const json_t* answer);

}  // namespace ringfence::ctl
