"""A rolling upgrade: two ringd on one Redis, of which one stores sessions in the next format, webhooks alternating between
them. Whoever meets a call of the newer one without understanding it leaves it alone, and no call notices.

Each function plays on a fresh UpgradeWorld and yields what differed. Store redis only. See run.py.
"""
from calls import RECOVERY_MS, STOP_RINGING_MS, people, wait_ringing
from fleet import FleetWorld, closed, differences, script_of
from world import sip, wait_for

CALLS = 12
NEXT = "tests/e2e/ringd_next"
# A webhook that met the older worker comes again at once, and after half a second if it met that one twice.
RETRIES_MS = 1500


class UpgradeWorld(FleetWorld):
    """Both workers are of today; upgrade() makes one of them tomorrow's."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.programs = dict(self.programs)

    def upgrade(self, name, program=NEXT):
        self.programs[name] = program
        self._end(name)
        if name == "ringd2":
            self.start_second()
        else:
            super(FleetWorld, self).start_ringd()

    def left_to_newer(self):
        return sum(health["engine"]["of_a_newer"] for health in self.healths().values())


def judge(world, handles):
    for number, handle in enumerate(handles):
        yield from (f"call {number}: {sentence}"
                    for sentence in differences(world, number, handle, STOP_RINGING_MS + RECOVERY_MS + RETRIES_MS))


def two_formats_live_on_one_store(world):
    """Old and new serve together for the whole life of the calls."""
    world.upgrade("ringd2")
    handles = [world.call(script_of(number)) for number in range(CALLS)]
    wait_for("all calls to end and close", lambda: all(over(world, handle) for handle in handles), 90)
    print("    left to the newer:", world.left_to_newer())
    if not world.left_to_newer():
        yield "the older worker never met a call of the newer one: nothing was shown"
    world.upgrade("ringd")  # so that both can read all
    yield from judge(world, handles)


def over(world, handle):
    return world.truth(handle)["over"] and (world.second("call", handle["call_leg_id"]) or {}).get("phase") == "closed"


def calls_live_through_the_upgrade_of_both(world):
    """Ringing when the first worker is replaced, ringing still when the second is; answered after that."""
    handles = [world.call({"people": people(), "caller": {"hang_up_after_bridged_ms": 300}}) for _ in range(6)]
    for handle in handles:
        wait_ringing(world, handle)
    world.upgrade("ringd2")
    for handle in handles[:3]:
        act(world, handle, sip("tablet"), "answer")
    world.upgrade("ringd")
    for handle in handles[3:]:
        act(world, handle, sip("desk"), "answer")
    wait_for("all calls to end and close", lambda: all(closed(world, handle) for handle in handles), 60)
    for number, handle in enumerate(handles):
        if len([leg for leg in world.truth(handle)["legs"] if leg["bridged_ms"]]) != 1:
            yield f"call {number}: not exactly one of one who answered was bridged"
        yield from (f"call {number}: {sentence}"
                    for sentence in differences(world, 1, handle, STOP_RINGING_MS + RECOVERY_MS + RETRIES_MS))


def a_step_back_loses_nothing(world):
    """The new version is taken back while calls ring that it has stored; it comes again, and they go on."""
    world.upgrade("ringd2")
    world.upgrade("ringd")
    handle = world.call({"people": people(), "caller": {"hang_up_after_bridged_ms": 300}})
    wait_ringing(world, handle)
    lines = len(world.session(handle)["ladder"])
    for name in ("ringd", "ringd2"):
        world.upgrade(name, "worker/ringd")
    act(world, handle, sip("phone"), "answer")
    wait_for("the older ones to meet the call", world.left_to_newer)
    world.upgrade("ringd2")
    if len((world.second("call", handle["call_leg_id"]) or {}).get("ladder", [])) < lines:
        yield "the call of the newer version was rewritten or lost"
    world.upgrade("ringd")
    wait_for("the call to close", lambda: closed(world, handle), 60)
    if len([leg for leg in world.truth(handle)["legs"] if leg["bridged_ms"]]) != 1:
        yield "the answer was lost"
    yield from differences(world, 1, handle, 60_000)  # how long it rang on was ours to decide


def act(world, handle, who, what):
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": who, "do": what})


UPGRADE = [two_formats_live_on_one_store, calls_live_through_the_upgrade_of_both, a_step_back_loses_nothing]
