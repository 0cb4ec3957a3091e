// A world's state as 64 bits, with times relative to now and counters relative to each other: two worlds with the same
// fingerprint have the same future. Used by explorer.cc to know where it has been.
#pragma once

#include <cstdint>

#include "world.h"

namespace ringfence::explore {

[[nodiscard]] std::uint64_t fingerprint(const World& world);

}  // namespace ringfence::explore
