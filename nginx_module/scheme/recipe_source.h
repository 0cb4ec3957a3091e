// Where a value is found, as a recipe writes it: header=x, json=/a/b, form=name, hash=body; headers and paths get
// their places in the plan here. Used by recipe_lines.cc, recipe_method.cc and template.cc. Must not know: which line
// asks.
#pragma once

#include <span>
#include <string_view>

#include "scheme/fault.h"
#include "scheme/plan.h"

namespace ringfence::scheme {

// A header or path that is there already keeps its index.
[[nodiscard]] Fault add_header(Plan& plan, std::string_view name, std::uint8_t& index) noexcept;
[[nodiscard]] Fault add_path(Plan& plan, std::string_view path, std::uint8_t& index) noexcept;

// `header=a` or a list of them, `header=a,b`. `out` is filled from its front.
[[nodiscard]] Fault read_sources(Plan& plan, std::string_view word, std::span<Source> out, std::size_t& count) noexcept;

}  // namespace ringfence::scheme
