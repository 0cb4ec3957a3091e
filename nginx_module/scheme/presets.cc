// Finds blocks in the text of presets.conf, which the build makes into presets_text.cc. Used by the module's
// configuration and the tests. Must not know: what a line of a scheme means.
#include "scheme/presets.h"

namespace ringfence::scheme {

extern const std::string_view kPresetsText;  // presets_text.cc.in

namespace {

constexpr std::string_view kOpening = "webhook_scheme ";
constexpr std::string_view kClosing = "\n}";

struct Block {
  std::string_view name;   // empty: there is none
  std::string_view lines;  // between the braces
};

// Takes the next block off the front of `text`. Only a line that begins with the directive opens one, and only a brace
// in the first column closes it, so comments and templates may hold any word and any brace.
Block take_block(std::string_view& text) noexcept {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const std::size_t brace = line.find(" {");
    if (line.starts_with(kOpening) && brace != std::string_view::npos) {
      const std::size_t open = brace + 2;
      const std::size_t close = text.find(kClosing, open);
      if (close == std::string_view::npos) break;
      const Block block{line.substr(kOpening.size(), brace - kOpening.size()), text.substr(open, close + 1 - open)};
      text.remove_prefix(close + kClosing.size());
      return block;
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  text = {};
  return {};
}

}  // namespace

std::optional<std::string_view> find_preset(std::string_view name) noexcept {
  std::string_view text = kPresetsText;
  for (Block block = take_block(text); !block.name.empty(); block = take_block(text)) {
    if (block.name == name) return block.lines;
  }
  return std::nullopt;
}

std::string_view preset_after(std::string_view name) noexcept {
  std::string_view text = kPresetsText;
  bool is_next = name.empty();
  for (Block block = take_block(text); !block.name.empty(); block = take_block(text)) {
    if (is_next) return block.name;
    is_next = block.name == name;
  }
  return {};
}

}  // namespace ringfence::scheme
