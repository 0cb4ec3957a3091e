// See provider.h.
#include "provider.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <map>
#include <set>
#include <thread>
#include <utility>

#include "core/client_state.h"
#include "core/rules.h"
#include "records.h"
#include "shared/json.h"
#include "telnyx_sim/checks.h"
#include "telnyx_sim/http_client.h"
#include "telnyx_sim/http_server.h"
#include "telnyx_sim/signer.h"

namespace ringfence::scenario {
namespace {

// A webhook that was not taken is sent again, as the provider does it, until nobody would wait for it any more.
constexpr int kAttempts = 20;
constexpr std::int64_t kRetryMs = 100;
constexpr std::int64_t kAnswerMs = 2000;

using Done = std::function<void(int)>;

// "w12-caller-leg": the call is "w12-".
std::string call_of(std::string_view id) { return std::string(id.substr(0, id.find('-') + 1)); }

struct LoopFree {
  void operator()(event_base* base) const noexcept { event_base_free(base); }
};
struct EventFree {
  void operator()(event* watched) const noexcept { event_free(watched); }
};

// "/v2/calls" or "/v2/calls/ID/actions/ACTION"
bool read_verb(const std::vector<std::string>& path, Verb& verb) {
  if (path.size() == 2) return parse_verb("dial", verb);
  return path.size() == 5 && parse_verb(path[4] == "gather_using_speak" ? "gather" : path[4], verb);
}

Command read_command(Verb verb, const json_t* body) {
  Command command{.id = {std::string(get_text(body, "command_id"))}, .verb = verb};
  const auto state = decode_client_state(get_text(body, "client_state"));
  const auto target = decode_client_state(get_text(body, "target_leg_client_state"));
  if (state) command.leg = state->leg;
  if (target) command.leg = target->leg;
  if (state && verb == Verb::speak) command.attempt = state->generation;
  if (verb == Verb::bridge) command.peer = get_text(body, "call_control_id");
  command.dual_channel = get_text(body, "channels") == "dual";
  return command;
}

}  // namespace

void Said::say(int what) {
  const std::lock_guard lock(mutex_);
  what_ = what;
  heard_.notify_one();
}

int Said::wait() {
  std::unique_lock lock(mutex_);
  heard_.wait(lock, [this] { return what_.has_value(); });
  return *what_;
}

void Mailbox::put(Asked asked) {
  const std::lock_guard lock(mutex_);
  asked_.push_back(std::move(asked));
  filled_.notify_one();
}

std::optional<Asked> Mailbox::take(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  if (!filled_.wait_until(lock, until, [this] { return !asked_.empty(); })) return std::nullopt;
  Asked asked = std::move(asked_.front());
  asked_.pop_front();
  return asked;
}

// Everything but `post` and `strange` happens on the loop's thread.
class Provider::Parts {
 public:
  Parts(std::string sweep) : sweep_(std::move(sweep)) {
    woken_.reset(event_new(base_.get(), wake_, EV_READ | EV_PERSIST, &Parts::run_posted, this));
    event_add(woken_.get(), nullptr);
  }
  ~Parts() {
    post([this] {
      for (auto& [number, reply] : waiting_) reply({.status = 503, .body = "{}"});
      event_base_loopbreak(base_.get());
    });
    if (thread_.joinable()) thread_.join();
    woken_.reset();
    ::close(wake_);
  }

  Result<std::uint16_t> start() {
    auto port = server_.listen("127.0.0.1", 0);
    if (port) thread_ = std::thread([this] { event_base_dispatch(base_.get()); });
    return port;
  }
  void post(std::function<void()> what) {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(what));
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
  }

  void play(const std::string& call, Mailbox* mailbox) {
    const Call before = std::exchange(calls_[call], {.mailbox = mailbox, .open = {}, .found = {}, .seen = {}});
    for (const auto& [number, command] : before.open) end(number, command);
  }
  void answer(std::uint64_t request, const sim::Reply& reply) {
    const auto waiting = waiting_.extract(request);
    if (!waiting.empty()) waiting.mapped()(reply);
  }
  void show(std::uint64_t request, const std::string& call, std::vector<AuditedLeg> legs) {
    calls_[call].found = std::move(legs);
    answer(request, {.status = 200, .body = event_records(session_of(call), calls_[call].found)});
  }
  void see(const std::string& call, AuditedLeg leg) { calls_[call].seen.push_back(std::move(leg)); }

