// Which event may lead from which phase to which: every pair of them, with no default. step() never leaves this table;
// that is checked by the scenarios, by random calls (tests/unit/core/phase_table_test.cc, where every entry is
// reached), by the explorer, and counted in service. A description, not a mechanism: step() does not read it. Must not
// know: why.
#pragma once

#include <array>

#include "core/event_kind.h"
#include "core/session.h"

namespace ringfence {

inline constexpr std::size_t kPhases = static_cast<std::size_t>(Phase::closed) + 1;
using Phases = std::uint16_t;  // one bit for each

[[nodiscard]] constexpr Phases bit_of(Phase phase) noexcept {
  return static_cast<Phases>(1U << static_cast<unsigned>(phase));
}

struct PhaseTable {
  // What an event may lead to that comes before any deadline. Staying is always allowed.
  std::array<std::array<Phases, kEventKinds>, kPhases> by_event;
  // What the next turn of decide() may add, from facts that were known before the event.
  std::array<Phases, kPhases> at_once;
  // What the passing of time alone leads to, and so any event that comes after a deadline.
  std::array<Phases, kPhases> by_time;
};

namespace phase_table {
inline constexpr Phases o = 0;  // stays
inline constexpr Phases R = bit_of(Phase::ringing);
inline constexpr Phases A = bit_of(Phase::answering);
inline constexpr Phases B = bit_of(Phase::bridging);
inline constexpr Phases T = bit_of(Phase::transferring);
inline constexpr Phases C = bit_of(Phase::connected);
inline constexpr Phases V = bit_of(Phase::vm_answering);
inline constexpr Phases G = bit_of(Phase::vm_greeting);
inline constexpr Phases M = bit_of(Phase::vm_recording);
inline constexpr Phases L = bit_of(Phase::closing);
inline constexpr Phases X = bit_of(Phase::closed);
}  // namespace phase_table

// clang-format off
[[nodiscard]] constexpr PhaseTable make_phase_table() noexcept {
  using namespace phase_table;
  return {.by_event = {{
    // webhooks: initiated, answered, bridged, hangup, speak_ended, recording_saved, recording_error, gather_ended,
    //           machine_detected, other
    // results:  dial, answer, bridge, hangup, speak, record, audit, transfer, reject, gather, notify
    // and:      tick, device_ready, cancel
    /* none */
    {R|A|T|V|L, L,         L,         X,         X,         X,         X,         L,         L,         X,
     o,      o,      o,      o,      o,      o,      o,      o,      o,      o,      o,
     o, o, o},
    /* ringing */
    {A,         A,         A,         V|L,       A,         A,         A,         A|V|L,     A|V|L,     A,
     A|V|L,  L,      o,      o,      L,      o,      A|V|L,  o,      o,      V|L,    o,
     o, o, L},
    /* answering */
    {o,         B|T,       C,         R|V|L,     o,         o,         o,         o,         o,         o,
     o,      B|T|L,  o,      o,      o,      o,      R|B|V|L, o,      o,      o,      o,
     o, o, L},
    /* bridging */
    {o,         o,         C,         R|G|L,     o,         o,         o,         o,         o,         o,
     o,      L,      G,      o,      L,      o,      R|C|G|L, o,      o,      o,      o,
     o, o, L},
    /* transferring */
    {o,         o,         C,         V|L,       o,         o,         o,         o,         o,         o,
     o,      L,      o,      o,      o,      o,      C|V|L,  V|L,    o,      o,      o,
     o, o, L},
    /* connected */
    {o,         o,         o,         L,         o,         o,         o,         o,         o,         o,
     o,      L,      o,      o,      L,      L,      L,      o,      o,      o,      o,
     o, o, L},
    /* vm_answering */
    {o,         G,         G,         L,         o,         o,         o,         o,         o,         o,
     o,      G|L,    o,      o,      o,      o,      G|L,    o,      o,      o,      o,
     o, o, L},
    /* vm_greeting */
    {o,         o,         o,         L,         M,         o,         o,         o,         o,         o,
     o,      L,      o,      o,      M|L,    o,      L,      o,      o,      o,      o,
     o, o, L},
    /* vm_recording */
    {o,         o,         o,         L,         o,         L,         L,         o,         o,         o,
     o,      L,      o,      o,      L,      L,      L,      o,      o,      o,      o,
     o, o, L},
    /* closing */
    {o,         o,         o,         X,         o,         X,         X,         o,         o,         o,
     X,      X,      o,      X,      X,      X,      X,      X,      X,      X,      o,
     o, o, o},
    /* closed */
    {o,         o,         o,         o,         o,         o,         o,         o,         o,         o,
     o,      o,      o,      o,      o,      o,      o,      o,      o,      o,      o,
     o, o, o},
  }},
  //         none ringing answering bridging transferring connected vm_answering vm_greeting vm_recording closing closed
  .at_once = {o,  A,      B,        C,       o,           o,        G,           o,          L,           X,      o},
  .by_time = {o,  V|L,    L,        G,       o,           o,        L,           M,          L,           X,      o}};
}
// clang-format on

inline constexpr PhaseTable kPhaseTable = make_phase_table();

// `of` and whatever follows from it; `late`: also by the passing of time.
[[nodiscard]] constexpr Phases onward(const PhaseTable& table, Phases of, bool late) noexcept {
  for (std::size_t turn = 0; turn < kPhases; ++turn) {
    for (std::size_t from = 0; from < kPhases; ++from) {
      if ((of & bit_of(static_cast<Phase>(from))) == 0) continue;
      of = static_cast<Phases>(of | table.at_once[from] | (late ? table.by_time[from] : 0));
    }
  }
  return of;
}

// `late`: a deadline of the session had passed when the event came.
[[nodiscard]] constexpr bool is_allowed(const PhaseTable& table, Phase from, EventKind kind, Phase to,
                                        bool late) noexcept {
  if (from == to) return true;
  Phases led = 0;
  Phases start = bit_of(from);
  if (late) start = led = onward(table, start, true);
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    if ((start & bit_of(static_cast<Phase>(phase))) == 0) continue;
    led = static_cast<Phases>(led | table.by_event[phase][static_cast<std::size_t>(kind)]);
  }
  return (onward(table, led, late) & bit_of(to)) != 0;
}

[[nodiscard]] constexpr bool is_allowed(Phase from, EventKind kind, Phase to, bool late) noexcept {
  return is_allowed(kPhaseTable, from, kind, to, late);
}

// The question for whoever counts: did this step stay in the table? Cheap: nothing is looked up while the phase stays.
[[nodiscard]] bool keeps_to_table(const Session& before, const Event& event, const Session& next);

static_assert(kPhaseTable.by_event[static_cast<std::size_t>(Phase::closed)] == std::array<Phases, kEventKinds>{},
              "a tombstone never comes back to life");

}  // namespace ringfence
