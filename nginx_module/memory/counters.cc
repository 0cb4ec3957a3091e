// See counters.h. Only numbers and names here; the memory is zone's.
#include "nginx_module/memory/counters.h"

#include <algorithm>
#include <atomic>

namespace ringfence::edge {
namespace {

static_assert(kOtherSchemes.size() < kSchemeNameBytes);

// The first byte last: whoever reads meanwhile sees a free slot, never half a name.
void take(SchemeCounters& slot, std::string_view name) noexcept {
  std::copy(name.begin() + 1, name.end(), slot.name.begin() + 1);
  std::atomic_thread_fence(std::memory_order_release);
  slot.name[0] = name[0];
}

}  // namespace

std::string_view name_of(const SchemeCounters& scheme) noexcept {
  return {scheme.name.data(), static_cast<std::size_t>(std::ranges::find(scheme.name, '\0') - scheme.name.begin())};
}

std::size_t slot_for(Counters& all, std::string_view scheme) noexcept {
  constexpr std::size_t kLast = kSchemeSlots - 1;
  const bool has_own = !scheme.empty() && scheme.size() < kSchemeNameBytes && scheme != kOtherSchemes;
  if (has_own) {
    for (std::size_t i = 0; i < kLast; ++i) {
      if (name_of(all.schemes[i]) == scheme) return i;
      if (name_of(all.schemes[i]).empty()) {
        take(all.schemes[i], scheme);
        return i;
      }
    }
  }
  if (name_of(all.schemes[kLast]).empty()) take(all.schemes[kLast], kOtherSchemes);
  return kLast;
}

void record_verify(SchemeCounters& scheme, std::uint64_t elapsed_ns) noexcept {
  const auto fits = [&](std::uint32_t bound_us) { return elapsed_ns <= std::uint64_t{bound_us} * 1000; };
  const auto* bucket = std::ranges::find_if(kVerifyBuckets_us, fits);
  count(scheme.verify_times[static_cast<std::size_t>(bucket - kVerifyBuckets_us.begin())]);
  count(scheme.verify_ns, static_cast<ngx_atomic_int_t>(elapsed_ns));
}

}  // namespace ringfence::edge
