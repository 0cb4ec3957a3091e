"""Each webhook of a call on its own: lost, doubled, replayed later, out of order. The call still reaches its end.

A flow is played once undisturbed to learn which webhooks it has, then once for each of them and each trouble; all of
one trouble go on at the same time. Each function plays on a fresh WebhookWorld and yields what differed. See run.py.
"""
from collections import Counter

from calls import dialled_once, everything_ended, fault, one_winner, phase_of
from flows import AGAIN, AGENT, AMD, BLOCKED, COLLEAGUE, PRESS1, RECEPTION, SINGLE, FlowWorld, LEAVES_A_MESSAGE
from world import CALLER, Failed, sip, wait_for

HANGS_UP = {"hang_up_after_bridged_ms": 1000}  # not before a webhook that is late has come
TALKS = {"hang_up_after_bridged_ms": 1500}
# Without these nobody can know who took the call: it may end in voicemail instead, and never in silence.
DECIDING = ("call.answered", "call.gather.ended", "call.machine.premium.detection.ended", "call.hangup")
# A caller of whom nobody knows hears ringing until he gives up; everybody else is done long before.
PATIENCE_MS = 40_000
# What a lost webhook would have told is found in the provider's records instead, which takes a few looks.
END_S = 150


class WebhookWorld(FlowWorld):
    """Short times, so that what only a deadline repairs is repaired soon."""

    def __init__(self, build, **more):
        super().__init__(build, log_level="warning", **more)


class Flow:
    def __init__(self, name, to, people, caller, outcome, **more):
        self.name, self.outcome = name, outcome
        self.script = {"from": CALLER, "to": to, "people": people, **more,
                       "caller": {"hang_up_after_ms": PATIENCE_MS, **caller}}

    def begin(self, world, faults=()):
        return world.sim("POST", "/calls", {**self.script, "faults": [*self.script.get("faults", ()), *faults]})


FIRST, SECOND = "+4915141", "+4915142"
FLOWS = [
    Flow("answered", AGAIN, [{"to": FIRST, "answer_after_ms": 300}], HANGS_UP, "answered"),
    Flow("two answer", AGAIN, [{"to": FIRST, "answer_after_ms": 300}, {"to": SECOND, "answer_after_ms": 300}], HANGS_UP,
         "answered"),
    Flow("cancelled", AGAIN, [], {"hang_up_when": "ringing", "ringing_legs": 2, "hang_up_delay_ms": 200}, "abandoned"),
    Flow("declined", AGAIN, [{"to": "*", "decline_after_ms": 200}], LEAVES_A_MESSAGE, "voicemail"),
    Flow("winner lost", AGAIN, [{"to": FIRST, "answer_after_ms": 200, "hang_up_after_answer_ms": 60},
                                {"to": SECOND, "answer_after_ms": 700}], TALKS, "answered",
         faults=[{"match": {"verb": "answer"}, "do": "latency", "ms": 300}]),
    Flow("transfer", SINGLE, [{"to": sip("phone"), "answer_after_ms": 300}], HANGS_UP, "answered"),
    Flow("transfer declined", SINGLE, [{"to": sip("phone"), "decline_after_ms": 300}], LEAVES_A_MESSAGE, "voicemail"),
    Flow("screened", PRESS1, [{"to": "+4915111", "answer_after_ms": 100},
                              {"to": "+4915112", "answer_after_ms": 300, "presses": "1", "press_after_ms": 300}],
         HANGS_UP, "answered"),
    Flow("machine", AMD, [{"to": "+4915121", "answer_after_ms": 100, "machine": "yes"},
                          {"to": "+4915122", "answer_after_ms": 300}], HANGS_UP, "answered"),
    Flow("agent", RECEPTION, [{"to": AGENT, "answer_after_ms": 200}], HANGS_UP, "answered"),
    Flow("outgoing", COLLEAGUE, [{"to": COLLEAGUE, "answer_after_ms": 200}], HANGS_UP, "answered", outbound=True,
         **{"from": "gencredphone"}),
    Flow("rejected", SINGLE, [], {}, "rejected", **{"from": BLOCKED}),
]


