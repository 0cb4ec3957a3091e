// See load.h. Each call: the first device to be dialled answers, the others never do, the caller leaves after talking.
#include "telnyx_sim/load.h"

#include <algorithm>
#include <cmath>

namespace ringfence::sim {
namespace {

double real_of(const json_t* body, const char* key, double fallback) {
  const json_t* value = json_object_get(body, key);
  return json_is_number(value) ? json_number_value(value) : fallback;
}

void sample(std::vector<double>& samples, std::int64_t from_us, std::int64_t to_us) {
  if (samples.size() < kLoadSamples) samples.push_back(static_cast<double>(to_us - from_us) / 1000.0);
}

Json percentiles(std::vector<double> samples) {
  Json out = json_object_new();
  set_int(out.get(), "count", samples.size());
  if (samples.empty()) return out;
  std::sort(samples.begin(), samples.end());
  const auto at = [&](double share) {
    return samples[static_cast<std::size_t>(std::floor(share * static_cast<double>(samples.size() - 1)))];
  };
  json_object_set_new(out.get(), "p50_ms", json_real(at(0.50)));
  json_object_set_new(out.get(), "p90_ms", json_real(at(0.90)));
  json_object_set_new(out.get(), "p99_ms", json_real(at(0.99)));
  json_object_set_new(out.get(), "max_ms", json_real(samples.back()));
  return out;
}

}  // namespace

Load::Load(Simulation& simulation) : simulation_(simulation) {
  simulation_.on_move = [this](Leg& leg, Move move) { moved(leg, move); };
  simulation_.on_forget = [this](const Session& session) { forgotten(session); };
  simulation_.desk.on_command = [this](const Session& session, Verb verb) { command(session, verb); };
}

Result<void> Load::start(const json_t* body) {
  if (started_ < wanted_) return fail(ErrorCode::invalid, "a load is running; POST /_sim/reset ends it");
  const double rate = real_of(body, "calls_per_second", 10), seconds = real_of(body, "seconds", 10);
  if (rate <= 0 || seconds <= 0 || rate > 20000 || seconds > 3600)
    return fail(ErrorCode::invalid, "calls_per_second must be in (0, 20000], seconds in (0, 3600]");
  if (get_text(body, "to").empty()) return fail(ErrorCode::invalid, "a load needs \"to\", the number that is called");
  clear();
  rate_ = rate;
  to_ = get_text(body, "to");
  legs_ = get_int(body, "legs", 5);
  answer_after_ms_ = get_int(body, "answer_after_ms", 200);
  talk_ms_ = get_int(body, "talk_ms", 200);
  wanted_ = static_cast<std::int64_t>(std::ceil(rate * seconds));
  began_us_ = simulation_.scheduler.now_us();
  step();
  return {};
}

void Load::step() {
  const double elapsed_s = static_cast<double>(simulation_.scheduler.now_us() - began_us_) / 1e6;
  const auto due = std::min(wanted_, static_cast<std::int64_t>(elapsed_s * rate_) + 1);
  while (started_ < due) start_one();
  if (started_ < wanted_)
    simulation_.scheduler.after_ms(kLoadStepMs, [this, run = run_] {
      if (run == run_) step();
    });
}

void Load::start_one() {
  ++started_;
  Script script;
  script.caller.hang_up_after_bridged_ms = talk_ms_;
  script.caller.hang_up_after_ms = kLoadPatienceMs;
  Person everybody;
  everybody.to = "*";
  everybody.only_first = true;
  everybody.answer_after_ms = answer_after_ms_;
  script.people.push_back(std::move(everybody));
  const std::string from = "+1202555" + std::to_string(1000 + simulation_.random.next() % 9000);
  Session& session = simulation_.world.open_call(from, to_, "");
  calls_.emplace(session.id, Call{});
  simulation_.people.direct(session.id, std::move(script));
  simulation_.world.announce(session);
}

void Load::first_attempt(const WebhookRecord& webhook) {
  if (calls_.empty()) return;
  const auto call = calls_.find(webhook.session->id);
  if (call == calls_.end()) return;
  const bool of_parent = webhook.to == "caller";
  if (of_parent && webhook.type == "call.initiated") call->second.webhook_us = simulation_.scheduler.now_us();
  if (!of_parent && webhook.type == "call.answered") call->second.answered_webhook_us = simulation_.scheduler.now_us();
}

void Load::command(const Session& session, Verb verb) {
  if (calls_.empty()) return;
  const auto found = calls_.find(session.id);
  if (found == calls_.end() || found->second.webhook_us == 0) return;
  Call& call = found->second;
  const std::int64_t now_us = simulation_.scheduler.now_us();
  if (!call.commanded) sample(first_command_ms_, call.webhook_us, now_us);
  call.commanded = true;
  if (verb == Verb::dial && ++call.dials == legs_ && !call.dialled) {
    call.dialled = true;
    sample(all_dialled_ms_, call.webhook_us, now_us);
  }
  if (verb == Verb::bridge && !call.bridge_commanded && call.answered_webhook_us != 0) {
    call.bridge_commanded = true;
    sample(answer_to_bridge_ms_, call.answered_webhook_us, now_us);
  }
}

void Load::moved(Leg& leg, Move move) {
  if (calls_.empty() || (move != Move::bridged && move != Move::session_ended)) return;
  const auto found = calls_.find(leg.session->id);
  if (found == calls_.end()) return;
  Call& call = found->second;
  if (move == Move::bridged) {
    call.bridged = true;
    return;
  }
  ++completed_;
  last_done_us_ = simulation_.scheduler.now_us();
  const std::string_view outcome = call.bridged && call.dials == legs_ ? "bridged"
                                   : call.bridged                      ? "bridged_with_other_legs"
                                   : leg.session->voicemail            ? "voicemail"
                                   : call.commanded                    ? "ended_unbridged"
                                                                       : "never_commanded";
  ++outcomes_[std::string(outcome)];
  calls_.erase(found);
}

void Load::forgotten(const Session& session) { calls_.erase(session.id); }

void Load::clear() {
  ++run_;
  calls_.clear();
  outcomes_.clear();
  first_command_ms_.clear();
  all_dialled_ms_.clear();
  answer_to_bridge_ms_.clear();
  wanted_ = started_ = completed_ = 0;
  last_done_us_ = 0;
}

Json Load::report() const {
  Json out = json_object_new();
  set_bool(out.get(), "running", started_ < wanted_);
  set_int(out.get(), "wanted", wanted_);
  set_int(out.get(), "started", started_);
  set_int(out.get(), "completed", completed_);
  set_int(out.get(), "open", calls_.size());
  const double span_s = static_cast<double>(last_done_us_ - began_us_) / 1e6;
  json_object_set_new(out.get(), "completed_per_second",
                      json_real(completed_ > 0 && span_s > 0 ? static_cast<double>(completed_) / span_s : 0));
  set_json(out.get(), "webhook_to_first_command", percentiles(first_command_ms_));
  set_json(out.get(), "webhook_to_all_dialled", percentiles(all_dialled_ms_));
  set_json(out.get(), "answer_to_bridge", percentiles(answer_to_bridge_ms_));
  Json outcomes = json_object_new();
  for (const auto& [outcome, count] : outcomes_) set_int(outcomes.get(), outcome.c_str(), count);
  set_json(out.get(), "outcomes", std::move(outcomes));
  return out;
}

}  // namespace ringfence::sim
