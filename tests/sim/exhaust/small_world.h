// A whole call as a value of 128 bytes: the session under test by its number (machine.h), and the truth about the call
// that only the provider and the people know. What can happen next is a Move (moves.h).
//
// All bytes that are not used are zero, so that worlds are compared and hashed as bytes. Times are relative to now: a
// world has no clock. Must not know: how moves are chosen (search.cc).
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "core/command.h"

namespace ringfence::exhaust {

inline constexpr int kDevices = 3;
inline constexpr int kMostLegs = 6;    // each device may be rung again
inline constexpr Millis kGrain = 500;  // all spans of the coarse policy are multiples of this

enum class Truth : std::uint8_t { nothing, ringing, answered, ended };

// A webhook, by what it says; declined and busy are hangups.
enum class Said : std::uint8_t {
  initiated,
  answered,
  bridged,
  hangup,
  declined,
  speak_ended,
  hold_ended,
  recording_saved,
  pressed,
  not_pressed,
  person,
  machine,
  unsure
};

// What the provider says to a request. waiting: nothing yet.
enum class Reply : std::uint8_t {
  waiting,
  ok,
  gone,              // 90018
  not_answered,      // 90034
  already_answered,  // 90053
  already_bridged,   // 90054
  already_recording,
  no_channel,  // 90041
  lost,        // no answer: it may have been executed
  failed,      // a 5xx, which says as much
  not_sent
};

enum Fault : std::uint8_t {
  kLost,
  kDuplicated,
  kUnknown,
  kRefused,
  kNotSent,
  kCrashes,
  kFakeBridges,
  kRollbacks,
  kCancels,
  kJoins,
  kOverdue,  // a request that is executed although it is older than the rules say one can be
  kFaults
};
using Budget = std::array<std::uint8_t, kFaults>;

inline constexpr std::uint8_t kPast = 255;

// verb, leg + 1, attempt, reply, forgotten, age in grains; sorted as a number.
struct Request {
  std::uint8_t age = 0;            // kPast: overdue
  std::uint8_t forgotten : 1 = 0;  // nobody waits for its answer any more; it may still be executed
  std::uint8_t reply : 7 = 0;      // executed, and its answer on its way
  std::int8_t attempt = 0;
  std::uint8_t verb : 4 = 0;
  std::uint8_t place : 4 = 0;  // leg + 1
  [[nodiscard]] int leg() const noexcept { return static_cast<int>(place) - 1; }
  [[nodiscard]] Verb what() const noexcept { return static_cast<Verb>(verb); }
  [[nodiscard]] bool same_id(const Request& other) const noexcept {
    return verb == other.verb && place == other.place && attempt == other.attempt;
  }
};
static_assert(sizeof(Request) == 4);

struct Notice {
  std::uint8_t place : 4 = 0;  // leg + 1
  std::uint8_t said : 4 = 0;
};
static_assert(sizeof(Notice) == 1);

struct World {
  std::uint32_t session = 0;
  std::uint32_t before = 0;  // what a store that forgets its last commit would have; 0: not asked for
  Truth parent = Truth::ringing;
  std::uint8_t bridged = 0;       // leg + 1 whom the caller talks to
  std::uint8_t ever_bridged = 0;  // leg + 1
  std::uint8_t recording = 0, recorded = 0;
  std::array<Truth, kMostLegs> leg{};
  Budget budget{};
  std::uint8_t notices = 0, requests = 0, executed = 0;
  std::uint8_t gathering = 0, detecting = 0;  // legs, by bits: a key is waited for; the provider listens who it is
  std::uint8_t proved = 0;                    // legs, by bits: a person, as far as the plan asks for it (V1)
  std::uint8_t told = 0;                      // the application was told of them, by bits: leg + 1
  std::array<Notice, 19> notice{};
  std::array<Request, 10> request{};
  std::array<Request, 8> done{};  // by id, for the provider's own deduplication
};
static_assert(std::is_trivially_copyable_v<World> && sizeof(World) == 128);

}  // namespace ringfence::exhaust
