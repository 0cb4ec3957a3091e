// The schemes that come with the module: the text of presets.conf, which is compiled in. Nothing but webhook_scheme
// blocks, so that whatever a provider needs can also be written by an operator. Must not know: how they are read.
#pragma once

#include <optional>
#include <string_view>

namespace ringfence::scheme {

// The lines between the braces of `webhook_scheme NAME {`; nullopt: no such preset.
[[nodiscard]] std::optional<std::string_view> find_preset(std::string_view name) noexcept;
// The name after `name` in the file's order, "" at the end; begins with "". For messages and tests.
[[nodiscard]] std::string_view preset_after(std::string_view name) noexcept;

}  // namespace ringfence::scheme
