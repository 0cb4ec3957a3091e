// See plan_parser.h.
#include "directory/plan_parser.h"

#include <array>

#include "shared/conf_values.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using Done = DirectoryReader::Done;

constexpr std::array kVerifies = {Verify::none, Verify::press1, Verify::amd, Verify::press1_if_fast};

class Parser {
 public:
  Parser(const DirectoryReader& reader, const PlanRules& rules) : reader_(reader) { plan_.ring_ms = rules.ring_ms; }

  Result<PlanSpec> run(std::string name, const std::vector<ConfDirective>& body, int line) {
    plan_.name = std::move(name);
    plan_.line = plan_.ring_line = plan_.channels_line = plan_.hold_line = line;
    DirectoryReader::Lines seen;
    for (const ConfDirective& directive : body) {
      if (auto done = read(directive, seen); !done) return std::unexpected(done.error());
    }
    if (plan_.waves.empty()) {
      return reader_.error(line, "plan " + plan_.name + " rings nobody; expected at least one wave { device NAME; }");
    }
    return std::move(plan_);
  }

 private:
  Done read(const ConfDirective& directive, DirectoryReader::Lines& seen) {
    if (directive.name == "wave") return wave(directive);
    if (directive.name == "ring") {
      plan_.ring_line = directive.line;
      return reader_.duration(directive, seen, plan_.ring_ms);
    }
    if (directive.name == "max_channels") {
      plan_.channels_line = directive.line;
      return reader_.number(directive, seen, 1, static_cast<int>(limits::kLegs), plan_.max_channels);
    }
    if (directive.name == "hold_losers") {
      plan_.hold_line = directive.line;
      return reader_.duration(directive, seen, plan_.hold_losers_ms);
    }
    if (directive.name == "on_decline") {
      return reader_.choice(directive, seen, {OnRefusal::ring_on, OnRefusal::stop}, plan_.on_decline);
    }
    if (directive.name == "on_busy") {
      return reader_.choice(directive, seen, {OnRefusal::ring_on, OnRefusal::stop}, plan_.on_busy);
    }
    if (directive.name == "on_winner_lost") {
      return reader_.choice(directive, seen, {OnWinnerLost::voicemail, OnWinnerLost::ring_again, OnWinnerLost::hangup},
                            plan_.on_winner_lost);
    }
    if (directive.name == "on_unanswered") {
      return reader_.choice(directive, seen, {OnUnanswered::voicemail, OnUnanswered::hangup}, plan_.on_unanswered);
    }
    return reader_.unknown(
        directive, "plan",
        {"wave", "ring", "max_channels", "hold_losers", "on_decline", "on_busy", "on_winner_lost", "on_unanswered"});
  }

  Done wave(const ConfDirective& block) {
    if (!block.has_block) {
      return reader_.error(block.line,
                           "a wave needs a block; expected wave { device NAME; } or wave after=10s { ... }");
    }
    if (plan_.waves.size() == limits::kWaves) {
      return reader_.error(
          block.line, "plan " + plan_.name + " has too many waves; expected at most " + std::to_string(limits::kWaves));
    }
    PlanWave& wave = plan_.waves.emplace_back();
    wave.line = block.line;
    for (const std::string& arg : block.args) {
      Millis after_ms = 0;
      if (!arg.starts_with("after=") || wave.after_ms) {
        return reader_.error(block.line, in_quotes(arg) + " is nothing a wave has; expected after=10s, once");
      }
      if (auto done = span(block.line, arg, after_ms); !done) return done;
      wave.after_ms = after_ms;
    }
    for (const ConfDirective& directive : block.block) {
      if (directive.name != "device") return reader_.unknown(directive, "wave", {"device"});
      if (auto done = device(directive, wave.devices.emplace_back()); !done) return done;
    }
    if (!wave.devices.empty()) return {};
    return reader_.error(block.line, "this wave rings nobody; expected device NAME;");
  }

  Done device(const ConfDirective& directive, PlanDevice& device) {
    device.line = directive.line;
    if (directive.has_block || directive.args.empty() || !is_directory_name(directive.args[0])) {
      return reader_.error(directive.line,
                           "expected device NAME; perhaps with delay=2s timeout=20s verify=press1 priority=1");
    }
    device.name = directive.args[0];
    if (auto done = reader_.once(directive.line, "device " + device.name, device.name, devices_); !done) return done;
    DirectoryReader::Lines seen;
    for (std::size_t i = 1; i < directive.args.size(); ++i) {
      const std::string& arg = directive.args[i];
      const std::string name = arg.substr(0, arg.find('='));
      if (auto done = reader_.once(directive.line, in_quotes(name), name, seen); !done) return done;
      if (auto done = option(directive.line, arg, name, device); !done) return done;
    }
    return {};
  }

