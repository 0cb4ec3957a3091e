"""The calls: a script for the people and the provider, what to do meanwhile, and what must be true at the end.

Each call is one entry of CALLS, played by tools/demo and by the end-to-end tests on both stores. A check returns a
sentence for what differed, or nothing. Must never know how processes are started (world.py).
"""
import time

from world import DEVICES, sip, wait_for

# A leg may ring this long after the decision (promise P5), and recovery after a crash may take this long on top.
STOP_RINGING_MS = 2000
RECOVERY_MS = 2500


class Call:
    def __init__(self, name, title, script, outcome, act=None, checks=(), winner=None, allow_ms=STOP_RINGING_MS):
        self.name, self.title, self.script, self.outcome = name, title, script, outcome
        self.act, self.checks, self.winner, self.allow_ms = act, checks, winner, allow_ms


def people(**answers):
    """people(phone={"answer_after_ms": 500}) for the devices named; the others never answer."""
    return [{"to": sip(device), **answers.get(device, {"never": True})} for device in DEVICES]


def fault(do, match, **more):
    return {"do": do, "match": match, **more}


# --- what must be true of every call ------------------------------------------------------------------------------
def everything_ended(truth):
    for leg in [truth["parent"], *truth["legs"]]:
        if leg["state"] != "ended":
            yield f"{leg['to']} is still {leg['state']}"


def one_winner(truth):
    partners = {leg["to"] for leg in truth["legs"] if leg["bridged_ms"]}
    if len(partners) > 1:
        yield f"two winners: {sorted(partners)}"


def decided_ms(truth):
    """The instant after which no device may ring for long: the first answer by a person, or the caller's end."""
    moments = [leg["answered_ms"] for leg in truth["legs"] if leg["answered_ms"]]
    answer = [c["at_ms"] for c in truth["commands"] if c["verb"] == "answer"]
    if truth["parent"]["ended_ms"]:
        moments.append(truth["parent"]["ended_ms"])
    return min(moments + answer, default=None)


def stopped_ringing(truth, allow_ms):
    decision = decided_ms(truth)
    for leg in truth["legs"]:
        rang_until = leg["answered_ms"] or leg["ended_ms"]
        late = rang_until - max(decision, leg["ringing_since_ms"] or 0)
        if late > allow_ms:
            yield f"{leg['to']} rang {late} ms after the decision (allowed {allow_ms})"


def dialled_once(truth):
    targets = [leg["to"] for leg in truth["legs"]]
    for target in set(targets):
        if targets.count(target) > 1:
            yield f"{target} was dialled {targets.count(target)} times"


def rang_well(truth, allow_ms=STOP_RINGING_MS):
    """What no call may do, whatever was played: ring on, dial a device twice, have two winners or no end."""
    yield from everything_ended(truth)
    yield from one_winner(truth)
    yield from dialled_once(truth)
    yield from stopped_ringing(truth, allow_ms)


def outcome_is(world, call, handle, truth):
    view = world.session(handle)
    outcome = (view or {}).get("outcome")
    if outcome != call.outcome:
        yield f"ringd says outcome {outcome!r}, expected {call.outcome!r}"
    bridged = [leg["to"] for leg in truth["legs"] if leg["bridged_ms"]]
    if call.outcome == "answered" and not bridged:
        yield "nobody was bridged"
    if call.outcome != "answered" and bridged:
        yield f"{bridged} was bridged"
    if call.winner and bridged and bridged[0] not in [sip(w) for w in call.winner]:
        yield f"the winner is {bridged[0]}, expected one of {call.winner}"
    if call.outcome == "voicemail" and not truth["recordings"]:
        yield "nothing was recorded"
    if call.outcome == "answered" and not truth["recordings"]:
        yield "the conversation was not recorded"


def verdict(world, call, handle):
    """Everything that differs from what was expected, as sentences."""
    truth = world.truth(handle)
    return [*rang_well(truth, call.allow_ms), *outcome_is(world, call, handle, truth),
            *(sentence for check in call.checks for sentence in check(world, handle, truth))]


