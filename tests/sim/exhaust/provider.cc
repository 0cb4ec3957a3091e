// What the provider does with a request. See moves.h.
#include <algorithm>

#include "core/rules.h"
#include "moves.h"

namespace ringfence::exhaust {
namespace {

std::uint8_t bit_of(int leg) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(leg)); }
std::uint8_t without(std::uint8_t bits, int leg) { return static_cast<std::uint8_t>(bits & ~bit_of(leg)); }
bool is_there(Truth truth) { return truth == Truth::ringing || truth == Truth::answered; }

}  // namespace

void Moves::notify(World& world, Said said, int leg) {
  if (world.notices == world.notice.size()) {
    say("the model: more webhooks than it has room for");
    return;
  }
  Notice& notice = world.notice[world.notices++];
  notice.place = static_cast<std::uint8_t>(static_cast<unsigned>(leg + 1) & 15U);
  notice.said = static_cast<std::uint8_t>(static_cast<unsigned>(said) & 15U);
}

void Moves::end_call(World& world, int leg) {
  Truth& truth = truth_of(world, leg);
  if (truth == Truth::ended) return;
  truth = Truth::ended;
  notify(world, Said::hangup, leg);
  if (leg == kParent && world.recording != 0) {
    world.recording = 0;
    world.recorded = 1;
    notify(world, Said::recording_saved, kParent);
  }
  if (leg != kParent) {
    world.gathering = without(world.gathering, leg);
    world.detecting = without(world.detecting, leg);
  }
  const int talker = static_cast<int>(world.bridged) - 1;
  if (talker < 0 || (leg != kParent && leg != talker)) return;
  world.bridged = 0;  // the provider ends the other side of a bridge by itself
  end_call(world, leg == kParent ? talker : kParent);
}

Reply Moves::begin_leg(World& world, int leg) {
  Truth& truth = truth_of(world, leg);
  if (truth != Truth::nothing) {
    say("I5: the same device was dialled twice");
    return Reply::ok;
  }
  truth = Truth::ringing;
  notify(world, Said::initiated, leg);
  return Reply::ok;
}

void Moves::answer_leg(World& world, int leg) {
  const RingPlan& plan = machine_.setup().plan;
  truth_of(world, leg) = Truth::answered;
  notify(world, Said::answered, leg);
  if (plan.route == Route::transfer || plan.route == Route::agent) {
    if (world.parent == Truth::ended) return;
    if (world.parent == Truth::ringing) notify(world, Said::answered, kParent);
    world.parent = Truth::answered;
    world.bridged = world.ever_bridged = static_cast<std::uint8_t>(leg + 1);
    notify(world, Said::bridged, kParent);
    notify(world, Said::bridged, leg);
    return;
  }
  const auto device = static_cast<std::size_t>(leg);
  const auto& legs = machine_.session(world.session).legs;
  if (device < legs.size() && legs[device].destination.verify == Verify::amd) world.detecting |= bit_of(leg);
}

Reply Moves::bridge(World& world, int leg, bool fake) {
  const Truth truth = truth_of(world, leg);
  if (world.parent == Truth::ended || !is_there(truth)) return Reply::gone;
  if (world.parent != Truth::answered || truth != Truth::answered) return Reply::not_answered;
  if (world.bridged == leg + 1) return Reply::already_bridged;
  if (world.ever_bridged != 0 && world.ever_bridged != leg + 1) say("I1: a second leg was bridged");
  if (fake) return Reply::ok;
  world.bridged = world.ever_bridged = static_cast<std::uint8_t>(leg + 1);
  notify(world, Said::bridged, kParent);
  notify(world, Said::bridged, leg);
  return Reply::ok;
}

Reply Moves::hang_up(World& world, int leg) {
  if (!is_there(truth_of(world, leg))) return Reply::gone;
  const bool talks = world.bridged != 0 && (leg == kParent || leg + 1 == world.bridged);
  if (talks && !machine_.info(world.session).cancelled) say("I7: a live conversation was cut by us");
  end_call(world, leg);
  return Reply::ok;
}

