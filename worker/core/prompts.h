// What people on the phone are told by us. Used by materialize(). Must not know: voices, languages of a directory.
#pragma once

#include <string_view>

namespace ringfence::prompts {

inline constexpr std::string_view kPressOne = "You have a call. To take it, press one.";
inline constexpr std::string_view kTakenByAnother = "Somebody else has already taken this call. Goodbye.";
inline constexpr std::string_view kTooLate = "The caller is not waiting any more. Goodbye.";
inline constexpr std::string_view kPleaseHold = "Please hold the line. We are still trying to connect you.";

}  // namespace ringfence::prompts
