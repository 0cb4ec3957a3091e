// Lanes by urgency; see command_queue.h.
#include "adapters/telnyx/command_queue.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::size_t kFirstPatientLane = 3;

}  // namespace

std::size_t lane_of(Verb verb) noexcept {
  switch (verb) {
    case Verb::hangup:
      return 0;
    case Verb::answer:
    case Verb::bridge:
    case Verb::reject:
      return 1;
    case Verb::speak:
    case Verb::gather:
    case Verb::record_start:
      return 2;
    case Verb::dial:
    case Verb::transfer:
      return kFirstPatientLane;
    case Verb::audit:
    case Verb::notify:
      break;
  }
  return kFirstPatientLane + 1;
}

bool is_patient(Verb verb) noexcept { return lane_of(verb) >= kFirstPatientLane; }

bool CommandQueue::push(Job& job) {
  constexpr std::size_t kReserved = limits::kCommandQueue / limits::kUrgentShare;
  const std::size_t bound = limits::kCommandQueue - (is_patient(job.command.verb) ? kReserved : 0);
  if (size_ >= bound) return false;
  waiting_.insert(job.command.id);
  lanes_[lane_of(job.command.verb)].push_back(std::move(job));
  ++size_;
  return true;
}

Job CommandQueue::take_front(std::deque<Job>& lane) {
  Job job = std::move(lane.front());
  lane.pop_front();
  waiting_.erase(job.command.id);
  --size_;
  return job;
}

const Job* CommandQueue::front() const noexcept {
  const auto lane = std::ranges::find_if(lanes_, [](const auto& one) { return !one.empty(); });
  return lane == lanes_.end() ? nullptr : &lane->front();
}

Job CommandQueue::pop() {
  return take_front(*std::ranges::find_if(lanes_, [](const auto& one) { return !one.empty(); }));
}

std::optional<Job> CommandQueue::pop_late(Millis now_ms) {
  for (auto& lane : lanes_) {
    if (!lane.empty() && lane.front().send_by_ms <= now_ms) return take_front(lane);
  }
  return std::nullopt;
}

Millis CommandQueue::next_late_ms() const {
  Millis next = 0;
  for (const auto& lane : lanes_) {
    if (!lane.empty() && (next == 0 || lane.front().send_by_ms < next)) next = lane.front().send_by_ms;
  }
  return next;
}

}  // namespace ringfence
