// A ladder line (history/ladder.h) as a line of text:
//
//   +0.812s  ◀ phone     answered                   → claim phone; ▶ answer caller, hangup web   [answering]
//   when       who       what happened                what came of it                            the phase it changed
//   to
//
// ◀ the provider told us, ✓ ✗ ? – an answer to a command (yes, no, unknown, not sent), ◷ time passed.
// Used by `ringctl call` and `ringctl watch`, and by whoever shows a call. Must not know: sockets, where lines come
// from.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "ctl/terminal.h"
#include "shared/json.h"

namespace ringfence::ctl {

class LadderText {
 public:
  // `with_call`: each line says which call it belongs to.
  LadderText(Look look, bool with_call) : look_(look), with_call_(with_call) {}

  // Lines of one call must come in order. No line feed at the end.
  [[nodiscard]] std::string render(const json_t* line);

 private:
  struct Call {
    std::int64_t start_ms = 0;  // 0: its first line was not seen, so the clock's time is shown
    std::string winner;
  };
  Call& call_of(const json_t* line);
  [[nodiscard]] std::string when(const Call& call, const json_t* line) const;
  [[nodiscard]] std::string happened(const json_t* line) const;
  [[nodiscard]] std::string consequence(Call& call, const json_t* line) const;
  [[nodiscard]] std::string glyph(std::string_view utf8, std::string_view ascii) const;

  Look look_;
  bool with_call_;
  std::map<std::string, Call, std::less<>> calls_;
  std::deque<std::string> order_;  // oldest first, so that a watch of days stays small
};

}  // namespace ringfence::ctl
