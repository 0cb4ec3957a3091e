// Moves: which are possible, and what they do. See moves.h.
#include "moves.h"

#include <algorithm>
#include <cstring>

namespace ringfence::exhaust {
namespace {

template <class Array>
auto take(Array& array, std::uint8_t& count, std::size_t index) {
  const auto value = array[index];
  for (std::size_t i = index; i + 1 < count; ++i) array[i] = array[i + 1];
  array[--count] = {};
  return value;
}

bool spend(World& world, Fault fault) { return world.budget[fault] > 0 && world.budget[fault]-- > 0; }

std::uint32_t number_of(const Request& request) {
  std::uint32_t number = 0;
  std::memcpy(&number, &request, sizeof number);
  return number;
}

bool is_open(const Info& info, const Request& request) {
  return std::any_of(info.outbox.begin(), info.outbox.begin() + info.open,
                     [&](const Request& r) { return r.same_id(request); });
}

Stimulus about(Stimulus::Kind kind, std::uint8_t what, std::uint8_t place) {
  return {.kind = kind, .what = what, .place = place};
}

void lower(Request& request, const Lowered& lowered) {
  const int lower = request.attempt - lowered.of(request.what(), request.leg());
  request.attempt = static_cast<std::int8_t>(std::max(0, lower));
}

}  // namespace

World Moves::begin(const Budget& budget) {
  World world;
  world.budget = budget;
  overdue_at_first_ = budget[kOverdue];
  world.session = machine_.start();
  made_ = &machine_.start_step();
  wrong_ = machine_.violation(made_->wrong);
  add_commands(world, *made_);
  tidy(world);
  return world;
}

void Moves::add_commands(World& world, const Transition& made) {
  for (std::size_t i = 0; i < made.commands; ++i) {
    if (world.requests == world.request.size()) {
      say("the model: more requests than it has room for");
      return;
    }
    world.request[world.requests++] = made.command[i];
  }
}

void Moves::happen(World& world, Stimulus stimulus) {
  const std::uint32_t before = world.session;
  const Transition& made = machine_.step(before, stimulus);
  made_ = &made;
  stimulus_ = stimulus;
  glare_ |= made.glare;
  if (made.wrong != 0) say(machine_.violation(made.wrong));
  if (!wrong_.empty()) return;
  world.session = made.next;
  if (world.budget[kRollbacks] > 0) {
    world.before = machine_.info(before).phase == Phase::none ? 0 : machine_.aged(before, made.later);
  }
  for (std::size_t i = 0; i < world.requests; ++i) {
    if (world.request[i].age == kPast) continue;
    world.request[i].age = static_cast<std::uint8_t>(world.request[i].age + made.later);
  }
  if (made.lowers) {
    for (std::size_t i = 0; i < world.requests; ++i) lower(world.request[i], made.lowered);
    for (std::size_t i = 0; i < world.executed; ++i) lower(world.done[i], made.lowered);
  }
  if (made.tells_late && world.ever_bridged == 0) say("I16: told that they talked, and they did not");
  if (made.claimed >= 0) {
    const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(made.claimed));
    const bool screened = (machine_.info(made.next).screened & bit) != 0;
    if (screened && (world.proved & bit) == 0) say("V1: a leg won that nobody proved to be a person");
  }
  add_commands(world, made);
}

void Moves::hear(World& world, Request request, Reply reply) {
  Stimulus stimulus = about(Stimulus::Kind::result, request.verb, request.place);
  stimulus.attempt = request.attempt;
  stimulus.more = static_cast<std::uint32_t>(reply);
  if (request.what() == Verb::audit && reply == Reply::ok) stimulus.more = Snapshot::of(world).bits | 0x80000000U;
  happen(world, stimulus);
}

// It is still under way when no request can be any more.
bool Moves::outlives(const Request& request, int grains) const noexcept {
  return request.age != kPast && request.age + grains >= machine_.setup().policy.quiesce_ms / kGrain;
}

