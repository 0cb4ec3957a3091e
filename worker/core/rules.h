// The parts of step() and the questions they share. Internal to worker/core: everybody else includes step.h.
#pragma once

#include "core/event.h"
#include "core/policy.h"
#include "core/session.h"
#include "core/step.h"

namespace ringfence::rules {

// The attempts by which the command ids of what a caller, and of what an application is told of a call, differ: the
// greeting has the first, every prompt to hold the line one from the second on.
inline constexpr int kGreetingAttempt = 1;
inline constexpr int kPleaseHoldAttempt = 2;
inline constexpr int kEndedNotice = 1;
inline constexpr int kRecordingNotice = 2;
inline constexpr int kRingingNotice = 3;
inline constexpr std::string_view kAcceptDigit = "1";
// The cause of a leg whose dial never left us.
inline constexpr std::string_view kNeverDialled = "never dialled";

// merge.cc, merge_results.cc: facts only.
void merge(Session& session, const Event& event, const Policy& policy);
void merge_result(Session& session, const CommandResult& result, const Event& event, const Policy& policy);

// decide.cc: phases only. True when anything moved.
bool decide(Session& session, Millis at_ms, const Policy& policy);
// Its parts, each one turn: true when it moved something. ringing.cc:
bool decide_ringing(Session& session, Millis at_ms, const Policy& policy);
void begin_round(Session& session, Millis at_ms, const Policy& policy);
void lose_winner(Session& session, Millis at_ms, const Policy& policy);  // the claim's leg has ended
void enter_unanswered(Session& session);
// screening.cc: which answers count.
bool decide_screening(Session& session, Millis at_ms, const Policy& policy);
[[nodiscard]] bool wants_key(const Leg& leg, const Policy& policy) noexcept;
// ending.cc:
bool decide_voicemail(Session& session, Millis at_ms, const Policy& policy);
bool decide_over(Session& session, Millis at_ms, const Policy& policy);
void enter_closing(Session& session, Outcome outcome);
void enter_voicemail(Session& session);
[[nodiscard]] bool cannot_answer(const Session& session, const Policy& policy);

// derive.cc: the outbox; returns what is to be handed over now.
[[nodiscard]] std::vector<Command> derive(Session& session, Millis at_ms, const Policy& policy);
// derive_legs.cc, derive_notices.cc: its parts about legs and about notices to applications.
void derive_legs(Session& session, Millis at_ms, const Policy& policy);
void derive_notices(Session& session, Millis at_ms, const Policy& policy);
void ask(Session& session, Verb verb, int leg, int attempt, Millis at_ms, const Policy& policy);
[[nodiscard]] Millis doubled(Millis first_ms, int times, Millis most_ms);
// `pause_ms` and up to command_jitter_percent more; the same for the same try on every worker and in every replay.
[[nodiscard]] Millis scattered(const Session& session, const OutboxEntry& entry, Millis pause_ms, const Policy& policy);

// questions.cc
[[nodiscard]] bool passed(Millis deadline_ms, Millis at_ms) noexcept;
[[nodiscard]] bool is_voicemail(Phase phase) noexcept;
[[nodiscard]] bool is_over(Phase phase) noexcept;  // closing or closed
[[nodiscard]] OutboxEntry* find_open(Session& session, Verb verb, int leg) noexcept;
[[nodiscard]] const OutboxEntry* find_open(const Session& session, Verb verb, int leg) noexcept;
[[nodiscard]] Leg* winner_of(Session& session) noexcept;
[[nodiscard]] const Leg* winner_of(const Session& session) noexcept;
// Caller and winner are connected, as far as anybody told us.
[[nodiscard]] bool is_bridged(const Session& session) noexcept;
// A bridge may be up and we cannot tell: only the provider's records can.
[[nodiscard]] bool wants_bridge_proof(const Session& session) noexcept;
// How long the provider may ring the only destination before its records are read.
[[nodiscard]] Millis transfer_ms(const Session& session, const Policy& policy) noexcept;
// A dial was sent, nobody asks for it any more, and nothing told us what came of it: the phone may ring.
[[nodiscard]] bool may_exist(const Session& session, std::size_t leg) noexcept;
// Losers ring on until the bridge is up.
[[nodiscard]] bool holds_losers(const Session& session) noexcept;
// This leg may yet bring an answer in this round: it is under way, and we have not given it up.
[[nodiscard]] bool rings(const Session& session, std::size_t leg) noexcept;
// A planned leg that waits for its moment only, not for a channel or for an older leg of its device.
[[nodiscard]] bool has_room(const Session& session, std::size_t leg) noexcept;
[[nodiscard]] bool has_channel(const Session& session) noexcept;
// A loser who is on the phone and has not been spoken to: hears why before it is hung up.
[[nodiscard]] bool deserves_apology(const Session& session, std::size_t leg, const Policy& policy) noexcept;
// How a person, or the phone for them, turned the call down.
enum class Refusal : std::uint8_t { none, declined, busy };
[[nodiscard]] Refusal refusal_of(const Leg& leg) noexcept;
// Phones of a user ring for a caller whom nobody has answered.
[[nodiscard]] bool is_heard_ringing(const Session& session) noexcept;
// A notice about the recording, not about what became of the call.
[[nodiscard]] bool is_of_recording(const OutboxEntry& entry) noexcept;
// The command still serves the session as it is now.
[[nodiscard]] bool still_wanted(const Session& session, const OutboxEntry& entry) noexcept;
// The call it addresses has provably ended, or what it was for is known: nobody need wait for its answer.
[[nodiscard]] bool is_moot(const Session& session, const OutboxEntry& entry) noexcept;

}  // namespace ringfence::rules
