// Requests to the schemes that come with the module: the input is a preset's name and a request (request.h), most of
// which is headers. Keys are known, so that genuine requests are accepted; every other must be refused for a reason.
#include <map>
#include <string>

#include "request.h"
#include "scheme/presets.h"
#include "scheme/recipe.h"
#include "words.h"

namespace ringfence::fuzz {
namespace {

struct Preset {
  std::vector<std::vector<std::string>> words;  // what the plan borrows from
  scheme::Recipe recipe;
  Keys keys;
};

// Compiled once; all of them must compile.
const std::map<std::string, Preset, std::less<>>& presets() {
  static const auto* all = [] {
    require(sodium_init() >= 0, "libsodium starts");
    auto* made = new std::map<std::string, Preset, std::less<>>();
    for (std::string_view name = scheme::preset_after(""); !name.empty(); name = scheme::preset_after(name)) {
      auto words = split_lines(scheme::find_preset(name).value_or(""));
      scheme::Recipe recipe(name);
      require(compile(words, recipe), "a preset compiles");
      Keys keys(recipe.plan());
      require(keys.all().size() == recipe.plan().method_count, "a preset takes the keys of its kind");
      made->emplace(name, Preset{std::move(words), recipe, std::move(keys)});
    }
    return made;
  }();
  return *all;
}

}  // namespace
}  // namespace ringfence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringfence;
  std::string_view text = as_text({data, size});
  const auto preset = fuzz::presets().find(fuzz::take_line(text));
  if (preset == fuzz::presets().end()) return -1;  // of no interest to the corpus
  fuzz::judge(preset->second.recipe.plan(), preset->second.keys.all(), text);
  return 0;
}
