// What every reader of the directory's syntax needs: complaints with FILE:LINE and what was expected, values, names
// that may come once. Used by directory_parser.cc, plan_parser.cc, schedule_parser.cc. Must not know: what is being
// described.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "core/plan.h"
#include "shared/conf_grammar.h"
#include "shared/result.h"

namespace ringfence {

class DirectoryReader {
 public:
  using Done = Result<void>;
  using Words = std::initializer_list<std::string_view>;
  // What was seen where, so that a second one can name the first.
  using Lines = std::map<std::string, int, std::less<>>;

  explicit DirectoryReader(std::string_view file_name) : file_name_(file_name) {}

  [[nodiscard]] std::unexpected<Error> error(int line, const std::string& text) const;
  [[nodiscard]] std::unexpected<Error> unknown(const ConfDirective& directive, std::string_view inside,
                                               Words known) const;
  // `organisation NAME has no KIND "name"; did you mean ...?`
  [[nodiscard]] std::unexpected<Error> missing(int line, const std::string& where, std::string_view kind,
                                               const std::string& name, const Lines& known) const;

  // `kind NAME { ... }`, once per name.
  [[nodiscard]] Done named_block(const ConfDirective& directive, Lines& seen) const;
  [[nodiscard]] Done once(int line, const std::string& what, const std::string& key, Lines& seen) const;
  // The following read `name VALUE;`, once in its block.
  [[nodiscard]] Done value(const ConfDirective& directive, Lines& seen, std::string& out) const;
  [[nodiscard]] Done text(const ConfDirective& directive, Lines& seen, std::size_t most_bytes, std::string& out) const;
  [[nodiscard]] Done flag(const ConfDirective& directive, Lines& seen, bool& out) const;  // on | off
  [[nodiscard]] Done duration(const ConfDirective& directive, Lines& seen, Millis& out) const;
  [[nodiscard]] Done number(const ConfDirective& directive, Lines& seen, int least, int most, int& out) const;

  // `name WORD;`, the word being the name_of() one of the first `count` values of an enumeration.
  template <class Enum>
  [[nodiscard]] Done choice(const ConfDirective& directive, Lines& seen, std::initializer_list<Enum> values,
                            Enum& out) const {
    std::string word, known;
    if (auto done = value(directive, seen, word); !done) return done;
    for (const Enum one : values) {
      if (word == name_of(one)) {
        out = one;
        return {};
      }
      known.append(known.empty() ? "" : ", ").append(name_of(one));
    }
    return no_choice(directive.line, directive.name, word, known);
  }
  [[nodiscard]] std::unexpected<Error> no_choice(int line, const std::string& name, const std::string& word,
                                                 const std::string& known) const;

 private:
  std::string_view file_name_;
};

[[nodiscard]] bool is_directory_name(std::string_view text) noexcept;  // 1 to 64 letters, digits or ._-@
// E.164: a plus, no leading zero, at most 15 digits.
[[nodiscard]] bool is_e164(std::string_view text) noexcept;
[[nodiscard]] std::string in_quotes(std::string_view text);  // for a message
// nginx's quoting, undone by conf_grammar.
[[nodiscard]] std::string conf_quoted(std::string_view text);

}  // namespace ringfence