bool Moves::clock_may_jump(const World& world) const {
  const Info& info = machine_.info(world.session);
  if (info.due < 0 || world.notices + world.requests > rules_.late) return false;
  const bool rings = std::ranges::find(world.leg, Truth::ringing) != world.leg.end();
  if (info.gives_up_transfer && rings) return false;
  int overdue = 0;
  for (std::size_t i = 0; i < world.requests; ++i) {
    if (!outlives(world.request[i], info.due)) continue;
    if (world.request[i].forgotten == 0) return false;
    ++overdue;
  }
  return overdue <= world.budget[kOverdue];
}

bool Moves::apply_people(World& world, Move move) {
  const int leg = move.index;
  const auto bit = static_cast<std::uint8_t>(1U << move.index);
  const auto hears = [&](Said said, std::uint8_t& bits, bool proves) {
    if ((bits & bit) == 0) return false;
    bits = static_cast<std::uint8_t>(bits & ~bit);
    if (proves) world.proved |= bit;
    notify(world, said, leg);
    return true;
  };
  switch (move.act) {
    case Act::caller_hangs_up:
      if (world.parent == Truth::ended) return false;
      end_call(world, kParent);
      return true;
    case Act::leg_answers:
      if (truth_of(world, leg) != Truth::ringing) return false;
      answer_leg(world, leg);
      return true;
    case Act::leg_ends:
      if (truth_of(world, leg) != Truth::ringing && truth_of(world, leg) != Truth::answered) return false;
      end_call(world, leg);
      return true;
    case Act::leg_declines:
      if (truth_of(world, leg) != Truth::ringing) return false;
      truth_of(world, leg) = Truth::ended;
      notify(world, Said::declined, leg);
      return true;
    case Act::recording_full:
      if (world.recording == 0 || world.bridged != 0) return false;
      world.recording = 0;
      world.recorded = 1;
      notify(world, Said::recording_saved, kParent);
      return true;
    case Act::presses:
      return hears(Said::pressed, world.gathering, true);
    case Act::presses_not:
      return hears(Said::not_pressed, world.gathering, false);
    case Act::is_person:
      return hears(Said::person, world.detecting, true);
    case Act::is_machine:
      return hears(Said::machine, world.detecting, false);
    case Act::is_unsure:
      return hears(Said::unsure, world.detecting, false);
    default:
      return false;
  }
}

bool Moves::apply_network(World& world, Move move) {
  const bool about_notice = move.act == Act::deliver || move.act == Act::lose || move.act == Act::duplicate;
  if (about_notice && move.index >= world.notices) return false;
  switch (move.act) {
    case Act::deliver: {
      const Notice notice = take(world.notice, world.notices, move.index);
      happen(world, about(Stimulus::Kind::webhook, notice.said, notice.place));
      return true;
    }
    case Act::lose:
      if (!spend(world, kLost)) return false;
      take(world.notice, world.notices, move.index);
      return true;
    case Act::duplicate:
      if (world.notices == world.notice.size() || !spend(world, kDuplicated)) return false;
      world.notice[world.notices++] = world.notice[move.index];
      return true;
    case Act::initiated_again:
      if (!spend(world, kDuplicated)) return false;
      happen(world, about(Stimulus::Kind::webhook, static_cast<std::uint8_t>(Said::initiated), 0));
      return true;
    default:
      return false;
  }
}

bool Moves::apply_request(World& world, Move move) {
  if (move.index >= world.requests) return false;
  const Request request = world.request[move.index];
  const bool replied = request.reply != 0;
  const bool waits = request.forgotten == 0 && !replied;
  switch (move.act) {
    case Act::execute:
      if (replied) return false;
      execute(world, move.index, false, Reply::waiting);
      return true;
    case Act::die:
      if (request.forgotten == 0) return false;
      take(world.request, world.requests, move.index);
      return true;
    case Act::fake_bridge:
      if (request.what() != Verb::bridge || !waits || !spend(world, kFakeBridges)) return false;
      execute(world, move.index, true, Reply::waiting);
      return true;
    case Act::refuse:
      if (!waits || request.what() == Verb::hangup || !spend(world, kRefused)) return false;
      hear(world, take(world.request, world.requests, move.index), Reply::no_channel);
      return true;
    case Act::time_out:
      if (!waits || !spend(world, kUnknown)) return false;
      world.request[move.index].forgotten = 1;
      hear(world, request, Reply::lost);
      return true;
    case Act::lose_request:
      if (!waits || !spend(world, kUnknown)) return false;
      hear(world, take(world.request, world.requests, move.index), Reply::lost);
      return true;
    case Act::lose_answer:
      if (request.forgotten != 0 || !spend(world, kUnknown)) return false;
      if (replied) {
        hear(world, take(world.request, world.requests, move.index), Reply::failed);
      } else {
        execute(world, move.index, false, Reply::failed);
      }
      return true;
    case Act::not_send:
      if (!waits || !spend(world, kNotSent)) return false;
      hear(world, take(world.request, world.requests, move.index), Reply::not_sent);
      return true;
    case Act::hear:
      if (!replied) return false;
      take(world.request, world.requests, move.index);
      hear(world, request, static_cast<Reply>(request.reply));
      return true;
    default:
      return false;
  }
}