  void tell(const std::string& data, int attempt, Done done) {
    sim::Post post;
    post.to = endpoint;
    post.timeout_ms = kAnswerMs;
    post.body = R"({"data":)" + data + R"(,"meta":{"attempt":)" + std::to_string(attempt) + R"(,"delivered_to":")" +
                endpoint.url + R"("}})";
    const std::string timestamp = std::to_string(sim::wall_now_us() / 1'000'000);
    post.headers = {{"Content-Type", "application/json"},
                    {"User-Agent", "telnyx-webhooks"},
                    {"telnyx-timestamp", timestamp},
                    {"telnyx-signature-ed25519", signer.sign(timestamp, post.body)}};
    post.done = [this, data, attempt, done = std::move(done)](int status, const std::string&) {
      const bool again = status == 0 || status >= 500;
      if (!again || attempt == kAttempts) return done(status);
      scheduler_.after_ms(kRetryMs, [this, data, attempt, done] { tell(data, attempt + 1, done); });
    };
    client_.send(std::move(post));
  }

  std::vector<std::string> strange() const {
    const std::lock_guard lock(mutex_);
    return strange_;
  }

  sim::Signer signer = sim::Signer::random();
  sim::Endpoint endpoint;

 private:
  struct Call {
    Mailbox* mailbox = nullptr;
    std::map<std::uint64_t, Command> open;  // handed to it; not taken out when answered: a number counts once
    std::vector<AuditedLeg> found;          // by the audit that asks on for live calls
    std::vector<AuditedLeg> seen;           // in the connection's list
  };

  static void run_posted(evutil_socket_t fd, short, void* self) noexcept {
    auto* parts = static_cast<Parts*>(self);
    const sim::LoopClock::Turn turn(parts->clock_);
    std::uint64_t ignored = 0;
    (void)!::read(fd, &ignored, sizeof ignored);
    std::vector<std::function<void()>> posted;
    {
      const std::lock_guard lock(parts->mutex_);
      posted = std::exchange(parts->posted_, {});
    }
    for (const auto& what : posted) what();
  }
  static std::string session_of(const std::string& call) { return call + "the-session"; }

  void receive(const sim::HttpRequest& request, sim::ReplyFn reply) {
    const auto path = sim::path_segments(request.path);
    if (path.size() >= 2 && path[0] == "applications") return told(request, std::move(reply));
    if (path.size() == 2 && path[1] == "call_events") {
      return audit(sim::query_values(request.query)["filter[application_session_id]"], std::move(reply));
    }
    if (path.size() == 4 && path[1] == "connections") return reply({.status = 200, .body = live_calls(path[2])});
    const bool dial = path.size() == 2;
    Verb verb{};
    const auto body = parse_json(request.body);
    if (!read_verb(path, verb) || !body) return refuse(request, "no such request", std::move(reply));
    const auto known = sim::verb_of(dial ? "dial" : path[4]);
    const auto broken = known ? sim::check_request(*known, body->get()) : std::nullopt;
    if (broken) return refuse(request, broken->title + " " + broken->pointer, std::move(reply));
    const auto state = decode_client_state(get_text(body->get(), "client_state"));
    if (!state) return refuse(request, "a command without our client_state", std::move(reply));
    Command command = read_command(verb, body->get());
    if (!dial) command.call_control_id = path[2];
    hand(call_of(state->session.text), std::move(command), std::move(reply));
  }

  void told(const sim::HttpRequest& request, sim::ReplyFn reply) {
    const auto body = parse_json(request.body);
    const json_t* data = body ? get_object(body->get(), "data") : nullptr;
    Command command{.id = {request.webhook_id}, .verb = Verb::notify};
    const std::string_view type = get_text(body ? body->get() : nullptr, "type");
    if (type == "call.device") command.to = get_text(data, "device");
    if (type == "call.recording") command.attempt = rules::kRecordingNotice;
    if (type == "call.ringing") command.attempt = rules::kRingingNotice;
    hand(call_of(get_text(data, "call")), std::move(command), std::move(reply));
  }

  // The look of a sweep into the records of a call that it has found is no scenario's.
  void audit(const std::string& session, sim::ReplyFn reply) {
    const std::string call = call_of(session);
    if (!calls_[call].seen.empty()) return reply({.status = 200, .body = event_records(session, {})});
    hand(call, {.id = {"look-" + std::to_string(next_ + 1)}, .verb = Verb::audit}, std::move(reply));
  }

  std::string live_calls(const std::string& connection) {
    if (connection != sweep_) {
      const std::string call = call_of(connection);
      return call_records(session_of(call), calls_[call].found);
    }
    std::vector<std::pair<std::string, std::vector<AuditedLeg>>> all;
    for (const auto& [name, call] : calls_) all.emplace_back(session_of(name), call.seen);
    return call_records(all);
  }

  void hand(const std::string& name, Command command, sim::ReplyFn reply) {
    const std::uint64_t number = ++next_;
    waiting_[number] = std::move(reply);
    Call& call = calls_[name];
    if (call.mailbox == nullptr) return end(number, command);
    call.open.emplace(number, command);
    call.mailbox->put({.command = std::move(command), .request = number});
  }

  // Nobody plays this call any more: everything in it has ended.
  void end(std::uint64_t number, const Command& command) {
    const bool told = command.verb == Verb::notify || command.verb == Verb::audit;
    if (told) return answer(number, {.status = 200, .body = event_records("", {})});
    answer(number, refusal(422, "90018"));
  }

  void refuse(const sim::HttpRequest& request, const std::string& why, const sim::ReplyFn& reply) {
    {
      const std::lock_guard lock(mutex_);
      strange_.push_back(request.method + " " + request.path + ": " + why);
    }
    reply(refusal(422, "10015"));
  }

  std::unique_ptr<event_base, LoopFree> base_{event_base_new()};
  int wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::unique_ptr<event, EventFree> woken_;
  sim::Scheduler scheduler_{sim::wall_now_us()};
  sim::LoopClock clock_{base_.get(), scheduler_, sim::wall_now_us()};
  sim::HttpClient client_{base_.get(), clock_};
  sim::HttpServer server_{base_.get(), clock_, [this](const sim::HttpRequest& request, sim::ReplyFn reply) {
                            receive(request, std::move(reply));
                          }};
  std::string sweep_;
  std::map<std::string, Call> calls_;
  std::map<std::uint64_t, sim::ReplyFn> waiting_;
  std::uint64_t next_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::vector<std::string> strange_;
  std::thread thread_;
};

