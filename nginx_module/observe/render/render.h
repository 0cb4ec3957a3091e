// A snapshot as text: JSON for scripts, Prometheus text format 0.0.4, and a page for people. Pure functions: the same
// snapshot always gives the same bytes, so the length asked for first is the length written afterwards.
// Used by nginx_module/observe and tests. Must not know: nginx, where the numbers come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "observe/snapshot.h"
#include "observe/text_writer.h"

namespace ringfence::observe {

enum class StatusFormat : std::uint8_t { json, prometheus, html };

// Writes as much as there is room for and returns how much there is; an empty span only measures.
[[nodiscard]] std::size_t render(StatusFormat format, const Snapshot& snapshot, std::span<char> out) noexcept;
// With its charset.
[[nodiscard]] std::string_view content_type(StatusFormat format) noexcept;

void write_json(TextWriter& out, const Snapshot& snapshot) noexcept;
void write_prometheus(TextWriter& out, const Snapshot& snapshot) noexcept;
void write_html(TextWriter& out, const Snapshot& snapshot) noexcept;

}  // namespace ringfence::observe
