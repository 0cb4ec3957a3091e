// Reads the template of what was signed, "{timestamp}.{body}". Used by recipe_lines.cc. Must not know: how it is
// filled.
#pragma once

#include <string_view>

#include "scheme/fault.h"
#include "scheme/plan.h"

namespace ringfence::scheme {

// Placeholders: {timestamp} {body} {method} {url} {url-decoded} {url-sorted} {header:name} {json:/path} {form-sorted}
// {form-plivo}; "{{" and "}}" are braces of the text. Headers and paths are added to the plan.
[[nodiscard]] Fault read_template(Plan& plan, std::string_view text, Content& content) noexcept;

}  // namespace ringfence::scheme
