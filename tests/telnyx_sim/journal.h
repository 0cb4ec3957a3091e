// Counters and the ordered feed of everything that happened, bounded. Owned by Simulation; read by truth.cc.
// Must not know: what an entry means.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "telnyx_sim/model.h"

namespace ringfence::sim {

inline constexpr std::size_t kLogEntries = 32768;  // a benchmark's feed is cut to its end; a demo's fits whole

struct LogEntry {
  std::uint64_t number = 0;
  std::int64_t at_us = 0;
  // what: call_started, leg_ringing, leg_answered, leg_bridged, leg_speaking, leg_recording, leg_ended, call_ended,
  // command, webhook, forged, replayed.  who: "caller" or a destination.
  std::string call, what, who, leg, detail, id, code;
  int status = 0, attempt = 0;
};

struct VerbCount {
  std::uint64_t received = 0, executed = 0, ignored = 0, refused = 0, faulted = 0;
};

struct Counters {
  std::map<std::string, VerbCount, std::less<>> verbs;        // of commands
  std::map<std::string, VerbCount, std::less<>> credentials;  // of what is asked about credentials
  std::uint64_t requests = 0, unauthenticated = 0, contract_violations = 0, unknown_paths = 0, ignored_duplicates = 0;
  std::uint64_t webhook_events = 0, webhook_attempts = 0, webhooks_accepted = 0, webhooks_failed = 0;
  std::uint64_t webhook_retries = 0, webhooks_lost = 0, webhooks_dropped = 0, forged = 0, replayed = 0;
  std::map<int, std::uint64_t> webhook_statuses;
};

class Journal {
 public:
  Counters counters;

  void add(LogEntry entry) {
    entry.number = ++last_number_;
    entries_.push_back(std::move(entry));
    if (entries_.size() > kLogEntries) entries_.pop_front();
  }
  [[nodiscard]] const std::deque<LogEntry>& entries() const noexcept { return entries_; }
  [[nodiscard]] std::uint64_t last_number() const noexcept { return last_number_; }
  void clear() {
    counters = {};
    entries_.clear();
  }

 private:
  std::deque<LogEntry> entries_;
  std::uint64_t last_number_ = 0;  // keeps counting over a clear, so that a reader's `after` stays valid
};

// "caller" for the parent, else the destination.
[[nodiscard]] inline std::string_view who(const Leg& leg) noexcept {
  return leg.inbound ? std::string_view("caller") : std::string_view(leg.to);
}

}  // namespace ringfence::sim
