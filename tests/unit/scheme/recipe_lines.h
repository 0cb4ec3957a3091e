// A scheme's lines as nginx.conf has them, tokenized by the project's own grammar and read by a Recipe.
// Used by the unit tests of scheme. Must not know: what is expected of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scheme/recipe.h"
#include "shared/conf_grammar.h"

namespace ringfence::scheme::test {

// Keeps the text its plan borrows from, so it is neither copied nor moved.
class ReadRecipe {
 public:
  explicit ReadRecipe(std::string_view lines, std::string_view name = "acme") : name_(name), recipe_(name_) {
    auto parsed = parse_conf("scheme", lines);
    if (!parsed) {
      message_ = "grammar: " + parsed.error().text;
      return;
    }
    directives_ = std::move(*parsed);
    for (const ConfDirective& directive : directives_) {
      std::vector<std::string_view> words = {directive.name};
      words.insert(words.end(), directive.args.begin(), directive.args.end());
      if (const Fault fault = recipe_.add(words)) {
        message_ = fault.text();
        return;
      }
    }
    if (const Fault fault = recipe_.finish()) message_ = fault.text();
  }
  ReadRecipe(const ReadRecipe&) = delete;
  ReadRecipe& operator=(const ReadRecipe&) = delete;

  [[nodiscard]] const std::string& message() const { return message_; }  // of the first fault; "" for none
  [[nodiscard]] const Plan& plan() const { return recipe_.plan(); }

 private:
  std::string name_;
  std::vector<ConfDirective> directives_;
  Recipe recipe_;
  std::string message_;
};

}  // namespace ringfence::scheme::test
