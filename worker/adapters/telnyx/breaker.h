// Whether the provider's API is worth asking just now. Closed: everything leaves. Open, after failures in a row or too
// large a share of them: nothing leaves, until a pause is over that doubles; then one command may try, and its answer
// decides. Pure: the time is passed in. Owned by TelnyxClient.
// A failure is what says that the provider is away: no connection, no answer in time, 5xx. A 4xx is an answer, also
// 429 (rate_limit.h). Must not know: curl, commands.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/plan.h"

namespace ringfence {

class Breaker {
 public:
  enum class State : std::uint8_t { closed, open, probing };
  enum class Pass : std::uint8_t { yes, probe, no };

  // May a command leave? A `safe` one, whose double harms nobody, may try a little earlier than others.
  [[nodiscard]] Pass pass(bool safe, Millis now_ms) const noexcept;
  // That which may not: in how long it is worth asking again.
  [[nodiscard]] Millis wait_ms(bool safe, Millis now_ms) const noexcept;
  void probe_left() noexcept;  // pass() said `probe`, and it is on the wire
  // What came of a request that left when it had opened so often (opened()). Answers to what left before it opened
  // change nothing, also once it is closed again. True: it has opened or closed.
  bool note(bool failed, bool probe, std::uint64_t left_at, Millis now_ms) noexcept;

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] std::uint64_t opened() const noexcept { return opened_; }
  [[nodiscard]] std::uint64_t probes() const noexcept { return probes_; }
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }
  [[nodiscard]] int in_a_row() const noexcept { return in_a_row_; }
  [[nodiscard]] Millis opened_ms() const noexcept { return opened_ms_; }  // when it did last

 private:
  // Requests of a span of time, and of the one before it.
  struct Share {
    int all = 0, failed = 0;
  };
  void count(bool failed, Millis now_ms) noexcept;
  [[nodiscard]] bool too_many() const noexcept;
  void open(Millis pause_ms, Millis now_ms) noexcept;

  State state_ = State::closed;
  Share now_, before_;
  Millis span_ends_ms_ = 0;
  int in_a_row_ = 0;
  Millis pause_ms_ = 0, probe_at_ms_ = 0, opened_ms_ = 0;
  std::uint64_t opened_ = 0, probes_ = 0, failures_ = 0;
};

[[nodiscard]] std::string_view name_of(Breaker::State state) noexcept;

}  // namespace ringfence
