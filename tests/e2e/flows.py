"""The flows beyond plain ringing: transfer, keys, machines, waves, agents, blocked callers, calls of our own devices,
and what operators do. Each function plays on a fresh FlowWorld and yields what differed. See run.py.

One directory serves them all; each flow has a number and a user of its own.
"""
from datetime import datetime, timedelta, timezone

from calls import (STOP_RINGING_MS, dialled_once, everything_ended, one_winner, phase_of, stopped_ringing, wait_closed,
                   wait_phase)
from world import CALLER, Failed, sip, wait_for, World

BLOCKED = "+491900666777"
COLLEAGUE = "+4940111222"
AGENT = "sip:reception@agents.example.com"
SINGLE, PRESS1, AMD, WAVES, RECEPTION, AGAIN = (f"+493055510{n}" for n in range(6))

DIRECTORY = """organisation acme {{
    greeting "Please leave a message after the tone.";
    block +491900666*;
    outbound {{ caller_id {SINGLE}; block +4919*; }}
    agent reception {{ to {AGENT}; }}
    user single {{ {phone} }}
    user press1 {{
        device mobile {{ number +4915111; verify press1; }}
        device home {{ number +4915112; verify press1; }}
    }}
    user amd {{
        device mobile {{ number +4915121; verify amd; }}
        device home {{ number +4915122; verify amd; }}
    }}
    user waves {{
        device first {{ number +4915131; }}
        device second {{ number +4915132; }}
        plan steps {{ wave {{ device first timeout=10s; }} wave after=8s {{ device second; }} ring 25s; }}
        plan steps;
    }}
    user again {{
        device first {{ number +4915141; }}
        device second {{ number +4915142; }}
        plan once {{ wave {{ device first; device second; }} on_winner_lost ring_again; ring 20s; }}
        plan once;
    }}
    number {SINGLE} {{ ring single; }}
    number {PRESS1} {{ ring press1; }}
    number {AMD} {{ ring amd; }}
    number {WAVES} {{ ring waves; }}
    number {RECEPTION} {{ agent reception; }}
    number {AGAIN} {{ ring again; }}
}}
"""


class FlowWorld(World):
    """With one user and one number for each flow, and times in which a person can be scripted."""

    def __init__(self, build, **more):
        super().__init__(build, ring="30s", extra_ringd="leg 6s; screen 4s; apology 1s; record_retry 300ms;", **more)

    def directory_text(self, devices=None):
        now, stamp = datetime.now(timezone.utc), "%Y-%m-%dT%H:%M:%SZ"
        phone = (f"device phone {{ sip_username gencredphone; last_active_at {now.strftime(stamp)}; "
                 f"credential_expires_at {(now + timedelta(days=30)).strftime(stamp)}; }}")
        return DIRECTORY.format(phone=phone, **globals())

    def begin(self, number, people=(), caller=None, **more):
        return self.sim("POST", "/calls", {"from": CALLER, "to": number, "caller_name": "Carla Caller",
                                           "people": list(people), "caller": caller or {}, **more})


def verbs(truth):
    return [command["verb"] for command in truth["commands"]]


def end_of(world, handle, outcome, seconds=40):
    """Waits for the end, and checks what holds for every call."""
    truth = wait_closed(world, handle, seconds)
    seen = (world.session(handle) or {}).get("outcome")
    if seen != outcome:
        yield f"ringd says outcome {seen!r}, expected {outcome!r}"
    yield from everything_ended(truth)
    yield from one_winner(truth)


def bridged_to(truth):
    return [leg["to"] for leg in truth["legs"] if leg["bridged_ms"]]


def expect_bridge(truth, to):
    if bridged_to(truth) != [to]:
        yield f"bridged was {bridged_to(truth)}, expected {to}"


HANGS_UP = {"hang_up_after_bridged_ms": 300}
LEAVES_A_MESSAGE = {"hang_up_when": "voicemail", "hang_up_delay_ms": 200}