bool Moves::apply_faults(World& world, Move move) {
  switch (move.act) {
    case Act::crash: {
      if (!spend(world, kCrashes)) return false;
      std::uint8_t kept = 0;
      for (std::size_t i = 0; i < world.requests; ++i) {
        Request request = world.request[i];
        if (request.reply != 0) continue;  // its answer is lost with the process
        request.forgotten = 1;
        world.request[kept++] = request;
      }
      std::fill(world.request.begin() + kept, world.request.begin() + world.requests, Request{});
      world.requests = kept;
      return true;
    }
    case Act::roll_back:  // what was decided and is on its way cannot be called back: only after it has arrived
      if (world.requests > 0 || world.before == 0 || world.before == world.session || !spend(world, kRollbacks))
        return false;
      world.session = world.before;
      world.before = 0;
      glare_ |= 1U << 18U;
      return true;
    case Act::cancel:
      if (!spend(world, kCancels)) return false;
      happen(world, {.kind = Stimulus::Kind::cancel});
      return true;
    case Act::join:
      if (!spend(world, kJoins)) return false;
      happen(world, {.kind = Stimulus::Kind::join});
      return true;
    case Act::tick:
      if (machine_.info(world.session).due < 0) return false;
      for (std::size_t i = 0; i < world.requests; ++i) {
        if (!outlives(world.request[i], machine_.info(world.session).due)) continue;
        if (!spend(world, kOverdue)) return false;
        world.request[i].age = kPast;
      }
      happen(world, {});
      return true;
    default:
      return false;
  }
}

bool Moves::apply(World& world, Move move) {
  wrong_.clear();
  glare_ = 0;
  made_ = nullptr;
  bool done = false;
  if (move.act <= Act::is_unsure) {
    done = apply_people(world, move);
  } else if (move.act <= Act::initiated_again) {
    done = apply_network(world, move);
  } else if (move.act <= Act::lose_answer) {
    done = apply_request(world, move);
  } else {
    done = apply_faults(world, move);
  }
  if (!done || !wrong_.empty()) return done;
  tidy(world);
  check_state(world);
  return true;
}

// One form for worlds with the same future.
void Moves::tidy(World& world) const {
  const Info& info = machine_.info(world.session);
  const auto by_number = [](const Request& a, const Request& b) { return number_of(a) < number_of(b); };
  std::sort(world.notice.begin(), world.notice.begin() + world.notices,
            [](Notice a, Notice b) { return (a.place << 4 | a.said) < (b.place << 4 | b.said); });
  std::sort(world.request.begin(), world.request.begin() + world.requests, by_number);
  // An id that is neither open nor on its way is never seen again, so that it was executed is history.
  std::uint8_t kept = 0;
  for (std::size_t i = 0; i < world.executed; ++i) {
    const Request& done = world.done[i];
    const auto on_its_way = [&](const Request& r) { return r.reply == 0 && r.same_id(done); };
    const bool returns = is_open(info, done) ||
                         std::any_of(world.request.begin(), world.request.begin() + world.requests, on_its_way) ||
                         (world.before != 0 && world.budget[kRollbacks] > 0);
    if (returns) world.done[kept++] = done;
  }
  for (std::size_t i = kept; i < world.executed; ++i) world.done[i] = {};
  world.executed = kept;
  std::sort(world.done.begin(), world.done.begin() + kept, by_number);
  if (world.budget[kRollbacks] == 0) world.before = 0;
}

