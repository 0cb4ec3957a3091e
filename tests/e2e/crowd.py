"""Sixty-four devices of one user, all of them answered, in an order nobody chose: one bridge, and nobody rings on.
And a caller who leaves twenty of them.

Each call rolls its own order from the printed seed and its number; orders repeat, what the machine makes of them need
not. See run.py; must not know: how processes are started (world.py).
"""
import random

from calls import fault, rang_well, wait_closed
from world import sip, wait_for, World

COUNT = 64
DEVICES = [f"device{number}" for number in range(COUNT)]
FIRST_ANSWER_MS = 150
SLOW_MS = 300
AT_ONCE = 20  # fewer than the connections there are to a provider that speaks HTTP/1.1


class CrowdWorld(World):
    def __init__(self, build, **more):
        super().__init__(build, ring="30s", extra_ringd="apology 1s; tombstone 2h;", log_level="warning", **more)

    def directory_text(self, devices=None):
        return super().directory_text(devices or DEVICES)


def everybody(dice):
    """Who answers when: in any order, often two in the same millisecond, all within about a third of a second."""
    order, at_ms, people = dice.sample(DEVICES, COUNT), FIRST_ANSWER_MS, []
    for device in order:
        people.append({"to": sip(device), "answer_after_ms": at_ms})
        at_ms += dice.choice((0, 0, 1, 2, 5, 20))
    return people


def one_call(world, dice):
    """Plays a call and yields what differed."""
    handle = world.call({"people": everybody(dice), "caller": {"hang_up_after_bridged_ms": 800}})
    truth = wait_closed(world, handle, 30)
    yield from rang_well(truth)
    if len(truth["legs"]) != COUNT:
        yield f"{len(truth['legs'])} devices rang, expected {COUNT}"
    if truth["bridges"] != 1:
        yield f"{truth['bridges']} bridges, expected 1"
    bridges = {command["command_id"] for command in truth["commands"] if command["verb"] == "bridge"}
    if len(bridges) != 1:
        yield f"{len(bridges)} bridges were asked for, expected 1"
    world.rivals += sum(1 for leg in truth["legs"] if leg["answered_ms"]) - 1


def everybody_answers(world, seed=0, calls=20):
    world.rivals = 0
    for number in range(calls):
        found = [f"seed {seed}, call {number}: {sentence}" for sentence in one_call(world, random.Random(f"{seed}/{number}"))]
        yield from found
        if found:
            return
    print(f"    {calls} calls, seed {seed}: {world.rivals} answered and lost", flush=True)
    if world.rivals < calls:
        yield f"only {world.rivals} of {calls} calls had a second answer: this shows little"
    stats = world.sim("GET", "/stats")
    if stats["active_legs"]:
        yield f"{stats['active_legs']} legs are left over"


def a_caller_leaves_them_all(world, **_):
    """The provider takes 300 ms for each command: nothing may wait for the answer to another, or somebody rings on."""
    world.import_directory(DEVICES[:AT_ONCE])
    slow = [fault("latency", {"verb": verb}, ms=SLOW_MS, count=0) for verb in ("dial", "hangup")]
    handle = world.call({"people": [], "faults": slow, "caller": {"hang_up_when": "ringing", "ringing_legs": AT_ONCE}})
    truth = wait_closed(world, handle, 30)
    yield from rang_well(truth)
    if len(truth["legs"]) != AT_ONCE:
        yield f"{len(truth['legs'])} devices rang, expected {AT_ONCE}"
    for verb in ("dial", "hangup"):
        asked = [command["at_ms"] for command in truth["commands"] if command["verb"] == verb]
        if max(asked) - min(asked) > SLOW_MS:
            yield f"between the first and the last {verb} are {max(asked) - min(asked)} ms: they wait for answers"


CROWD = [everybody_answers, a_caller_leaves_them_all]