def one_device_is_a_transfer(world):
    handle = world.begin(SINGLE, [{"to": sip("phone"), "answer_after_ms": 300}], HANGS_UP)
    yield from end_of(world, handle, "answered")
    truth = world.truth(handle)
    if verbs(truth)[0] != "transfer" or "dial" in verbs(truth) or "bridge" in verbs(truth):
        yield f"the commands were {verbs(truth)}"
    yield from expect_bridge(truth, sip("phone"))
    if not truth["recordings"]:
        yield "the conversation was not recorded"


def a_conversation_that_cannot_be_recorded_is_counted(world):
    refused = {"match": {"verb": "record_start"}, "do": "refuse", "count": 3, "code": "90033", "title": "No recording"}
    handle = world.begin(SINGLE, [{"to": sip("phone"), "answer_after_ms": 100}], faults=[refused])
    wait_for("three attempts", lambda: verbs(world.truth(handle)).count("record_start") == 3)
    wait_phase(world, handle, "connected")
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})
    yield from end_of(world, handle, "answered")
    if world.truth(handle)["recordings"]:
        yield "it was recorded: this shows nothing"
    recorded = world.begin(SINGLE, [{"to": sip("phone"), "answer_after_ms": 100}], HANGS_UP)
    yield from end_of(world, recorded, "answered")
    if (count := world.ringctl("health")["engine"]["recordings_missing"]) != 1:
        yield f"{count} recordings are counted as missing, expected 1"
    if "recording_missing" not in (world.dir / "ringd.log").read_text():
        yield "the log says nothing"


def a_transfer_that_nobody_takes_ends_in_voicemail(world):
    handle = world.begin(SINGLE, [{"to": sip("phone"), "decline_after_ms": 300}], LEAVES_A_MESSAGE)
    yield from end_of(world, handle, "voicemail")
    if not world.truth(handle)["recordings"]:
        yield "nothing was recorded"


def a_caller_who_leaves_a_transfer_is_let_go(world):
    handle = world.begin(SINGLE, [], {"hang_up_when": "ringing", "hang_up_delay_ms": 200})
    yield from end_of(world, handle, "abandoned")


def a_killed_worker_still_has_its_transfer(world):
    handle = world.begin(SINGLE)
    wait_for("the destination to ring", lambda: world.truth(handle)["ringing_now"] == 1)
    world.kill_ringd()
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": sip("phone"), "do": "answer"})
    world.start_ringd()
    wait_phase(world, handle, "connected")
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})
    yield from end_of(world, handle, "answered")
    yield from dialled_once(world.truth(handle))


def who_presses_one_gets_the_call(world):
    """A mailbox answers at once and presses nothing; a person answers later, presses 1, and wins."""
    handle = world.begin(PRESS1, [{"to": "+4915111", "answer_after_ms": 100},
                                 {"to": "+4915112", "answer_after_ms": 600, "presses": "1", "press_after_ms": 400}],
                        HANGS_UP)
    yield from end_of(world, handle, "answered")
    truth = world.truth(handle)
    yield from expect_bridge(truth, "+4915112")
    if verbs(truth).count("gather_using_speak") != 2:
        yield f"the commands were {verbs(truth)}"


def who_presses_nothing_never_wins(world):
    handle = world.begin(PRESS1, [{"to": "*", "answer_after_ms": 100, "presses": "7"}], LEAVES_A_MESSAGE)
    yield from end_of(world, handle, "voicemail")
    if bridged_to(world.truth(handle)):
        yield f"{bridged_to(world.truth(handle))} was bridged without the key"


def a_machine_never_wins(world):
    handle = world.begin(AMD, [{"to": "+4915121", "answer_after_ms": 100, "machine": "yes"},
                              {"to": "+4915122", "answer_after_ms": 900}], HANGS_UP)
    yield from end_of(world, handle, "answered")
    yield from expect_bridge(world.truth(handle), "+4915122")


