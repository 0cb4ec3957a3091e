// See verdict.h.
#include "verdict.h"

#include <algorithm>
#include <set>

#include "core/outcome.h"
#include "core/rules.h"
#include "core/step.h"
#include "shared/json.h"

namespace ringfence::sim {
namespace {

std::string wrong_end(const Session& s, const LyingTelnyx& telnyx) {
  if (s.phase != Phase::closed) return "I15: the session never closes";
  if (!s.outbox.empty()) return "I15: something stays in the outbox";
  if (s.outcome == Outcome::none) return "I16: no outcome";
  if (telnyx.recorded() && !s.recording_saved) return "I15: a recording exists and the session says it does not";
  if (s.outcome == Outcome::answered && telnyx.spoke().empty()) return "I16: told that they talked, and they did not";
  return {};
}

// Told at least once, under an id that is always the same, and each of them one thing only.
std::string wrong_tales(const Session& s, const LyingApplication& application) {
  if (!application.violation().empty()) return application.violation();
  std::set<std::string> expected;
  bool somebody_spoke = false;
  for (int whom = kParent; whom < static_cast<int>(s.legs.size()); ++whom) {
    if (whom >= 0 && s.legs[static_cast<std::size_t>(whom)].rung_again) continue;
    const std::string id = command_id(s, {.verb = Verb::notify, .leg = whom}).text;
    expected.insert(id);
    const auto told = application.told().find(id);
    const std::string name = whom < 0 ? "the call" : s.legs[static_cast<std::size_t>(whom)].destination.device;
    if (told == application.told().end() || told->second.taken == 0)
      return "I16: nobody was told what became of " + name;
    const auto document = parse_json(told->second.body);
    const std::string said(document ? get_text(get_object(document->get(), "data"), "outcome") : "");
    const std::string_view is =
        whom < 0 ? name_of(s.outcome) : name_of(device_outcome(s, static_cast<std::size_t>(whom)));
    somebody_spoke |= whom >= 0 && is == name_of(DeviceOutcome::answered);
    if (said != is) return "I16: " + name + " was told as " + said + " and is " + std::string(is);
  }
  if (s.recording_saved) {
    const std::string id =
        command_id(s, {.verb = Verb::notify, .leg = kParent, .attempt = rules::kRecordingNotice}).text;
    expected.insert(id);
    const auto told = application.told().find(id);
    if (told == application.told().end() || told->second.taken == 0) return "R-143: nobody was told of the recording";
  }
  // Of use while it rang: an application that was away then hears it no more.
  const std::string ringing =
      command_id(s, {.verb = Verb::notify, .leg = kParent, .attempt = rules::kRingingNotice}).text;
  if (s.ringing_told) expected.insert(ringing);
  if (const auto told = application.told().find(ringing); told != application.told().end()) {
    const auto document = parse_json(told->second.body);
    if (!document || get_text(document->get(), "type") != "call.ringing")
      return "told that it rings: " + told->second.body;
  }
  if (s.outcome == Outcome::answered && !s.legs.empty() && !somebody_spoke)
    return "I16: the call was answered, and no device was";
  for (const auto& [id, told] : application.told()) {
    if (!expected.contains(id)) return "I16: told something that nobody asked for: " + told.body;
  }
  return {};
}

// One line for each device that did not get the call, none for the one that did.
std::string wrong_ledger(const Session& s, const StoredRow& row, const LyingTelnyx& telnyx) {
  std::set<std::string> missed;
  for (const auto& [name, line] : row.missed()) {
    if (line.line.empty()) continue;
    const auto document = parse_json(line.line);
    const std::string device(document ? get_text(document->get(), "device") : "");
    missed.insert(device);
    if (!document || name != s.id.text + "/" + device) return "the ledger: a line that is not its device's";
    if (get_text(document->get(), "call") != name_of(s.outcome)) return "the ledger: a call that ended otherwise";
  }
  for (const Leg& leg : s.legs) {
    if (leg.rung_again) continue;
    const bool spoke = leg.destination.to == telnyx.spoke();
    const bool listed = missed.erase(leg.destination.device) > 0;
    // When every proof of a conversation was lost, nobody can know of it; nor, after two bridges, of which of them when
    // only the caller's word came.
    const bool known = leg.bridged || !s.bridge_before || !s.bridge_maybe;
    const bool missed_it = !listed && !spoke && (known || !leg.claimed);
    if (missed_it) return "the ledger: " + leg.destination.device + " missed the call and is not listed";
    if (listed && spoke && known && s.outcome == Outcome::answered) return "the ledger: who spoke is listed as missed";
  }
  if (s.legs.empty() && s.outcome != Outcome::answered && missed.erase("") == 0)
    return "the ledger: the call is not listed";
  return missed.empty() ? "" : "the ledger: a line of nobody: " + *missed.begin();
}

}  // namespace

std::string wrong_session(const Session& session, const StoredRow& row, const LyingTelnyx& telnyx,
                          const LyingApplication& application) {
  std::string wrong = wrong_end(session, telnyx);
  if (wrong.empty()) wrong = wrong_tales(session, application);
  if (wrong.empty()) wrong = wrong_ledger(session, row, telnyx);
  return wrong;
}

}  // namespace ringfence::sim