Reply Moves::perform_on_parent(World& world, Request request) {
  if (world.parent == Truth::ended) return Reply::gone;
  if (request.what() == Verb::reject) {
    if (world.parent == Truth::answered) return Reply::already_answered;
    end_call(world, kParent);
    return Reply::ok;
  }
  if (request.what() == Verb::answer) {
    if (world.parent == Truth::answered) return Reply::already_answered;
    world.parent = Truth::answered;
    notify(world, Said::answered, kParent);
    return Reply::ok;
  }
  if (world.parent != Truth::answered) return Reply::not_answered;
  if (request.what() == Verb::speak) {
    notify(world, request.attempt >= rules::kPleaseHoldAttempt ? Said::hold_ended : Said::speak_ended, kParent);
    return Reply::ok;
  }
  if (world.recording != 0) return Reply::already_recording;
  world.recording = 1;
  return Reply::ok;
}

Reply Moves::perform(World& world, Request request, bool fake) {
  const int leg = request.leg();
  switch (request.what()) {
    case Verb::dial:
      return begin_leg(world, leg);
    case Verb::transfer:
      return world.parent == Truth::ended ? Reply::gone : begin_leg(world, leg);
    case Verb::bridge:
      return bridge(world, leg, fake);
    case Verb::hangup:
      return hang_up(world, leg);
    case Verb::speak:
      if (leg == kParent) return perform_on_parent(world, request);
      if (!is_there(truth_of(world, leg))) return Reply::gone;
      if (truth_of(world, leg) != Truth::answered) return Reply::not_answered;
      if (world.bridged == leg + 1) say("I7: a live conversation was spoken into");
      notify(world, Said::speak_ended, leg);
      return Reply::ok;
    case Verb::gather:
      if (!is_there(truth_of(world, leg))) return Reply::gone;
      if (truth_of(world, leg) != Truth::answered) return Reply::not_answered;
      world.gathering |= bit_of(leg);
      return Reply::ok;
    case Verb::answer:
    case Verb::reject:
    case Verb::record_start:
      return perform_on_parent(world, request);
    case Verb::notify:
      world.told |= bit_of(leg + 1);
      return Reply::ok;
    case Verb::audit:
      return Reply::ok;
  }
  return Reply::ok;
}

// `heard`: what we get to hear instead of the answer; waiting: the answer.
void Moves::execute(World& world, std::size_t index, bool fake, Reply heard) {
  const Request request = world.request[index];
  std::copy(world.request.begin() + static_cast<std::ptrdiff_t>(index) + 1, world.request.begin() + world.requests,
            world.request.begin() + static_cast<std::ptrdiff_t>(index));
  world.request[--world.requests] = {};
  const auto done_end = world.done.begin() + world.executed;
  const bool again = std::any_of(world.done.begin(), done_end, [&](const Request& r) { return r.same_id(request); });
  Reply reply = Reply::ok;  // a duplicate command_id: ignored, and said yes to
  if (!again) {
    reply = perform(world, request, fake);
    if (reply == Reply::ok && request.what() != Verb::audit) {
      if (world.executed == world.done.size()) {
        say("the model: more executed commands than it has room for");
        return;
      }
      Request done = request;
      done.age = done.forgotten = 0;
      world.done[world.executed++] = done;
    }
  } else if (request.forgotten != 0 || heard == Reply::waiting) {
    glare_ |= 1U << 17U;
  }
  if (request.forgotten != 0) return;
  if (heard != Reply::waiting) reply = heard;
  if (rules_.atomic || request.what() == Verb::audit || heard != Reply::waiting) {
    hear(world, request, reply);
    return;
  }
  Request answered = request;
  answered.reply = static_cast<std::uint8_t>(static_cast<unsigned>(reply) & 127U);
  world.request[world.requests++] = answered;
}

}  // namespace ringfence::exhaust
