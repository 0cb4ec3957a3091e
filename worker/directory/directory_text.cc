// The directory written back in the syntax it is read in: one spelling for each meaning, so that two equal directories
// have equal texts. See directory.h.
#include "core/utc_time.h"
#include "directory/directory.h"
#include "directory/directory_reader.h"
#include "directory/plan_parser.h"
#include "directory/schedule_parser.h"

namespace ringfence {
namespace {

// Lines of one block, indented.
class Writer {
 public:
  Writer(std::string& out, int indent) : out_(out), indent_(static_cast<std::size_t>(indent), ' ') {}
  void word(std::string_view name, std::string_view value) {
    if (!value.empty()) out_.append(indent_).append(name).append(" ").append(value).append(";\n");
  }
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) word(name, conf_quoted(value));
  }
  void patterns(std::string_view name, const Blocklist& list) {
    for (const std::string& pattern : list.patterns()) word(name, pattern);
  }
  void flag(std::string_view name, const std::optional<bool>& value) {
    if (value) word(name, *value ? "on" : "off");
  }
  void hours(const Hours& hours) {
    word("schedule", hours.schedule);
    if (!hours.closed_agent.empty()) word("closed", "agent " + hours.closed_agent);
  }
  void outbound(const Outbound& outbound) {
    if (outbound.caller_id.empty() && outbound.blocked.patterns().empty() && outbound.do_not_call.patterns().empty()) {
      return;
    }
    out_.append(indent_).append("outbound {\n");
    Writer inner(out_, static_cast<int>(indent_.size()) + 4);
    inner.word("caller_id", outbound.caller_id);
    inner.patterns("block", outbound.blocked);
    inner.patterns("do_not_call", outbound.do_not_call);
    out_.append(indent_).append("}\n");
  }

 private:
  std::string& out_;
  std::string indent_;
};

void write_device(std::string& out, const Device& device) {
  out += "        device " + device.name + " {\n";
  Writer writer(out, 12);
  writer.word("sip_username", device.sip_username);
  writer.word("number", device.number);
  if (device.verify != Verify::none) writer.word("verify", name_of(device.verify));
  if (device.last_active_ms != 0) writer.word("last_active_at", format_utc(device.last_active_ms));
  if (device.credential_expires_ms != 0) {
    const bool never = device.credential_expires_ms == kNeverExpires;
    writer.word("credential_expires_at", never ? "never" : format_utc(device.credential_expires_ms));
  }
  out += "        }\n";
}

void write_user(std::string& out, const User& user) {
  out += "    user " + user.name + " {\n";
  Writer writer(out, 8);
  for (const Device& device : user.devices) write_device(out, device);
  for (const PlanSpec& plan : user.plans) out += plan_text(plan, 8);
  writer.word("plan", user.plan);
  writer.hours(user.hours);
  writer.patterns("block", user.blocked);
  if (user.single_device) writer.word("single_device", name_of(*user.single_device));
  writer.flag("record", user.record);
  writer.outbound(user.outbound);
  out += "    }\n";
}

void write_agent(std::string& out, const Agent& agent) {
  out += "    agent " + agent.name + " {\n";
  Writer writer(out, 8);
  writer.text("to", agent.to);
  writer.text("base_url", agent.base_url);
  writer.text("introduction", agent.introduction);
  writer.text("voice", agent.voice);
  writer.text("personality", agent.personality);
  out += "    }\n";
}

void write_number(std::string& out, const Number& number) {
  out += "    number " + number.e164 + " { ";
  out += !number.user.empty()    ? "ring " + number.user + "; "
         : !number.agent.empty() ? "agent " + number.agent + "; "
                                 : "voicemail; ";
  if (!number.plan.empty()) out += "plan " + number.plan + "; ";
  if (!number.hours.schedule.empty()) out += "schedule " + number.hours.schedule + "; ";
  if (!number.hours.closed_agent.empty()) out += "closed agent " + number.hours.closed_agent + "; ";
  out += "}\n";
}

}  // namespace

std::string Directory::text() const {
  std::string out;
  const Organisation usual;
  for (const Organisation& organisation : organisations_) {
    out += "organisation " + organisation.name + " {\n";
    Writer writer(out, 4);
    writer.text("greeting", organisation.greeting);
    writer.word("sip_username", organisation.sip_username);
    if (organisation.channels != 0) writer.word("channels", std::to_string(organisation.channels));
    if (organisation.single_device != usual.single_device) {
      writer.word("single_device", name_of(organisation.single_device));
    }
    if (!organisation.record) writer.word("record", "off");
    if (organisation.share_with_agents != usual.share_with_agents) {
      writer.word("share_with_agents", name_of(organisation.share_with_agents));
    }
    writer.patterns("block", organisation.blocked);
    if (organisation.reject_as_busy) writer.word("reject_as", "busy");
    writer.outbound(organisation.outbound);
    for (const Schedule& schedule : organisation.schedules) out += schedule_text(schedule);
    for (const Agent& agent : organisation.agents) write_agent(out, agent);
    for (const User& user : organisation.users) write_user(out, user);
    for (const Number& number : organisation.numbers) write_number(out, number);
    out += "}\n";
  }
  return out;
}

}  // namespace ringfence
