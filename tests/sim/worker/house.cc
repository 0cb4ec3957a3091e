// See house.h.
#include "house.h"

#include <array>
#include <optional>

#include "codec/session_json.h"
#include "engine/engine.h"
#include "fallback/fallback_store.h"
#include "ladder_check.h"
#include "lying_application.h"
#include "lying_store.h"
#include "lying_telnyx.h"
#include "support/fake_log.h"
#include "verdict.h"

namespace ringfence::sim {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr Millis kChaosMs = 30'000;
constexpr Millis kHealMs = 6 * 3'600'000;

constexpr std::string_view kDirectory =
    "organisation acme { user anna {"
    " device phone { sip_username credA; last_active_at 2026-11-21T07:00:00Z; credential_expires_at never; }"
    " device web { sip_username credB; last_active_at 2026-11-21T07:00:00Z; credential_expires_at never; }"
    " plan waves { wave { device phone timeout=6s; } wave after=5s { device web; } ring 25s; }"
    " plan hold { wave { device phone; device web; } ring 25s; hold_losers 2s; }"
    " plan again { wave { device phone; device web; } ring 25s; on_winner_lost ring_again; } }"
    " user bob { device one { sip_username credC; last_active_at 2026-11-21T07:00:00Z; credential_expires_at never; } }"
    " agent reception { to sip:reception@agents.example.net; }"
    " user carl { device mobile { number +4915111; verify press1; } device home { number +4915112; verify press1; } }"
    " user dora { device mobile { number +4915121; verify amd; } device home { number +4915122; verify amd; } }"
    " number +4930123456 { ring carl; } number +4930123457 { ring dora; } number +4930123458 { agent reception; }"
    " number +4930123450 { ring anna; } number +4930123451 { ring anna; plan waves; }"
    " number +4930123452 { ring anna; plan hold; } number +4930123453 { ring anna; plan again; }"
    " number +4930123454 { ring bob; } number +4930123455 { voicemail; } }";

// A worker's line to the provider. What it sent stays sent when it dies; nobody hears the answer then.
class Line final : public Telephony {
 public:
  explicit Line(LyingTelnyx& telnyx) : telnyx_(telnyx) {}
  ~Line() override { *alive_ = false; }
  void send(Command command, std::function<void(CommandOutcome)> done) override {
    telnyx_.execute(command, [alive = alive_, done = std::move(done)](CommandOutcome outcome) {
      if (*alive) done(std::move(outcome));
    });
  }

 private:
  LyingTelnyx& telnyx_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// Often, so that they meet everything else.
constexpr Millis kSweepMs = 7000, kStrayMs = 2000;

struct Worker {
  Worker(Stage& stage, Dice& dice, Truth& truth, Truth& file, Outage outage, LyingTelnyx& telnyx,
         LyingApplication& application, std::size_t which)
      : clock(stage),
        fallback_clock(stage),
        fleet(stage, dice, truth),
        local(stage, dice, file),
        line(telnyx),
        tells(application),
        directory(behind(outage, which), log),
        engine({fallback ? static_cast<Store&>(*fallback) : fleet, line, clock, log, directory, &tells},
               {Policy{}, "sip.example.net", false, {.every_ms = kSweepMs, .stray_age_ms = kStrayMs}}) {
    if (fallback) fallback->start();
    engine.start();
  }
  Store& behind(Outage outage, std::size_t which) {
    if (outage == Outage::none) return fleet;
    const auto policy = outage == Outage::all ? FallbackPolicy::all : FallbackPolicy::new_calls;
    return fallback.emplace(FallbackParts{fleet, local, fallback_clock, log},
                            FallbackOptions{policy, "worker " + std::to_string(which)},
                            [this](const std::string& who) { refused = who; });
  }
  StageClock clock, fallback_clock;
  test::FakeLog log;
  std::string refused;
  LyingStore fleet, local;
  std::optional<FallbackStore> fallback;
  Line line;
  ApplicationLine tells;
  DirectoryCache directory;
  Engine engine;
};

class House {
 public:
  House(std::uint64_t seed, Outage outage)
      : outage_(outage),
        dice_(seed),
        application_(stage_, dice_),
        telnyx_(stage_, dice_, [this](auto& body, auto done) { post(body, std::move(done)); }) {
    truth_.directory = {1, std::string(kDirectory)};
    for (Truth& file : files_) file.chaos = false;
    for (std::size_t i = 0; i < workers(); ++i) start(i);
  }

