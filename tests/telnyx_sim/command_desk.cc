// See command_desk.h.
#include "telnyx_sim/command_desk.h"

#include <algorithm>

namespace ringfence::sim {
namespace {

std::string success_body(Json data) {
  Json body = json_object_new();
  set_json(body.get(), "data", std::move(data));
  return dump_json(body.get());
}

VerbCount& count_of(Journal& journal, Verb verb) {
  const std::string_view name = verb_name(verb);
  const auto found = journal.counters.verbs.find(name);
  return found != journal.counters.verbs.end() ? found->second : journal.counters.verbs[std::string(name)];
}

}  // namespace

Leg* CommandDesk::describe(Order& order, std::string_view target) {
  order.target = target;
  order.command_id = get_text(order.body.get(), "command_id");
  const std::string_view anchor = order.verb == Verb::dial ? get_text(order.body.get(), "link_to") : target;
  Leg* leg = anchor.empty() ? nullptr : world_.find_leg(anchor);
  if (order.verb == Verb::dial) {
    const json_t* destination = json_object_get(order.body.get(), "to");
    if (json_is_array(destination)) destination = json_array_get(destination, 0);
    order.to = json_is_string(destination) ? json_string_value(destination) : "";
  } else if (leg != nullptr) {
    order.to = leg->inbound ? "parent" : leg->to;
  }
  return leg;
}

void CommandDesk::receive(Verb verb, std::string_view target, std::string_view text, ReplyFn reply) {
  VerbCount& count = count_of(journal_, verb);
  ++count.received;
  auto parsed = parse_json(text.empty() ? "{}" : text);  // the documentation's own examples send no body
  const auto breach = parsed ? check_request(verb, parsed->get()) : std::optional(malformed_json());
  Order order;
  order.verb = verb;
  if (parsed) order.body = std::move(*parsed);
  if (const Leg* leg = describe(order, target)) {
    open_record(order, leg->session, order.to);
    if (on_command) on_command(*leg->session, verb);
  }
  if (breach) {
    ++journal_.counters.contract_violations;
    Done done{refusal(*breach), "refused", breach->code};
    close(order, done);
    return reply(std::move(done.reply));
  }
  if (const auto fault = faults_.for_command(order.session, verb_name(verb), order.to)) {
    ++count.faulted;
    return carry_out(std::move(order), *fault, std::move(reply));
  }
  reply(run(order, ""));
}

// `note` names the fault in the records of a command that was executed under one.
Reply CommandDesk::run(Order& order, std::string_view note) {
  Done done = execute(order, true);
  if (done.outcome == "executed" && !note.empty()) done.outcome = note;
  close(order, done);
  return std::move(done.reply);
}

Reply CommandDesk::run_later(std::uint64_t number) {
  auto order = delayed_.extract(number);
  return order.empty() ? refusal(unexpected(503)) : run(order.mapped(), "");
}

void CommandDesk::carry_out(Order order, const FaultRule& fault, ReplyFn reply) {
  switch (fault.kind) {
    case FaultKind::latency: {
      const std::uint64_t number = ++delayed_count_;
      delayed_.emplace(number, std::move(order));
      return held_.answer_later(
          fault.ms, [this, number] { return run_later(number); }, std::move(reply));
    }
    case FaultKind::hold_response: {
      Reply made = run(order, "");
      return held_.answer_later(
          fault.ms, [made = std::move(made)] { return made; }, std::move(reply));
    }
    case FaultKind::execute_never_answer:
      run(order, "execute_never_answer");
      return held_.lose(std::move(reply));
    case FaultKind::execute_later: {
      close(order, {{0, "", 0}, "execute_later", ""});
      const std::uint64_t number = ++delayed_count_;
      delayed_.emplace(number, std::move(order));
      scheduler_.after_ms(fault.ms, [this, number] { run_later(number); });
      return held_.lose(std::move(reply));
    }
    case FaultKind::drop:
      close(order, {{0, "", 0}, "drop", ""});
      return held_.lose(std::move(reply));
    case FaultKind::bridge_not_made: {
      Done done = execute(order, false);
      if (done.outcome == "executed")
        done.outcome = "bridge_not_made";
      else
        faults_.give_back(fault);  // it was refused or ignored anyway; the fault is for one that would be made
      close(order, done);
      return reply(std::move(done.reply));
    }
    default: {
      const ApiError error = fault_error(fault);
      Reply refused = refusal(error);
      if (fault.kind == FaultKind::rate_limit) refused.retry_after_s = fault.retry_after_s;
      close(order, {refused, std::string(fault_name(fault.kind)), error.code});
      return reply(std::move(refused));
    }
  }
}

CommandDesk::Done CommandDesk::execute(Order& order, bool bridge_is_made) {
  return order.verb == Verb::dial ? execute_dial(order) : execute_action(order, bridge_is_made);
}

CommandDesk::Done CommandDesk::execute_dial(Order& order) {
  if (const RememberedCommand* before = remembered_dial(order.command_id))
    return {{200, before->body, 0}, "ignored", ""};
  auto data = world_.dial(order.body.get(), [&](Leg& leg) {
    if (order.record == kNoRecord) open_record(order, leg.session, leg.to);
  });
  if (!data) return {refusal(data.error()), "refused", data.error().code};
  Done done{{200, success_body(std::move(*data)), 0}, "executed", ""};
  remember_dial(order.command_id, done.reply.body);
  return done;
}

CommandDesk::Done CommandDesk::execute_action(Order& order, bool bridge_is_made) {
  Leg* leg = world_.find_leg(order.target);
  if (leg == nullptr) {
    const ApiError error = invalid_control_id("/call_control_id");
    return {refusal(error), "refused", error.code};
  }
  const std::int64_t now_us = scheduler_.now_us();
  if (!order.command_id.empty()) {
    const auto before = leg->remembered.find(order.command_id);
    if (before != leg->remembered.end() && before->second.until_us > now_us)
      return {{200, before->second.body, 0}, "ignored", ""};
  }
  auto data = world_.command(order.verb, *leg, order.body.get(), bridge_is_made);
  if (!data) return {refusal(data.error()), "refused", data.error().code};
  Done done{{200, success_body(std::move(*data)), 0}, "executed", ""};
  // Executing may have forgotten an old session, never this one: its leg was alive a moment ago.
  if (order.command_id.empty()) return done;
  if (leg->remembered.size() >= kRememberedCommands)
    std::erase_if(leg->remembered, [&](const auto& entry) { return entry.second.until_us <= now_us; });
  if (leg->remembered.size() < kRememberedCommands)
    leg->remembered[order.command_id] = {now_us + kCommandIdWindowUs, done.reply.body};
  return done;
}

const RememberedCommand* CommandDesk::remembered_dial(const std::string& command_id) {
  const auto found = command_id.empty() ? dials_.end() : dials_.find(command_id);
  return found == dials_.end() || found->second.until_us <= scheduler_.now_us() ? nullptr : &found->second;
}

void CommandDesk::remember_dial(const std::string& command_id, const std::string& body) {
  if (command_id.empty()) return;
  while (!dial_order_.empty()) {
    const auto oldest = dials_.find(dial_order_.front());
    const bool over = oldest == dials_.end() || oldest->second.until_us <= scheduler_.now_us();
    if (!over && dial_order_.size() < kRememberedDials) break;
    if (oldest != dials_.end()) dials_.erase(oldest);
    dial_order_.pop_front();
  }
  dials_[command_id] = {scheduler_.now_us() + kCommandIdWindowUs, body};
  dial_order_.push_back(command_id);
}

void CommandDesk::open_record(Order& order, Session* session, std::string_view to) {
  order.session = session->id;
  if (session->commands.size() >= kCommandsPerSession) return;
  order.record = session->commands.size();
  CommandRecord record;
  record.verb = verb_name(order.verb);
  record.command_id = order.command_id;
  record.target = order.target;
  record.to = to;
  record.at_us = scheduler_.now_us();
  session->commands.push_back(std::move(record));
}

void CommandDesk::close(const Order& order, const Done& done) {
  VerbCount& count = count_of(journal_, order.verb);
  if (done.outcome == "executed" || done.outcome == "execute_never_answer" || done.outcome == "bridge_not_made")
    ++count.executed;
  if (done.outcome == "ignored") {
    ++count.ignored;
    ++journal_.counters.ignored_duplicates;
  }
  if (done.outcome == "refused") ++count.refused;
  LogEntry entry;
  entry.at_us = scheduler_.now_us();
  entry.call = order.session;
  entry.what = "command";
  entry.detail = verb_name(order.verb);
  entry.id = order.command_id;
  entry.leg = order.target;
  entry.code = done.code.empty() && done.outcome != "executed" ? done.outcome : done.code;
  entry.status = done.reply.status;
  if (Session* session = order.session.empty() ? nullptr : world_.find_session(order.session);
      session != nullptr && order.record < session->commands.size()) {
    CommandRecord& record = session->commands[order.record];
    entry.who = record.to;
    record.outcome = done.outcome;
    record.code = done.code;
    record.status = done.outcome == "execute_never_answer" ? 0 : done.reply.status;
  }
  journal_.add(std::move(entry));
}

void CommandDesk::clear() {
  dials_.clear();
  dial_order_.clear();
  delayed_.clear();
  held_.clear();
}

}  // namespace ringfence::sim
