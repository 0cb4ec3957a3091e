"""The provider's list of live calls against what the store knows: strays are taken in or hung up, and nobody else is.

Each function plays on a fresh SweepWorld and yields what differed. See run.py.
"""
import base64
import urllib.parse

from calls import everything_ended, people, phase_of, wait_phase, wait_ringing
from world import World, sip, wait_for

CONNECTION = "1684641123236054244"


class SweepWorld(World):
    """Sweeps every second, and takes a call of two seconds for one that nobody will speak for any more."""

    def _ringd_conf(self):
        return super()._ringd_conf().replace(
            "telnyx {", f"telnyx {{ sweep 1s; stray_age 2s; connection {CONNECTION};")

    def swept(self, times):
        """So many further sweeps, begun and done."""
        first = self.ringctl("health")["engine"]["sweeps"]
        wait_for(f"{times} sweeps", lambda: self.ringctl("health")["engine"]["sweeps"] > first + times, 30)

    def counted(self, key):
        return self.ringctl("health")["engine"][key]

    def act(self, handle, who, what):
        self.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": who, "do": what})


def talking(world):
    handle = world.call({"people": people(phone={"answer_after_ms": 200})})
    wait_phase(world, handle, "connected")

    def told():  # what is still on its way would tell the next ringd of the call
        truth = world.truth(handle)
        return truth["alive_legs"] == 2 and all(webhook["finished"] for webhook in truth["webhooks"])
    wait_for("all webhooks to be taken", told)
    return handle


def phones_of_a_lost_store_stop_ringing(world):
    handle = world.call({"people": people()})
    wait_ringing(world, handle)
    # None of these may be on its way still: the next ringd would learn of the phones by it.
    wait_for("their webhooks to be taken", lambda: 4 == sum(
        step["event"] == "call.initiated" for step in world.session(handle)["ladder"]))
    world.lose_store()
    wait_for("the phones to stop", lambda: world.truth(handle)["ringing_now"] == 0, 15)
    if world.counted("strays") < 3:
        yield "they were not found by a sweep"
    if world.truth(handle)["parent"]["state"] == "ended":
        yield "the caller, of whom nothing tells that he is ours, was hung up"
    ended = [c["to"] for c in world.truth(handle)["commands"] if c["verb"] == "hangup" and c["status"] == 200]
    if len(ended) != 3:
        yield f"hang-ups: {ended}"
    world.act(handle, "caller", "hangup")
    wait_for("everything to end", lambda: world.truth(handle)["over"])
    yield from everything_ended(world.truth(handle))


def two_who_talk_outlive_their_store(world):
    handle = talking(world)
    world.lose_store()
    wait_for("a sweep to meet them", lambda: world.counted("strays_left") >= 4, 30)
    if world.truth(handle)["alive_legs"] != 2 or world.counted("strays"):
        yield "a conversation was cut off because the store was lost"
    world.act(handle, "caller", "hangup")
    wait_for("everything to end", lambda: world.truth(handle)["over"])
    yield from everything_ended(world.truth(handle))


def a_caller_alone_is_let_go_with_the_lost_store(world):
    """In voicemail, answered by us, and nobody knows any more what for: silence is the worst."""
    handle = world.call({"people": people(**{d: {"decline_after_ms": 100} for d in ("phone", "tablet", "desk")})})
    wait_phase(world, handle, "vm_recording")
    world.lose_store()
    wait_for("the caller to be let go", lambda: world.truth(handle)["over"], 20)
    wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 20)


def known_calls_and_calls_of_others_are_left_alone(world):
    handle = talking(world)
    other = world.call({"faults": [{"match": {"event": "call.initiated", "to": "parent"}, "do": "lose"}]})
    state = base64.b64encode(b'{"s":"another system"}').decode()
    api_key = (world.dir / "api.key").read_text().strip()
    path = f"/v2/calls/{urllib.parse.quote(other['call_control_id'])}/actions/answer"
    status, _ = world.http(world.sim_port, "POST", path, {"client_state": state},
                           {"Authorization": "Bearer " + api_key, "Content-Type": "application/json"})
    if status != 200:
        yield f"the other system's answer got {status}"
    world.swept(4)
    if world.counted("strays") or world.counted("strays_left"):
        yield f"strays: {world.counted('strays')}, left: {world.counted('strays_left')}"
    if [c["verb"] for c in world.truth(other)["commands"]] != ["answer"] or world.truth(other)["alive_legs"] != 1:
        yield f"another system's call was touched: {world.truth(other)['commands']}"
    before = len(world.session(handle)["ladder"])
    world.swept(2)
    if len(world.session(handle)["ladder"]) != before:
        yield "a call that is as it should be was written to by a sweep"
    world.act(handle, "caller", "hangup")
    wait_phase(world, handle, "closed")


def the_winner_is_not_forgotten_with_its_store(world):
    """The store is lost while a device that answered waits for its caller: it stands alone, and is let go."""
    handle = world.call({"people": people(phone={"answer_after_ms": 200}),
                         "faults": [{"match": {"verb": "answer"}, "do": "drop", "count": 0}]})
    wait_for("the answer", lambda: any(c["verb"] == "answer" for c in world.truth(handle)["commands"]))
    world.lose_store()
    wait_for("the device to be let go", lambda: all(
        leg["state"] == "ended" for leg in world.truth(handle)["legs"]), 20)
    world.sim("POST", "/faults", {"clear": True})
    world.act(handle, "caller", "hangup")
    wait_for("everything to end", lambda: world.truth(handle)["over"])


SWEEP = [phones_of_a_lost_store_stop_ringing, two_who_talk_outlive_their_store,
         a_caller_alone_is_let_go_with_the_lost_store, known_calls_and_calls_of_others_are_left_alone,
         the_winner_is_not_forgotten_with_its_store]
