"""What happens to events between the provider and the store: copies, a worker that is away, a worker that is slow.

Each function plays on a fresh world and yields what differed. See run.py.
"""
from calls import fault, people, phase_of, wait_ringing
from world import reserve_port, sip, wait_for

COPIES = 50


def count(world, handle, verb):
    return sum(1 for c in world.truth(handle)["commands"] if c["verb"] == verb)


def finish(world, handle):
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})
    wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 30)


def fifty_copies_are_processed_once(world):
    """50 parallel copies of one event: processed once, each answered 200 only after the first was durable."""
    handle = world.call({"people": people(),
                         "faults": [fault("duplicate", {"event": "call.initiated", "to": "parent"}, copies=COPIES - 1)]})
    wait_ringing(world, handle)

    def all_answered():
        sent = [a for w in world.truth(handle)["webhooks"] if w["type"] == "call.initiated" and w["who"] in ("parent", "caller", "")
                or w["call_control_id"] == handle["call_control_id"] and w["type"] == "call.initiated"
                for a in w["attempts"]]
        return len(sent) >= COPIES and all(a["status"] for a in sent) and sent
    attempts = wait_for(f"{COPIES} copies to be answered", all_answered, 15)
    finals = [a["status"] for a in attempts if a["status"] not in (503,)]
    if set(finals) != {200}:
        yield f"copies were answered {sorted(set(finals))}, expected 200"
    if count(world, handle, "dial") != 3:
        yield f"{count(world, handle, 'dial')} dials for {COPIES} copies, expected 3"
    ladder = world.session(handle)["ladder"]
    applied = [line for line in ladder if line["event"] == "call.initiated" and line.get("leg") == "caller"]
    if len(applied) != 1:
        yield f"the event was applied {len(applied)} times"
    durable_ms = applied[0]["at_ms"] if applied else 0
    early = [a for a in attempts if a["status"] == 200 and a["answered_ms"] < durable_ms]
    if early:
        yield f"{len(early)} copies were answered 200 before the first was applied"
    finish(world, handle)


def a_stopped_worker_loses_nothing(world):
    """Worker stopped: 503, and the provider's retry is processed once it is back."""
    world.stop_ringd()
    handle = world.call({"people": people()})

    def refused():
        attempts = [a for w in world.truth(handle)["webhooks"] for a in w["attempts"]]
        return [a for a in attempts if a["status"] == 503]
    wait_for("the edge to answer 503", refused)
    if world.edge()["outcomes"]["accepted"] != 0:
        yield "an event was accepted while the worker was away"
    world.start_ringd()
    wait_ringing(world, handle)
    if count(world, handle, "dial") != 3:
        yield f"{count(world, handle, 'dial')} dials, expected 3"
    finish(world, handle)


def a_killed_worker_under_copies_applies_once(world):
    """The worker dies while copies of an answer arrive: after the retries the answer counts once."""
    handle = world.call({"people": people(), "caller": {"hang_up_after_bridged_ms": 300},
                         "faults": [fault("duplicate", {"event": "call.answered"}, copies=9)]})
    wait_ringing(world, handle)
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": sip("phone"), "do": "answer"})
    world.kill_ringd()
    world.start_ringd()
    wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 30)
    truth = world.truth(handle)
    if len([leg for leg in truth["legs"] if leg["bridged_ms"]]) != 1:
        yield "not exactly one leg was bridged"
    bridges = {c["command_id"] for c in truth["commands"] if c["verb"] == "bridge"}
    if len(bridges) != 1:
        yield f"{len(bridges)} different bridge commands"


def the_failover_address_is_as_good(world):
    """Nobody listens at the first address, so each event comes by the second, where the call goes on as ever; the same
    event by both is one event."""
    nobody = reserve_port()
    world.sim("POST", "/config", {"webhook_url": f"http://127.0.0.1:{nobody.getsockname()[1]}/",
                                  "failover_url": world.webhook_url("call-control/failover")})
    handle = world.call({"people": people(phone={"answer_after_ms": 300}), "caller": {"hang_up_after_bridged_ms": 300}})
    wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 30)
    nobody.close()
    truth, view = world.truth(handle), world.session(handle)
    if view["outcome"] != "answered" or not any(leg["bridged_ms"] for leg in truth["legs"]):
        yield f"the outcome is {view['outcome']}, expected answered"
    first = truth["webhooks"][0]
    if [attempt["status"] for attempt in first["attempts"]] != [0, 0, 200]:
        yield f"the first webhook's attempts were answered {first['attempts']}"
    applied = len(view["ladder"])
    world.sim("POST", "/config", {"webhook_url": world.webhook_url()})
    again = world.sim("POST", "/replay", {"webhook": first["id"]})
    if again["status"] != 200 or len(world.session(handle)["ladder"]) != applied:
        yield f"a copy by the first address was answered {again['status']}, and the ladder has changed"
    if world.edge()["outcomes"]["duplicate"] != 1:
        yield f"the edge counted {world.edge()['outcomes']}, expected one duplicate"


DELIVERY = [the_failover_address_is_as_good, fifty_copies_are_processed_once, a_stopped_worker_loses_nothing, a_killed_worker_under_copies_applies_once]