void Moves::check_state(const World& world) {
  const Info& info = machine_.info(world.session);
  // A request that came far too late may ring after everything was proved: the tombstone hangs it up.
  const bool overdue = world.budget[kOverdue] < overdue_at_first_;
  if (info.phase == Phase::closed) {
    for (int i = 0; i < kMostLegs; ++i) {
      const Truth truth = truth_of(world, i);
      const bool alive = truth == Truth::ringing || truth == Truth::answered;
      const bool denied = i >= info.legs || (info.proved >> i & 1) != 0;
      if (alive && (denied || !overdue)) say("I15: closed while a leg is alive");
    }
    if (world.parent != Truth::ended) say("I15: closed while the caller is there");
  }
  const bool left = info.phase >= Phase::vm_answering && info.phase <= Phase::vm_recording;
  if (world.bridged != 0 && left) say("I7: gone to voicemail although the bridge is up");
}

void Moves::possible(const World& world, std::vector<Move>& moves) const {
  moves.clear();
  const auto add = [&](Act act, std::size_t index = 0) { moves.push_back({act, static_cast<std::uint8_t>(index)}); };
  const Budget& budget = world.budget;
  for (std::size_t i = 0; i < world.notices; ++i) {
    if (i > 0 && std::memcmp(&world.notice[i], &world.notice[i - 1], sizeof(Notice)) == 0) continue;
    add(Act::deliver, i);
    if (budget[kLost] > 0) add(Act::lose, i);
    if (budget[kDuplicated] > 0) add(Act::duplicate, i);
  }
  for (std::size_t i = 0; i < world.requests; ++i) {
    const Request& request = world.request[i];
    if (i > 0 && number_of(request) == number_of(world.request[i - 1])) continue;
    if (request.reply != 0) {
      add(Act::hear, i);
      if (budget[kUnknown] > 0) add(Act::lose_answer, i);
      continue;
    }
    add(Act::execute, i);
    if (request.forgotten != 0) {
      add(Act::die, i);
      continue;
    }
    if (budget[kRefused] > 0 && request.what() != Verb::hangup) add(Act::refuse, i);
    if (budget[kFakeBridges] > 0 && request.what() == Verb::bridge) add(Act::fake_bridge, i);
    if (budget[kNotSent] > 0) add(Act::not_send, i);
    if (budget[kUnknown] == 0) continue;
    for (const Act act : {Act::time_out, Act::lose_request, Act::lose_answer}) add(act, i);
  }
  if (world.parent != Truth::ended) add(Act::caller_hangs_up);
  const RingPlan& plan = machine_.setup().plan;
  const bool declines = plan.on_decline == OnRefusal::stop || plan.on_winner_lost == OnWinnerLost::ring_again;
  for (std::size_t i = 0; i < kMostLegs; ++i) {
    const Truth truth = world.leg[i];
    if (truth == Truth::ringing) add(Act::leg_answers, i);
    if (truth == Truth::ringing && declines) add(Act::leg_declines, i);
    if (truth == Truth::ringing || truth == Truth::answered) add(Act::leg_ends, i);
    if ((world.gathering >> i & 1) != 0) {
      add(Act::presses, i);
      add(Act::presses_not, i);
    }
    if ((world.detecting >> i & 1) == 0) continue;
    for (const Act act : {Act::is_person, Act::is_machine, Act::is_unsure}) add(act, i);
  }
  if (world.recording != 0 && world.bridged == 0) add(Act::recording_full);
  if (clock_may_jump(world)) add(Act::tick);
  if (budget[kDuplicated] > 0) add(Act::initiated_again);
  if (budget[kCrashes] > 0 && world.requests > 0) add(Act::crash);
  if (budget[kRollbacks] > 0 && world.requests == 0 && world.before != 0 && world.before != world.session)
    add(Act::roll_back);
  if (budget[kCancels] > 0) add(Act::cancel);
  if (budget[kJoins] > 0) add(Act::join);
}

}  // namespace ringfence::exhaust