def who_may_be_a_machine_presses_one(world):
    handle = world.begin(AMD, [{"to": "+4915121", "answer_after_ms": 100, "machine": "unsure", "presses": "1"}],
                        HANGS_UP)
    yield from end_of(world, handle, "answered")
    truth = world.truth(handle)
    yield from expect_bridge(truth, "+4915121")
    if verbs(truth).count("gather_using_speak") != 1:
        yield f"the commands were {verbs(truth)}"


def the_next_wave_comes_early_when_nobody_rings(world):
    handle = world.begin(WAVES, [{"to": "+4915131", "decline_after_ms": 400},
                                {"to": "+4915132", "answer_after_ms": 200}], HANGS_UP)
    yield from end_of(world, handle, "answered")
    truth = world.truth(handle)
    yield from expect_bridge(truth, "+4915132")
    dials = [command["at_ms"] for command in truth["commands"] if command["verb"] == "dial"]
    if len(dials) != 2 or not 300 <= dials[1] - dials[0] <= 2500:
        yield f"the dials came at {dials}, expected the second about 400 ms after the first"


def another_plan_is_tried_on_a_stored_call(world):
    """`first` declined and `second` took the call; with another plan a third device, of which nothing is known, rings."""
    handle = world.begin(WAVES, [{"to": "+4915131", "decline_after_ms": 400},
                                 {"to": "+4915132", "answer_after_ms": 200}], HANGS_UP)
    yield from end_of(world, handle, "answered")
    commands = len(world.truth(handle)["commands"])
    plan = world.dir / "other.plan"
    plan.write_text("plan other { wave { device second; device third timeout=10s; } }")
    made = world.ringctl("replay", handle["call_leg_id"], "--plan", str(plan))
    doubts = " ".join(made["doubts"])
    if made["outcome"] != "answered" or made["winner"] != "second":
        yield f"with another plan: {made['outcome']}, {made.get('winner')}"
    if "third was not rung in that call" not in doubts or "first was rung in that call and is not" not in doubts:
        yield f"what is not known: {doubts}"
    if len(world.truth(handle)["commands"]) != commands:
        yield "somebody was rung for it"


def the_next_wave_comes_at_its_time(world):
    handle = world.begin(WAVES, [{"to": "+4915132", "answer_after_ms": 100}], HANGS_UP)
    yield from end_of(world, handle, "answered")
    truth = world.truth(handle)
    dials = [command["at_ms"] for command in truth["commands"] if command["verb"] == "dial"]
    if len(dials) != 2 or not 7800 <= dials[1] - dials[0] <= 9500:
        yield f"the dials came at {dials}, expected the second 8 s after the first"
    yield from stopped_ringing(truth, STOP_RINGING_MS)


def a_lost_winner_lets_the_others_ring_again(world):
    """The first answers and is gone before the bridge is made; the caller hears that he is still being connected."""
    handle = world.begin(AGAIN, [{"to": "+4915141", "answer_after_ms": 200, "hang_up_after_answer_ms": 60},
                                {"to": "+4915142", "answer_after_ms": 700}], HANGS_UP,
                        faults=[{"match": {"verb": "answer"}, "do": "latency", "ms": 300}])
    yield from end_of(world, handle, "answered")
    yield from expect_bridge(world.truth(handle), "+4915142")


def an_agent_takes_the_call(world):
    handle = world.begin(RECEPTION, [{"to": AGENT, "answer_after_ms": 200}], HANGS_UP)
    yield from end_of(world, handle, "answered")
    truth = world.truth(handle)
    if verbs(truth)[:2] != ["answer", "transfer"]:
        yield f"the commands were {verbs(truth)}"
    yield from expect_bridge(truth, AGENT)
    headers = truth["legs"][0]["headers"]
    if headers.get("X-Org-Id") != "acme":
        yield f"the agent was told {headers}"
    if CALLER[1:-4] in str(headers):
        yield "the agent was told the caller's whole number"
    shown = (truth["legs"][0]["from"], truth["legs"][0]["display_name"])
    if shown != (RECEPTION, ""):
        yield f"the agent was shown {shown}, expected {RECEPTION} and no name"