def play(world, call, begun=lambda handle: None):
    """Plays one call to its end and returns (handle, list of differences). `begun` learns of the call's ids."""
    handle = world.call(call.script)
    begun(handle)
    found = list(call.act(world, handle) or []) if call.act else []
    wait_closed(world, handle)
    return handle, found + verdict(world, call, handle) + list(played_again(world, handle))


def played_again(world, handle):
    """The stored log, run through the same step(), gives the same document."""
    played = world.ringctl("replay", handle["call_leg_id"], check=False)
    if played is None:
        yield "the stored call cannot be played again, or ends differently"
    explained = world.ringctl("explain", handle["call_leg_id"])["lines"]
    if len(explained) < 3:
        yield f"explained in {len(explained)} lines"


def phase_of(world, handle):
    view = world.session(handle)
    return (view or {}).get("phase")


# --- acts and checks of single calls --------------------------------------------------------------------------------
def wait_ringing(world, handle, count=len(DEVICES)):
    return wait_for(f"{count} devices to ring",
                    lambda: (t := world.truth(handle))["ringing_now"] >= count and t)


def wait_phase(world, handle, *phases):
    return wait_for(f"the call to be {' or '.join(phases)}", lambda: phase_of(world, handle) in phases)


def wait_closed(world, handle, seconds=45):
    """Returns the stand-in's truth when every leg has ended and ringd has closed the call."""
    wait_for("every leg of the call to end", lambda: world.truth(handle)["over"], seconds)
    wait_for("ringd to close the call", lambda: phase_of(world, handle) == "closed", seconds)
    return world.truth(handle)


def two_answer_at_once(world, handle):
    """By command, not by two clocks: on a busy machine the loser's phone would have stopped before its person answers."""
    wait_ringing(world, handle)
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": [sip("phone"), sip("desk")], "do": "answer"})


def two_people_answered(world, handle, truth):
    answered = [leg["answered_ms"] for leg in truth["legs"] if leg["answered_ms"]]
    if len(answered) != 2 or abs(answered[0] - answered[1]) > 5:
        yield f"the two answers fell at {answered}: the call did not show what it is for"


def losers_hung_up_with_the_answer(world, handle, truth):
    answers = [c["at_ms"] for c in truth["commands"] if c["verb"] == "answer"]
    hangups = [c["at_ms"] for c in truth["commands"] if c["verb"] == "hangup"]
    if answers and hangups and min(hangups) - min(answers) > 200:
        yield f"the first loser was hung up {min(hangups) - min(answers)} ms after the caller was answered"


def no_bridge_was_asked(world, handle, truth):
    if any(c["verb"] == "bridge" for c in truth["commands"]):
        yield "a bridge was asked for after the caller had left"


def two_bridges_half_a_second_apart(world, handle, truth):
    times = [c["at_ms"] for c in truth["commands"] if c["verb"] == "bridge"]
    if len(times) != 2:
        yield f"{len(times)} bridges were asked for, expected 2"
    elif not 450 <= times[1] - times[0] <= 1500:
        yield f"the second bridge came {times[1] - times[0]} ms after the first, expected 500"


def greeting_was_spoken(world, handle, truth):
    if not any(c["verb"] == "speak" for c in truth["commands"]):
        yield "no greeting was spoken"


def conversation_is_quiet(world, handle):
    """Connected, and nothing more to come by itself: both legs told of the bridge, the recording's answer is in."""
    steps = (world.session(handle) or {}).get("ladder", [])
    return ([step["event"] for step in steps].count("call.bridged") == 2 and
            any(step.get("verb") == "record_start" for step in steps))


def forge_a_hangup(world, handle):
    wait_for("a quiet conversation", lambda: conversation_is_quiet(world, handle))
    before, entries = world.edge(), dedup_entries(world)
    stats, commits = world.sim("GET", "/stats")["requests"], store_writes(world)
    for how in ("unsigned", "wrong_key"):
        answer = world.sim("POST", "/forge", {"call": handle["call_session_id"], "event_type": "call.hangup",
                                              "how": how})
        world.note(f"a forged hangup arrives ({how.replace('_', ' ')}): answered {answer['status']}")
        if answer["status"] != 403:
            yield f"a {how} hangup was answered {answer['status']}, expected 403"
    after = world.edge()
    if after["worker"]["bytes_sent"] != before["worker"]["bytes_sent"]:
        yield "bytes of a forged event reached the worker"
    if dedup_entries(world) != entries:
        yield "a forged event left a dedup entry"
    if world.sim("GET", "/stats")["requests"] != stats:
        yield "a forged event caused a provider call"
    if store_writes(world) != commits:
        yield "a forged event was written to the store"
    if not any(leg["bridged_now"] for leg in world.truth(handle)["legs"]):
        yield "the conversation did not go on"
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})


