// The tokenizer and tree builder of nginx's configuration syntax, rule for rule as nginx 1.22 reads it (quotes,
// backslashes, `${`), but without `include`. Used by conf_table.cc and worker/core/directory.
// Must not know: which directives exist, files on disk.
#include "shared/conf_grammar.h"

#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

enum class End : std::uint8_t { semicolon, block_start, block_end, file_end };

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// What nginx makes of a token's text: three characters lose their backslash, three become control characters, every
// other backslash stays.
std::string unescaped(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size()) {
      constexpr std::string_view kFrom = "\"'\\trn";
      constexpr std::string_view kTo = "\"'\\\t\r\n";
      const std::size_t which = kFrom.find(raw[i + 1]);
      if (which != std::string_view::npos) {
        text += kTo[which];
        ++i;
        continue;
      }
    }
    text += raw[i];
  }
  return text;
}

class Parser {
 public:
  Parser(std::string_view file_name, std::string_view text) : file_name_(file_name), text_(text) {}

  Result<std::vector<ConfDirective>> parse() {
    std::vector<ConfDirective> directives;
    if (const std::size_t nul = text_.find('\0'); nul != std::string_view::npos) {
      for (const char c : text_.substr(0, nul)) line_ += c == '\n' ? 1 : 0;
      return error("the file contains a NUL byte; expected text");
    }
    if (auto done = block(directives, 0); !done) return std::unexpected(std::move(done.error()));
    return directives;
  }

 private:
  // `message` reads "what is wrong; what was expected".
  std::unexpected<Error> error(const std::string& message, int line = 0, ErrorCode code = ErrorCode::invalid) const {
    return fail(code, std::string(file_name_) + ":" + std::to_string(line > 0 ? line : line_) + ": " + message);
  }

  // Fills `out` until the end of the block at `depth`; depth 0 is the file. Recursion is bounded by kConfDepth.
  Result<void> block(std::vector<ConfDirective>& out, std::size_t depth) {
    const int opened_at = line_;
    for (;;) {
      std::vector<std::string> tokens;
      int line = line_;
      const Result<End> end = read_tokens(tokens, line);
      if (!end) return std::unexpected(end.error());
      if (*end == End::file_end) {
        if (depth == 0) return {};
        return error("unexpected end of file; expected \"}\" for the block opened in line " +
                     std::to_string(opened_at));
      }
      if (*end == End::block_end) {
        if (depth > 0) return {};
        return error("unexpected \"}\"; expected a directive, as no block is open");
      }
      if (++count_ > limits::kConfDirectives) {
        return error("too many directives; expected at most " + std::to_string(limits::kConfDirectives), 0,
                     ErrorCode::limit);
      }
      ConfDirective& directive = out.emplace_back();
      directive.line = line;
      directive.name = std::move(tokens.front());
      directive.args.assign(std::make_move_iterator(tokens.begin() + 1), std::make_move_iterator(tokens.end()));
      if (*end == End::semicolon) continue;
      directive.has_block = true;
      if (depth + 1 > limits::kConfDepth) {
        return error("blocks are nested too deep; expected at most " + std::to_string(limits::kConfDepth) + " levels",
                     0, ErrorCode::limit);
      }
      if (auto done = block(directive.block, depth + 1); !done) return done;
    }
  }

  // The tokens up to `;`, `{`, `}` or the end. `line` becomes the line of the first one.
  Result<End> read_tokens(std::vector<std::string>& tokens, int& line) {
    for (;;) {
      skip_space_and_comments();
      if (at_ == text_.size()) {
        if (tokens.empty()) return End::file_end;
        return error("unexpected end of file; expected \";\" or \"{\" after \"" + printable(tokens.front()) + "\"");
      }
      const char c = text_[at_];
      if (c == ';' || c == '{') {
        ++at_;
        if (tokens.empty()) return error(std::string("unexpected \"") + c + "\"; expected a directive name");
        return c == ';' ? End::semicolon : End::block_start;
      }
      if (c == '}') {
        ++at_;
        if (tokens.empty()) return End::block_end;
        return error("unexpected \"}\"; expected \";\" after \"" + printable(tokens.front()) + "\"");
      }
      if (tokens.empty()) line = line_;
      if (tokens.size() > limits::kConfArgs) {
        return error("too many arguments; expected at most " + std::to_string(limits::kConfArgs), 0, ErrorCode::limit);
      }
      Result<std::string> token = c == '"' || c == '\'' ? quoted_token() : bare_token();
      if (!token) return std::unexpected(std::move(token.error()));
      tokens.push_back(std::move(*token));
    }
  }

  void skip_space_and_comments() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (is_space(text_[at_])) {
        step();
      } else {
        return;
      }
    }
  }

  Result<std::string> quoted_token() {
    const int opened_at = line_;
    const char quote = text_[at_];
    const std::size_t begin = ++at_;
    for (; at_ < text_.size() && text_[at_] != quote; step()) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) step();
    }
    if (at_ == text_.size()) {
      return error(std::string("a string is not closed; expected ") + quote, opened_at);
    }
    Result<std::string> token = finish(text_.substr(begin, at_ - begin), opened_at);
    ++at_;
    // nginx also lets `)` follow, for its `if`.
    if (at_ < text_.size() && !is_space(text_[at_]) && !std::string_view(";{)").contains(text_[at_])) {
      return error("unexpected \"" + printable(text_.substr(at_, 1)) +
                   "\" after a quoted string; expected a space, \";\" or \"{\"");
    }
    return token;
  }

  Result<std::string> bare_token() {
    const std::size_t begin = at_;
    const int opened_at = line_;
    bool after_dollar = false;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '{' && after_dollar) {
        ++at_;
        continue;
      }
      if (is_space(c) || c == ';' || c == '{') break;
      after_dollar = c == '$';
      if (c == '\\' && at_ + 1 < text_.size()) step();
      step();
    }
    return finish(text_.substr(begin, at_ - begin), opened_at);
  }

  Result<std::string> finish(std::string_view raw, int line) const {
    if (raw.size() > limits::kConfArgBytes) {
      return error("an argument is too long; expected at most " + std::to_string(limits::kConfArgBytes) +
                       " bytes, or a closing quote is missing",
                   line, ErrorCode::limit);
    }
    return unescaped(raw);
  }

  void step() {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }

  // A name for a message: short, and safe on a terminal.
  static std::string printable(std::string_view text) {
    constexpr std::size_t kShown = 64;
    std::string shown(text.substr(0, kShown));
    for (char& c : shown) {
      if (c < 0x20 || c > 0x7e) c = '?';
    }
    return shown;
  }

  std::string_view file_name_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t count_ = 0;
  int line_ = 1;
};

}  // namespace

Result<std::vector<ConfDirective>> parse_conf(std::string_view file_name, std::string_view text) {
  return Parser(file_name, text).parse();
}

}  // namespace ringfence