  Run play() {
    const Millis chaos_until_ms = stage_.now_ms() + kChaosMs;
    stage_.after(100, [this] { telnyx_.call_in("+493012345" + std::to_string(dice_.below(9))); });
    const int troubles = static_cast<int>(dice_.below(4));
    for (int i = 0; i < troubles; ++i) stage_.after(dice_.below(kChaosMs), [this] { make_trouble(); });
    if (outage_ != Outage::none)
      stage_.after(dice_.one_in(2) ? 0 : dice_.below(kChaosMs / 2), [this] { lose_the_store(); });
    while (telnyx_.violation().empty() && stage_.turn(chaos_until_ms)) ++run_.events;
    heal();
    const Millis end_ms = chaos_until_ms + kHealMs;
    bool hung_up = false;
    while (telnyx_.violation().empty() && !settled()) {
      if (!stage_.turn(end_ms)) break;
      ++run_.events;
      // A conversation may last; people end it.
      if (telnyx_.talking() && !hung_up && stage_.now_ms() > chaos_until_ms + 15'000) {
        hung_up = true;
        telnyx_.hang_up(std::string(kCaller));
      }
    }
    judge();
    return std::move(run_);
  }

 private:
  void post(const std::string& body, std::function<void(Verdict)> done) {
    auto& worker = workers_[whose(body)];
    if (!worker) return;
    EventFrame frame;
    frame.id = "frame";
    frame.body = as_bytes(body);
    worker->engine.on_event(frame, [done = std::move(done)](const VerdictReply& reply) { done(reply.verdict); });
  }

  [[nodiscard]] std::size_t workers() const { return outage_ == Outage::all ? 1 : kWorkers; }

  // What carries our state may reach anybody; of the rest, only its worker can know that the call is not new.
  [[nodiscard]] std::size_t whose(const std::string& body) {
    if (outage_ == Outage::none) return static_cast<std::size_t>(dice_.below(kWorkers));
    const bool marked = body.find("client_state") != std::string::npos;
    return marked && outage_ == Outage::new_calls && dice_.one_in(8) ? 1 : 0;
  }

  void lose_the_store() {
    if (!truth_.chaos) return;
    telnyx_.journal.push_back("the store is away for long");
    truth_.away = true;
    stage_.after(800 + dice_.below(12'000), [this] {
      telnyx_.journal.push_back("the store is back");
      truth_.away = false;
      if (dice_.one_in(2)) stage_.after(dice_.below(9000), [this] { lose_the_store(); });
    });
  }

