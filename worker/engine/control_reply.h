// What the operator's requests are answered with. Used by control.cc and past_calls.cc. Must not know: what is asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ports/ingress.h"
#include "shared/json.h"
#include "shared/result.h"

namespace ringfence {

// Of a list, when the request does not say how many.
inline constexpr std::uint64_t kDefaultRows = 50;

// One sentence for people: why not.
[[nodiscard]] ControlReply sentence(std::uint16_t status, std::string_view text);
[[nodiscard]] ControlReply answer(const Json& body);
[[nodiscard]] ControlReply failed(const Error& error);
[[nodiscard]] ControlReply no_such_call();
[[nodiscard]] ControlReply unreadable_call(const Error& error);

// A line that we wrote but cannot read is shown as what it is, instead of breaking the whole answer.
// Without the event itself, which is for replays only and has whole numbers, unless it is to be whole.
void append_line(json_t* lines, const std::string& line, bool whole = false);

}  // namespace ringfence