def store_writes(world):
    return world.ringctl("health")["engine"]["commits"]


def dedup_entries(world):
    return sum(zone["entries"] for zone in world.edge()["zones"].values())


def replay_a_webhook(world, handle):
    wait_phase(world, handle, "connected")
    truth = world.truth(handle)
    answered = next(w for w in truth["webhooks"] if w["type"] == "call.answered")
    commands = len(truth["commands"])
    answer = world.sim("POST", "/replay", {"webhook": answered["id"]})
    world.note(f"the webhook call.answered is replayed, byte for byte: answered {answer['status']}")
    if answer["status"] != 200:
        yield f"a replayed webhook was answered {answer['status']}, expected 200"
    if world.edge()["outcomes"]["duplicate"] < 1:
        yield "the edge did not count a duplicate"
    if len(world.truth(handle)["commands"]) != commands:
        yield "a replayed webhook caused a provider call"
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})


def kill_worker_while_ringing(world, handle):
    wait_ringing(world, handle)
    wait_for("the devices to have rung for a while",
             lambda: all(time.time() * 1000 - leg["ringing_since_ms"] > 600 for leg in world.truth(handle)["legs"]))
    world.kill_ringd()
    # The answer happens while nobody is there to hear it; the provider retries its webhook.
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": sip("tablet"), "do": "answer"})
    world.note("somebody answers the tablet; the edge tells the provider to come back: 503")
    world.start_ringd()
    world.note("ringd is started again")


CALLS = [
    Call("two-answers", "Three devices ring, two people answer in the same millisecond",
         {"people": people(), "caller": {"hang_up_after_bridged_ms": 400}}, "answered", act=two_answer_at_once,
         checks=[two_people_answered, losers_hung_up_with_the_answer], winner=["phone", "desk"]),
    Call("caller-cancels", "The caller hangs up while three devices ring",
         {"people": people(), "caller": {"hang_up_when": "ringing", "ringing_legs": 3, "hang_up_delay_ms": 300}},
         "abandoned", checks=[no_bridge_was_asked]),
    Call("answer-before-dial-response", "A person answers before the dial response is back",
         {"people": people(phone={"answer_after_ms": 50}), "caller": {"hang_up_after_bridged_ms": 400},
          "faults": [fault("hold_response", {"verb": "dial"}, ms=450, count=3)]}, "answered", winner=["phone"]),
    Call("bridge-fails-twice", "The bridge fails twice: voicemail, not silence",
         {"people": people(phone={"answer_after_ms": 300}), "caller": {"hang_up_when": "voicemail", "hang_up_delay_ms": 300},
          "faults": [fault("refuse", {"verb": "bridge"}, count=2, code="90034", title="Call not answered yet")]},
         "voicemail", checks=[two_bridges_half_a_second_apart, greeting_was_spoken]),
    Call("nobody-answers", "Nobody answers: greeting and recording",
         {"people": people(), "caller": {"hang_up_when": "voicemail", "hang_up_delay_ms": 300}}, "voicemail",
         checks=[greeting_was_spoken]),
    Call("forged-hangup", "A forged hangup for a live call is refused, the call goes on",
         {"people": people(desk={"answer_after_ms": 200})}, "answered", act=forge_a_hangup, winner=["desk"]),
    Call("replayed-webhook", "A captured webhook is replayed: answered, not acted on",
         {"people": people(tablet={"answer_after_ms": 200})}, "answered", act=replay_a_webhook, winner=["tablet"]),
    Call("worker-killed", "The worker is killed with SIGKILL in mid-ring and restarted",
         {"people": people(), "caller": {"hang_up_after_bridged_ms": 400}}, "answered",
         act=kill_worker_while_ringing, winner=["tablet"], allow_ms=STOP_RINGING_MS + RECOVERY_MS),
]