def an_agent_that_is_away_leaves_voicemail(world):
    handle = world.begin(RECEPTION, [{"to": AGENT, "unreachable": True}], LEAVES_A_MESSAGE)
    yield from end_of(world, handle, "voicemail")


def a_blocked_caller_is_rejected(world):
    handle = world.sim("POST", "/calls", {"from": BLOCKED, "to": SINGLE})
    yield from end_of(world, handle, "rejected")
    truth = world.truth(handle)
    if verbs(truth) != ["reject"] or truth["legs"]:
        yield f"the commands were {verbs(truth)}"
    if truth["parent"]["hangup_cause"] != "call_rejected":
        yield f"the caller was told {truth['parent']['hangup_cause']}"


def call_out(world, to, caller=None):
    return world.sim("POST", "/calls", {"from": "gencredphone", "to": to, "outbound": True, "caller": caller or {},
                                        "people": [{"to": to, "answer_after_ms": 200}]})


def a_device_calls_out(world):
    world.sim("POST", "/config", {"webhook_url": world.webhook_url("credential")})
    handle = call_out(world, COLLEAGUE, HANGS_UP)
    yield from end_of(world, handle, "answered")
    truth = world.truth(handle)
    if verbs(truth)[0] != "transfer" or "answer" in verbs(truth):
        yield f"the commands were {verbs(truth)}"
    yield from expect_bridge(truth, COLLEAGUE)
    if truth["legs"][0]["from"] != SINGLE:
        yield f"the destination was shown {truth['legs'][0]['from']}, expected {SINGLE}"
    if not truth["recordings"]:
        yield "the conversation was not recorded"


def a_device_may_not_call_a_blocked_number(world):
    handle = call_out(world, "+4919001234")
    yield from end_of(world, handle, "rejected")
    if verbs(world.truth(handle)) != ["hangup"]:
        yield f"the commands were {verbs(world.truth(handle))}"


def an_operator_ends_a_call(world):
    handle = world.begin(AGAIN)
    wait_for("two devices to ring", lambda: world.truth(handle)["ringing_now"] == 2)
    world.ringctl("cancel", handle["call_leg_id"])
    yield from end_of(world, handle, "cancelled")
    try:
        world.ringctl("cancel", handle["call_leg_id"])
        yield "an ended call was cancelled once more"
    except Failed as refusal:
        if "has ended" not in str(refusal):
            yield f"the refusal was: {refusal}"


def a_device_that_wakes_up_joins(world):
    handle = world.begin(AGAIN, [{"to": "+4915141", "unreachable": True}], HANGS_UP)
    wait_for("one device to be gone", lambda: [leg["state"] for leg in world.truth(handle)["legs"]].count("ended") == 1)
    wait_for("ringd to know", lambda: any(leg["state"] == "ended" for leg in world.session(handle)["devices"]))
    answer = world.ringctl("ready", "acme/again/first")
    if answer.get("calls") != [handle["call_leg_id"]]:
        yield f"the device joined {answer}"
    wait_for("the device to have been dialled again", lambda: verbs(world.truth(handle)).count("dial") == 3)
    wait_phase(world, handle, "ringing")
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "+4915142", "do": "answer"})
    yield from end_of(world, handle, "answered")