def ended(world, handle):
    """Over for the provider, and closed for ringd or never known to it."""
    return world.truth(handle)["over"] and phase_of(world, handle) in ("closed", None)


def webhooks_of(world, flow):
    """(type, whose, which of these) of each webhook of an undisturbed call."""
    handle = flow.begin(world)
    wait_for(f"an undisturbed call to end: {flow.name}", lambda: ended(world, handle), 60)
    seen, found = Counter(), []
    for webhook in world.truth(handle)["webhooks"]:
        who = "parent" if webhook["who"] == "caller" else webhook["who"]
        seen[webhook["type"], who] += 1
        found.append((webhook["type"], who, seen[webhook["type"], who]))
    return found


def outcomes_of(flow, webhook, do):
    """What this call may come to."""
    kind, who, _ = webhook
    if do == "lose" and (kind, who) == ("call.initiated", "parent"):
        return {"abandoned"}  # it was never offered: its caller gives up
    if do == "lose" and who != "parent" and kind in DECIDING:
        return {flow.outcome, "voicemail"}
    return {flow.outcome}


def differences(world, flow, webhook, do, handle):
    truth = world.truth(handle)
    yield from everything_ended(truth)
    yield from one_winner(truth)
    if not ended(world, handle):
        yield f"it has not reached its end: {phase_of(world, handle)}"
        return
    outcome, expected = (world.session(handle) or {}).get("outcome"), outcomes_of(flow, webhook, do)
    if outcome not in expected:
        yield f"ringd says outcome {outcome!r}, expected {' or '.join(map(str, expected))}"
    if webhook == ("call.initiated", "parent", 1) and do == "lose" and truth["legs"]:
        yield "somebody was called"
    if do != "lose" and flow.name != "winner lost":  # where everybody else rings again
        yield from dialled_once(truth)


def each(world, do, **more):
    """Plays every flow once for every webhook of it, with this trouble."""
    begun = []
    for flow in FLOWS:
        for webhook in webhooks_of(world, flow):
            kind, who, nth = webhook
            begun.append((flow, webhook, flow.begin(world, [fault(do, {"event": kind, "to": who, "nth": nth}, **more)])))
    open_calls = dict(enumerate(begun))

    def done():
        for number, (_, _, handle) in list(open_calls.items()):
            if ended(world, handle):
                del open_calls[number]
        return not open_calls
    try:
        wait_for("every call to end", done, END_S)
    except Failed:
        pass  # each that did not is told of below
    for flow, webhook, handle in begun:
        found = list(differences(world, flow, webhook, do, handle))
        yield from (f"{flow.name}, {webhook[0]} {webhook[2]} of {webhook[1]}: {do}: {sentence}" for sentence in found)
    spoilt = sum(any(sent["fault"] == do for sent in world.truth(handle)["webhooks"]) for _, _, handle in begun)
    print(f"    {do}: {spoilt} webhooks in {len(begun)} calls of {len(FLOWS)} kinds", flush=True)
    if spoilt < 0.95 * len(begun):  # of two who answer the other one may have won
        yield "too few webhooks were spoilt: this shows little"
    broken = {name: count for name, count in world.ringctl("health")["engine"]["broken"].items() if count}
    if broken:
        yield f"invariants were broken: {broken}"


def each_webhook_lost(world):
    yield from each(world, "lose")


def each_webhook_doubled(world):
    yield from each(world, "duplicate", copies=1)


def each_webhook_replayed(world):
    yield from each(world, "replay", ms=700)


def each_webhook_late(world):
    yield from each(world, "delay", ms=400)


WEBHOOKS = [each_webhook_lost, each_webhook_doubled, each_webhook_replayed, each_webhook_late]