Provider::Provider(const std::string& webhook_url, std::string sweep)
    : parts_(std::make_unique<Parts>(std::move(sweep))) {
  public_key_ = parts_->signer.public_key();
  if (auto endpoint = sim::parse_endpoint(webhook_url)) parts_->endpoint = *std::move(endpoint);
}
Provider::~Provider() = default;

Result<std::uint16_t> Provider::start() { return parts_->start(); }
void Provider::play(const std::string& call, Mailbox* mailbox) {
  parts_->post([this, call, mailbox] { parts_->play(call, mailbox); });
}
void Provider::leave(const std::string& call, std::function<void()> left) {
  parts_->post([this, call, left = std::move(left)] {
    parts_->play(call, nullptr);
    left();
  });
}
void Provider::answer(std::uint64_t request, sim::Reply reply) {
  parts_->post([this, request, reply = std::move(reply)] { parts_->answer(request, reply); });
}
void Provider::show_records(std::uint64_t request, const std::string& call, std::vector<AuditedLeg> legs) {
  parts_->post([this, request, call, legs = std::move(legs)] { parts_->show(request, call, legs); });
}
void Provider::see(const std::string& call, AuditedLeg leg) {
  parts_->post([this, call, leg = std::move(leg)] { parts_->see(call, leg); });
}
void Provider::tell(const std::string& data, std::function<void(int)> done) {
  parts_->post([this, data, done = std::move(done)] { parts_->tell(data, 1, done); });
}
std::vector<std::string> Provider::strange() const { return parts_->strange(); }

}  // namespace ringfence::scenario