def what_cannot_be_read_changes_nothing(world):
    """Genuine webhooks with a state that is not ours, of a type nobody knows, of another family, and unreadable."""
    handle = world.begin(SINGLE)
    wait_for("the destination to ring", lambda: world.truth(handle)["ringing_now"] == 1)
    commands = len(world.truth(handle)["commands"])
    states = [None, "%%%", "bm90IGpzb24=", "A" * 8192, "eyJyZiI6MSwicyI6Im90aGVyIiwibCI6MCwiZyI6MX0="]
    for number, state in enumerate(states):
        answer = world.sim("POST", "/forge", {
            "call": handle["call_session_id"], "event_type": "call.hangup", "how": "valid", "id": f"odd-{number}",
            "payload": {"client_state": state, "call_leg_id": f"stranger-{number}", "call_control_id": "v3:stranger",
                        "call_session_id": "another"}})
        if answer["status"] != 200:
            yield f"a state {str(state)[:20]!r} was answered {answer['status']}"
    odd = [{"event_type": "call.surprise", "id": "odd-type"}, {"event_type": "message.received", "id": "odd-family"},
           {"raw": "{\"data\":"}, {"raw": "[]"}, {"raw": "{\"data\":{\"event_type\":\"call.hangup\"}}"}]
    for forged in odd + odd:
        answer = world.sim("POST", "/forge", {"call": handle["call_session_id"], "how": "valid", **forged})
        if answer["status"] != 200:
            yield f"{forged} was answered {answer['status']}"
    engine = world.ringctl("health")["engine"]
    bad, other = world.ringctl("dead")["events"], world.ringctl("dead", "--other")["events"]
    if engine["bad"] != 3 or len(bad) != 3 or not all(event["why"] for event in bad):
        yield f"unreadable events: {engine['bad']} counted, {bad}"
    if [event["event"] for event in other] != ["odd-family"]:
        yield f"events of other families: {other}"
    if not all(event.get("body_base64") for event in world.ringctl("dead", "--whole")["events"]):
        yield "a body is not kept"
    if len(world.truth(handle)["commands"]) != commands or phase_of(world, handle) != "transferring":
        yield "a webhook that means nothing had an effect"
    if not any(step["event"] == "call.surprise" for step in world.session(handle)["ladder"]):
        yield "the unknown type is not in the ladder"
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})
    yield from end_of(world, handle, "abandoned")


def a_call_without_its_wrapper_rings(world):
    """As a few real ones arrive: no `data`, no id. Sent twice, it rings once."""
    handle = world.begin(SINGLE, [{"to": sip("phone"), "answer_after_ms": 500}], HANGS_UP,
                         faults=[{"match": {"event": "call.initiated", "to": "parent"}, "do": "lose"}])
    for _ in range(2):
        answer = world.sim("POST", "/forge", {"call": handle["call_session_id"], "event_type": "call.initiated",
                                              "how": "valid", "bare": True})
        if answer["status"] != 200:
            yield f"it was answered {answer['status']}"
    yield from end_of(world, handle, "answered")
    truth = world.truth(handle)
    yield from dialled_once(truth)
    if [w["fault"] for w in truth["webhooks"] if w["type"] == "call.initiated" and w["who"] == "caller"] != ["lose"]:
        yield "the wrapped webhook was not lost: this shows nothing"


FLOWS = [a_call_without_its_wrapper_rings, one_device_is_a_transfer,
         a_conversation_that_cannot_be_recorded_is_counted, another_plan_is_tried_on_a_stored_call,
         a_transfer_that_nobody_takes_ends_in_voicemail,
         a_caller_who_leaves_a_transfer_is_let_go, a_killed_worker_still_has_its_transfer,
         who_presses_one_gets_the_call, who_presses_nothing_never_wins, a_machine_never_wins,
         who_may_be_a_machine_presses_one, the_next_wave_comes_early_when_nobody_rings,
         the_next_wave_comes_at_its_time, a_lost_winner_lets_the_others_ring_again, an_agent_takes_the_call,
         an_agent_that_is_away_leaves_voicemail, a_blocked_caller_is_rejected, a_device_calls_out,
         a_device_may_not_call_a_blocked_number, an_operator_ends_a_call, a_device_that_wakes_up_joins,
         what_cannot_be_read_changes_nothing]