  void make_trouble() {
    const auto which = static_cast<std::size_t>(dice_.below(static_cast<Millis>(workers())));
    if (dice_.one_in(8)) return cancel(which);
    const Millis back_ms = 200 + dice_.below(6000);
    if (dice_.one_in(4)) {
      telnyx_.journal.push_back("the provider is away");
      telnyx_.go_away();
      stage_.after(dice_.below(20'000), [this] { telnyx_.come_back(); });
      return;
    }
    if (dice_.one_in(3)) {
      telnyx_.journal.push_back("the store is away");
      truth_.away = true;
      stage_.after(back_ms, [this] { truth_.away = false; });
      return;
    }
    if (!workers_[which]) return;
    telnyx_.journal.push_back("worker " + std::to_string(which) + " CRASHES");
    ++run_.crashes;
    workers_[which].reset();
    stage_.after(back_ms, [this, which] { start(which); });
  }

  // An operator ends the call, and does not look whether it worked.
  void cancel(std::size_t which) {
    if (!workers_[which]) return;
    telnyx_.journal.push_back("an operator ends the call");
    telnyx_.may_be_cut();
    workers_[which]->engine.cancel(SessionId{std::string(kCaller)}, "simulated", [](const VerdictReply&) {});
  }

  void start(std::size_t which) {
    if (!workers_[which]) {
      workers_[which].emplace(stage_, dice_, truth_, files_[which], outage_, telnyx_, application_, which);
    }
  }

  void heal() {
    telnyx_.journal.push_back("-- healed --");
    truth_.chaos = truth_.away = false;
    telnyx_.heal();
    application_.heal();
    for (std::size_t i = 0; i < workers(); ++i) start(i);
  }

  [[nodiscard]] std::optional<Session> session() const {
    const auto row = truth_.rows.find(std::string(kCaller));
    if (row == truth_.rows.end()) return {};
    auto decoded = decode_session(row->second.document);
    return decoded ? std::optional(*std::move(decoded)) : std::nullopt;
  }

  [[nodiscard]] bool settled() {
    if (!telnyx_.quiet() || telnyx_.talking() || !telnyx_.wrong_end().empty()) return false;
    for (const Truth& file : files_) {
      if (!file.rows.empty()) return false;
    }
    const auto row = truth_.rows.find(std::string(kCaller));
    if (row == truth_.rows.end()) return false;
    if (row->second.version == looked_at_) return false;  // reading the document costs more than an event
    looked_at_ = row->second.version;
    const auto s = session();
    return s && s->phase == Phase::closed && s->outbox.empty();
  }

  // Nobody can decide about a call whose store is away and whose worker has lost its memory; and whom both have
  // answered while the provider takes no command nobody can bridge, nor tell anything. With less than kLongAway both
  // attempts at the bridge, a lost request and a look still fit into limits::kSilentCallerMs.
  [[nodiscard]] bool silence_is_the_price() const {
    constexpr Millis kLongAway = 10'000;
    const bool undecided = outage_ == Outage::new_calls || (outage_ == Outage::all && run_.crashes > 0);
    return undecided || telnyx_.away_ms() > kLongAway;
  }

  void judge() {
    for (const auto& worker : workers_) {
      if (!worker) continue;
      run_.conflicts += worker->engine.stats().conflicts;
      run_.commits += worker->engine.stats().commits;
      if (!worker->fallback) continue;
      run_.went_home += worker->fallback->stats().gone_home;
    }
    run_.violation = telnyx_.violation();
    const auto say = [&](std::string what) {
      if (run_.violation.empty()) run_.violation = std::move(what);
    };
    for (const auto& worker : workers_) {
      if (!worker) continue;
      const EngineStats stats = worker->engine.stats();
      for (std::size_t i = 0; i < kInvariants; ++i) {
        if (static_cast<Invariant>(i) == Invariant::no_silent_caller && silence_is_the_price()) continue;
        if (stats.broken[i] > 0) say("counted in service: " + std::string(name_of(static_cast<Invariant>(i))));
      }
    }
    run_.journal = std::move(telnyx_.journal);
    for (const Truth& file : files_) {
      if (!file.rows.empty()) say("a session has not gone home: " + file.rows.begin()->first);
    }
    for (const auto& worker : workers_) {
      if (worker && !worker->refused.empty()) say("refused: " + worker->refused);
      if (worker && worker->fallback && worker->fallback->stats().stuck > 0) say("stuck on its way home");
    }
    say(telnyx_.wrong_end());
    const auto s = session();
    if (!s) return;  // its `initiated` was lost, and the provider's other webhooks too
    const StoredRow& row = truth_.rows[std::string(kCaller)];
    run_.ladder = row.ladder;
    run_.told = application_.told().size();
    for (const auto& [device, line] : row.missed()) run_.missed += line.line.empty() ? 0 : 1;
    say(wrong_session(*s, row, telnyx_, application_));
    for (std::size_t i = 0; i < run_.ladder.size(); ++i) {
      const std::string wrong = ladder_.read(run_.ladder[i]);
      if (!wrong.empty()) say("the ladder, line " + std::to_string(i + 1) + ": " + wrong);
    }
  }

  const Outage outage_;
  Stage stage_;
  Dice dice_;
  Truth truth_;
  std::array<Truth, kWorkers> files_;  // the workers' own, which outlive them
  LyingApplication application_;
  LyingTelnyx telnyx_;
  std::array<std::optional<Worker>, kWorkers> workers_;
  LadderCheck ladder_;
  Run run_;
  std::uint64_t looked_at_ = 0;
};

}  // namespace

Run play(std::uint64_t seed, Outage outage) { return House(seed, outage).play(); }

}  // namespace ringfence::sim