  Done option(int line, const std::string& arg, const std::string& name, PlanDevice& device) const {
    if (name == "delay") return span(line, arg, device.delay_ms);
    if (name == "timeout") {
      if (auto done = span(line, arg, device.timeout_ms); !done) return done;
      if (device.timeout_ms >= limits::kRingMinMs && device.timeout_ms <= limits::kRingMaxMs) return {};
      return reader_.error(line, "device " + device.name + " cannot ring for " + duration_text(device.timeout_ms) +
                                     "; expected 5s to 600s, as the provider has it");
    }
    const std::string value = arg.size() > name.size() ? arg.substr(name.size() + 1) : std::string();
    if (name == "priority") {
      const std::optional<std::int64_t> priority = parse_number(value);
      if (!priority || *priority < 0 || *priority > 1000) {
        return reader_.error(line, in_quotes(arg) + " cannot be; expected priority=0 to priority=1000, smaller first");
      }
      device.priority = static_cast<int>(*priority);
      return {};
    }
    if (name == "verify") {
      for (const Verify one : kVerifies) {
        if (value == name_of(one)) device.verify = one;
      }
      if (device.verify) return {};
      return reader_.no_choice(line, "verify", value, "none, press1, amd, press1_if_fast");
    }
    return reader_.error(line, in_quotes(arg) +
                                   " is nothing a device of a wave has; expected delay=, timeout=, "
                                   "verify= or priority=");
  }

  // `word=2s`
  Done span(int line, const std::string& arg, Millis& out) const {
    const std::size_t equals = arg.find('=');
    const auto span =
        equals == std::string::npos ? std::nullopt : parse_duration_ms(std::string_view(arg).substr(equals + 1));
    if (!span || *span < 0 || *span > limits::kRingMaxMs) {
      return reader_.error(line, in_quotes(arg) + " is not a span of time; expected such as " +
                                     arg.substr(0, std::min<std::size_t>(equals, 16)) + "=10s, at most 600s");
    }
    out = *span;
    return {};
  }

  const DirectoryReader& reader_;
  PlanSpec plan_;
  DirectoryReader::Lines devices_;
};

std::string device_text(const PlanDevice& device) {
  std::string out = "device " + device.name;
  if (device.delay_ms != 0) out += " delay=" + duration_text(device.delay_ms);
  if (device.timeout_ms != 0) out += " timeout=" + duration_text(device.timeout_ms);
  if (device.verify) out.append(" verify=").append(name_of(*device.verify));
  if (device.priority != 0) out += " priority=" + std::to_string(device.priority);
  return out + ";\n";
}

}  // namespace

Result<PlanSpec> parse_plan_block(const DirectoryReader& reader, const ConfDirective& block, const PlanRules& rules) {
  return Parser(reader, rules).run(block.args[0], block.block, block.line);
}

Result<PlanSpec> parse_plan_text(std::string_view file_name, std::string_view text, const PlanRules& rules) {
  const Result<std::vector<ConfDirective>> directives = parse_conf(file_name, text);
  if (!directives) return std::unexpected(directives.error());
  const DirectoryReader reader(file_name);
  if (directives->empty() || directives->front().name != "plan")
    return Parser(reader, rules).run("plan", *directives, 1);
  DirectoryReader::Lines seen;
  if (auto done = reader.named_block(directives->front(), seen); !done) return std::unexpected(done.error());
  if (directives->size() > 1) {
    return reader.error((*directives)[1].line, "expected nothing after the plan; one file is one plan");
  }
  return parse_plan_block(reader, directives->front(), rules);
}

std::string plan_text(const PlanSpec& plan, int indent) {
  const std::string outer(static_cast<std::size_t>(indent), ' '), inner = outer + "    ";
  std::string out = outer + "plan " + plan.name + " {\n";
  for (const PlanWave& wave : plan.waves) {
    out += inner + "wave " + (wave.after_ms ? "after=" + duration_text(*wave.after_ms) + " " : "") + "{\n";
    for (const PlanDevice& device : wave.devices) out += inner + "    " + device_text(device);
    out += inner + "}\n";
  }
  const PlanSpec usual;
  const auto line = [&](std::string_view name, std::string_view value) {
    out.append(inner).append(name).append(" ").append(value).append(";\n");
  };
  line("ring", duration_text(plan.ring_ms));
  if (plan.max_channels != 0) line("max_channels", std::to_string(plan.max_channels));
  if (plan.on_decline != usual.on_decline) line("on_decline", name_of(plan.on_decline));
  if (plan.on_busy != usual.on_busy) line("on_busy", name_of(plan.on_busy));
  if (plan.on_winner_lost != usual.on_winner_lost) line("on_winner_lost", name_of(plan.on_winner_lost));
  if (plan.on_unanswered != usual.on_unanswered) line("on_unanswered", name_of(plan.on_unanswered));
  if (plan.hold_losers_ms != 0) line("hold_losers", duration_text(plan.hold_losers_ms));
  return out + outer + "}\n";
}

}  // namespace ringfence
