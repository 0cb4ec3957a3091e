// The sections of the page for people. Used by html.cc. Must not know: the page around them.
#pragma once

#include "observe/snapshot.h"
#include "observe/text_writer.h"

namespace ringfence::observe {

// "98.2 %"; never 100 or 0 unless it is; "-" of nothing.
void put_percent(TextWriter& out, std::uint64_t part, std::uint64_t whole) noexcept;

void put_scheme(TextWriter& out, const SchemeNumbers& scheme, std::span<const std::uint32_t> bounds_us) noexcept;
void put_zones(TextWriter& out, std::span<const ZoneNumbers> zones) noexcept;
void put_handover(TextWriter& out, const Snapshot& snapshot) noexcept;

}  // namespace ringfence::observe
