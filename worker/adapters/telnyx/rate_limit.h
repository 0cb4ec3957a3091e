// How many requests the provider gets a second: a bucket of tokens, filled at a steady rate. Patient commands (dials,
// audits) leave a share of it to hang-ups and bridges. The provider's 429 halves the rate and makes the patient wait;
// the rate comes back by itself. Pure: the time is passed in. Owned by TelnyxClient. Must not know: curl, commands.
#pragma once

#include <cstdint>

#include "core/plan.h"

namespace ringfence {

class RateLimit {
 public:
  RateLimit(int per_second, int burst) noexcept;  // 0 a second: no limit but the provider's

  // False: not now, nothing is taken.
  [[nodiscard]] bool take(bool patient, Millis now_ms) noexcept;
  // For what goes on with what has begun (a further page of an audit), also in a slow time: to begin anew would cost
  // more. The patient owe it; the share of hang-ups and bridges never pays for it.
  void pay(Millis now_ms) noexcept;
  // When take() is worth asking again.
  [[nodiscard]] Millis wait_ms(bool patient, Millis now_ms) const noexcept;
  // The provider said 429. True: the first of this slow time.
  bool slow_down(Millis retry_after_ms, Millis now_ms) noexcept;
  // True: just now the rate is whole again after a slow time.
  bool recovered(Millis now_ms) noexcept;

  // Another rate and burst from now on. What was taken stays taken, and a slow time goes on.
  void follow(int per_second, int burst, Millis now_ms) noexcept;

  // A second, now; 0: no limit.
  [[nodiscard]] int rate() const noexcept { return unlimited_ && !slow_ ? 0 : static_cast<int>(rate_ / kRateUnit); }

 private:
  // Thousandths of requests a second times milliseconds are millionths of requests.
  static constexpr std::int64_t kRateUnit = 1000, kToken = 1'000'000;
  void fill(Millis now_ms) noexcept;
  [[nodiscard]] std::int64_t needed(bool patient) const noexcept;

  std::int64_t most_rate_, burst_, reserved_;
  std::int64_t rate_, level_;
  std::int64_t owed_ = 0;  // taken off as soon as there is more than the reserve
  Millis filled_ms_ = 0, slowed_ms_ = 0, patient_from_ms_ = 0;
  bool unlimited_, slow_ = false;
};

}  // namespace ringfence
