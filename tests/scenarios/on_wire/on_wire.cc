// See on_wire.h.
#include "on_wire.h"

#include <algorithm>
#include <thread>

#include "codec/session_json.h"
#include "records.h"
#include "shared/json.h"
#include "telnyx_sim/loop_clock.h"

namespace ringfence::scenario {
namespace {

using std::chrono::milliseconds;

// So late may come what a line expects, on a loaded machine; meanwhile it looks, ever more seldom.
constexpr milliseconds kPatience{2500};
constexpr milliseconds kFirstLook{10};
constexpr milliseconds kLastLook{200};
// An answer that changes nothing leaves no trace to wait for.
constexpr milliseconds kAnswerTaken{150};
// After the last line, and so long before the session wants something again by itself.
constexpr Millis kTailMs = 100;
constexpr Millis kBeforeDueMs = 50;

}  // namespace

OnWire::OnWire(const Script& script, Provider& provider, Product& product)
    : script_(script),
      provider_(provider),
      product_(product),
      place_(place_of(script)),
      started_ms_(sim::wall_now_us() / 1000) {
  session_.id = {script.call + "caller-leg"};
  provider_.play(script.call, &mailbox_);
}

// The mailbox is the provider's until it says so itself.
OnWire::~OnWire() {
  Said left;
  provider_.leave(script_.call, [&left] { left.say(0); });
  (void)left.wait();
}

OnWire::Steady::time_point OnWire::real(Millis at_ms) const {
  return started_ + milliseconds(static_cast<Millis>(static_cast<double>(at_ms - kStartMs) * product_.stretch()));
}

Millis OnWire::now_ms() const {
  const auto passed = std::chrono::duration_cast<milliseconds>(Steady::now() - started_).count();
  return kStartMs + static_cast<Millis>(static_cast<double>(passed) / product_.stretch());
}

Millis OnWire::told_ms(Millis at_ms) const {
  return kStartMs + static_cast<Millis>(static_cast<double>(at_ms - started_ms_) / product_.stretch());
}

Millis OnWire::tail_ms() const {
  const Millis due = due_ms(session());
  return due == 0 ? kTailMs : std::clamp<Millis>(told_ms(due) - now_ms() - kBeforeDueMs, 0, kTailMs);
}

std::vector<Command> OnWire::take(const Event& event) {
  if (std::holds_alternative<WebhookFact>(event.body)) tell(event);
  if (const auto* result = std::get_if<CommandResult>(&event.body)) answer(*result);
  if (const auto* ready = std::get_if<DeviceReady>(&event.body)) get_ready(ready->destination.device);
  if (std::holds_alternative<Cancel>(event.body)) {
    const int status = product_.ask("POST", "/calls/" + session_.id.text + "/cancel").status;
    if (status != 200 && status != 404 && status != 409) trouble_ = "the cancel got " + std::to_string(status);
  }
  begin_line();
  return arrived(Steady::now());
}

void OnWire::begin_line() {
  patience_ = Steady::now() + kPatience;
  look_ = kFirstLook;
  stale_ = true;
}

const Session& OnWire::session() const {
  if (stale_) refresh();
  return session_;
}

// Every webhook comes twice, always: the copy is the edge's to recognise.
void OnWire::tell(const Event& event) {
  WebhookFact fact = std::get<WebhookFact>(event.body);
  const int leg = fact.client_state ? fact.client_state->leg : kParent;
  legs_.try_emplace(fact.call_control_id, leg);
  if (fact.type_name == "call.seen") {
    AuditedLeg live{.call_control_id = fact.call_control_id, .call_leg_id = fact.call_leg_id};
    live.client_state = encode_client_state(*fact.client_state);
    live.alive = true;
    provider_.see(script_.call, std::move(live));
    return;
  }
  fact.from = place_.from;
  fact.to = place_.to;
  fact.outbound = fact.incoming && script_.plan.outbound;
  const auto late_ms = static_cast<Millis>(static_cast<double>(event.at_ms - fact.occurred_ms) * product_.stretch());
  fact.occurred_ms = sim::wall_now_us() / 1000 - late_ms;
  const std::string data = event_data(event.id.text, fact);
  if (tell_once(data)) (void)tell_once(data);
}

bool OnWire::tell_once(const std::string& data) {
  Said said;
  provider_.tell(data, [&said](int answer) { said.say(answer); });
  const int answer = said.wait();  // the provider gives up in the end
  if (answer != 200) trouble_ = "a webhook was answered with " + std::to_string(answer);
  return answer == 200;
}

void OnWire::answer(const CommandResult& result) {
  const auto request = waiting_.extract({result.command.text, result.tries});
  if (request.empty()) {
    trouble_ = "nobody waits for this answer";
    return;
  }
  const CommandOutcome& outcome = result.outcome;
  refresh();
  if (result.verb == Verb::audit && outcome.outcome == OutcomeClass::ok) {
    provider_.show_records(request.mapped(), script_.call, outcome.legs);
  } else {
    if (!outcome.call_control_id.empty()) legs_.try_emplace(outcome.call_control_id, result.leg);
    provider_.answer(request.mapped(), reply_of({.verb = result.verb}, outcome, product_.stretch()));
  }
  await_change();
}

void OnWire::get_ready(const std::string& device) {
  const std::string target =
      "/devices/ready?organisation=" + place_.organisation + "&user=" + place_.user + "&device=" + device;
  if (!product_.wake(script_, device)) trouble_ = "the directory was not taken";
  if (product_.ask("POST", target).status != 200) trouble_ = "the device was not let in";
}

void OnWire::interrupt(const std::string& how) {
  if (!product_.order(how)) trouble_ = "nobody is there to end ringd";
  begin_line();
}

std::optional<Performer::Happened> OnWire::pass(Millis at_ms) {
  if (auto commands = arrived(real(at_ms)); !commands.empty()) {
    return Happened{std::min(now_ms(), at_ms), std::move(commands)};
  }
  late_ms_ = std::max(late_ms_, now_ms() - at_ms);
  begin_line();
  return std::nullopt;
}

std::optional<std::vector<Command>> OnWire::more() {
  if (Steady::now() > patience_) return std::nullopt;
  auto commands = arrived(Steady::now() + look_);
  if (commands.empty()) look_ = std::min(2 * look_, kLastLook);
  stale_ = true;
  return commands;
}

// What has been asked by then; the first that comes ends the wait.
std::vector<Command> OnWire::arrived(Steady::time_point until) {
  std::vector<Command> commands;
  while (auto asked = mailbox_.take(commands.empty() ? until : Steady::now())) {
    stale_ = true;
    commands.push_back(known(*std::move(asked)));
  }
  return commands;
}

// What the wire says of a command, and what follows from it.
Command OnWire::known(Asked asked) {
  Command command = std::move(asked.command);
  command.tries = ++tries_[command.id.text];
  if (command.verb == Verb::bridge) {
    const auto leg = legs_.find(command.peer);
    command.leg = leg == legs_.end() ? kUnknownLeg : leg->second;
  }
  if (command.verb == Verb::notify) command.leg = told_leg(command);
  waiting_[{command.id.text, command.tries}] = asked.request;
  return command;
}

// A device that was rung twice has two legs; the notice's id is made of the one it is about.
int OnWire::told_leg(const Command& command) const {
  if (command.to.empty()) return kParent;
  const Session& now = session();
  int leg = kUnknownLeg;
  for (std::size_t i = 0; i < now.legs.size(); ++i) {
    if (now.legs[i].destination.device != command.to) continue;
    leg = static_cast<int>(i);
    if (command_id(now, {.verb = Verb::notify, .leg = leg, .attempt = 1}) == command.id) return leg;
  }
  return leg;
}

// What the store has is what is true.
void OnWire::refresh() const {
  stale_ = false;
  const ctl::Answer answer = product_.ask("GET", "/calls/" + session_.id.text + "?whole=yes");
  if (answer.status == 404) {
    session_ = Session{.id = session_.id};
    version_ = 0;
    ladder_.clear();
  }
  const auto body = parse_json(answer.body);
  if (answer.status != 200 || !body) return;  // ringd may just have been killed
  auto session = decode_session(get_text(body->get(), "document"));
  if (!session) {
    trouble_ = session.error().text;
    return;
  }
  session_ = *std::move(session);
  version_ = static_cast<std::uint64_t>(get_int(body->get(), "version"));
  ladder_.clear();
  std::size_t i = 0;
  const json_t* line = nullptr;
  json_array_foreach(get_array(body->get(), "ladder"), i, line) ladder_.push_back(dump_json(line));
}

// Until the answer has been taken in.
void OnWire::await_change() {
  const std::uint64_t version = version_;
  const auto until = Steady::now() + kAnswerTaken;
  for (auto pause = kFirstLook; version_ == version && Steady::now() < until; pause *= 2) {
    std::this_thread::sleep_for(pause);
    refresh();
  }
}

// Session and ladder are read one after the other: as long as nothing came between, they are of one moment.
std::vector<std::string> OnWire::ladder() {
  const auto until = Steady::now() + kPatience;
  for (std::uint64_t before = 0; Steady::now() < until;) {
    before = (refresh(), version_);
    refresh();
    if (version_ == before) break;
  }
  return ladder_;
}

}  // namespace ringfence::scenario
