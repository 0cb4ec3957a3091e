// See rate_limit.h.
#include "adapters/telnyx/rate_limit.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

RateLimit::RateLimit(int per_second, int burst) noexcept
    : most_rate_((per_second > 0 ? per_second : limits::kUnlimitedRate) * kRateUnit),
      burst_(std::max(per_second > 0 ? burst : limits::kUnlimitedRate, 1) * kToken),
      reserved_(burst_ / static_cast<std::int64_t>(limits::kUrgentShare)),
      rate_(most_rate_),
      level_(burst_),
      unlimited_(per_second <= 0) {}

void RateLimit::fill(Millis now_ms) noexcept {
  constexpr Millis kLongestMs = 3'600'000;  // keeps the products small
  const Millis passed_ms = filled_ms_ == 0 ? 0 : std::clamp<Millis>(now_ms - filled_ms_, 0, kLongestMs);
  filled_ms_ = now_ms;
  level_ += rate_ * passed_ms;
  const std::int64_t paid = std::clamp<std::int64_t>(level_ - reserved_, 0, owed_);
  owed_ -= paid;
  level_ = std::min(burst_, level_ - paid);
  rate_ = std::min(most_rate_, rate_ + most_rate_ * passed_ms / limits::kRateBackMs);
}

std::int64_t RateLimit::needed(bool patient) const noexcept {
  return std::min(burst_, kToken + (patient ? reserved_ : 0));
}

bool RateLimit::take(bool patient, Millis now_ms) noexcept {
  fill(now_ms);
  if (patient && now_ms < patient_from_ms_) return false;
  if (unlimited_ && !slow_) return true;
  if (level_ < needed(patient)) return false;
  level_ -= kToken;
  return true;
}

void RateLimit::pay(Millis now_ms) noexcept {
  owed_ = std::min(owed_ + kToken, burst_);
  fill(now_ms);
}

Millis RateLimit::wait_ms(bool patient, Millis now_ms) const noexcept {
  const std::int64_t missing = std::max<std::int64_t>(needed(patient) + (patient ? owed_ : 0) - level_, 0);
  const Millis for_tokens = std::max<Millis>((missing + rate_ - 1) / rate_, 1);
  return patient ? std::max(for_tokens, patient_from_ms_ - now_ms) : for_tokens;
}

bool RateLimit::slow_down(Millis retry_after_ms, Millis now_ms) noexcept {
  fill(now_ms);
  const Millis pause_ms = std::clamp(retry_after_ms, limits::kSlowedMs, limits::kSlowedMostMs);
  patient_from_ms_ = std::max(patient_from_ms_, now_ms + pause_ms);
  level_ = std::min(level_, reserved_);
  // What was on the wire together is refused together, and counts once.
  if (slow_ && now_ms < slowed_ms_ + limits::kSlowedMs) return false;
  slowed_ms_ = now_ms;
  rate_ = std::max({rate_ / 2, most_rate_ / limits::kSlowestShare, kRateUnit});
  return !std::exchange(slow_, true);
}

void RateLimit::follow(int per_second, int burst, Millis now_ms) noexcept {
  fill(now_ms);
  const RateLimit next(per_second, burst);
  most_rate_ = next.most_rate_;
  burst_ = next.burst_;
  reserved_ = next.reserved_;
  unlimited_ = next.unlimited_;
  rate_ = slow_ ? std::min(rate_, most_rate_) : most_rate_;
  level_ = std::min(level_, burst_);
  owed_ = std::min(owed_, burst_);
}

bool RateLimit::recovered(Millis now_ms) noexcept {
  fill(now_ms);
  return slow_ && rate_ == most_rate_ && now_ms >= patient_from_ms_ && std::exchange(slow_, false);
}

}  // namespace ringfence
