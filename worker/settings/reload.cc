// See reload.h.
#include "settings/reload.h"

namespace ringfence {

std::vector<std::string_view> follow(Settings& running, const Settings& read) {
  running.log_level = read.log_level;
  running.policy = read.policy;
  running.event_log = read.event_log;
  running.telnyx.rate = read.telnyx.rate;
  running.telnyx.burst = read.telnyx.burst;
  running.telnyx.api_where = read.telnyx.api_where;  // where it stands in the file
  running.notify.applications = read.notify.applications;

  std::vector<std::string_view> waiting;
  const auto wait = [&waiting](std::string_view name, bool same) {
    if (!same) waiting.push_back(name);
  };
  const NotifySettings &told = running.notify, &told_next = read.notify;
  wait("ingest", running.ingest == read.ingest);
  wait("control", running.control == read.control);
  wait("store", running.store == read.store);
  wait("store_fallback", running.fallback == read.fallback);
  wait("fallback_path", running.fallback_path == read.fallback_path);
  wait("worker_name", running.worker == read.worker);
  wait("embedded", running.embedded_path == read.embedded_path);
  wait("redis", running.redis == read.redis);
  wait("telnyx", running.telnyx == read.telnyx);
  wait("notify", told.ca_file == told_next.ca_file && told.connect_ms == told_next.connect_ms &&
                     told.deadline_ms == told_next.deadline_ms);
  return waiting;
}

std::string reload_sentence(const std::vector<std::string_view>& waiting) {
  std::string text =
      "in force are log_level, the applications of notify, rate and burst of telnyx, event_log, and ring for new calls "
      "and next steps; ";
  if (waiting.empty()) return text + "nothing else has changed";
  for (const std::string_view name : waiting) text += (name == waiting.front() ? "" : ", ") + std::string(name);
  return text + (waiting.size() == 1 ? " has" : " have") + " changed as well and need a restart, which loses no call";
}

}  // namespace ringfence
