"""Redis stopped under living calls: between ring and answer, during dialling, before the call, after the bridge; and
ringd killed meanwhile. One winner each, nobody is hung up because of it, and when Redis is back it holds each call as if
it had never been away: the stored log, played again, gives the stored document.

Each function plays on a fresh RedisAwayWorld and yields what differed. Store redis only. See run.py.
"""
import json
import signal
import subprocess

from calls import RECOVERY_MS, STOP_RINGING_MS, fault, played_again, rang_well, wait_closed, wait_phase, wait_ringing
from world import World, sip, wait_for

FIVE = ["phone", "tablet", "desk", "web", "car"]
# What is not noticed at once: a second until Redis counts as away.
NOTICE_MS = 1500
# An answer that is told later stops nobody until Redis is back, and that is waited for so long (redis_returns).
UNTIL_BACK_MS = 30_000


def silent(devices=FIVE):
    return [{"to": sip(device), "never": True} for device in devices]


class RedisAwayWorld(World):
    """Five devices; with `fallback` all a single worker goes on with everything."""

    def __init__(self, build, **more):
        super().__init__(build, ring="40s", fallback="all", **more)

    def import_directory(self, devices=None, text=None):
        super().import_directory(devices or FIVE, text)

    def start_ringd(self, wait=True):
        super().start_ringd(wait)
        if wait and self.fallback == "all" and self.processes.get("redis"):
            wait_for("ringd to know that it is alone", lambda: self.fallback_view().get("alone"))

    def with_fallback(self, policy):
        self.stop_ringd()
        self.fallback = policy
        self.start_ringd()
        return self

    def ringctl(self, *words, check=True):
        """Also what a degraded ringd says, which ringctl tells by its exit code."""
        if words != ("health",):
            return super().ringctl(*words, check=check)
        asked = subprocess.run(self.ringctl_command("--json", "health"), capture_output=True, text=True, timeout=20)
        told = asked.stdout.strip() or asked.stderr.strip()
        return json.loads(told) if told.startswith("{") else None

    def fallback_view(self):
        return self.ringctl("health").get("fallback", {})

    def stop_redis(self, how=signal.SIGKILL):
        self._end("redis", how)
        self.note("Redis is stopped")

    def wait_away(self):
        wait_for("Redis to count as away", lambda: self.fallback_view()["mode"] == "away")

    def redis_returns(self):
        (self.dir / "redis.sock").unlink(missing_ok=True)
        self.start_redis()
        wait_for("every call to have gone home",
                 lambda: (f := self.fallback_view())["mode"] == "normal" and f["here"] == 0, 30)

    def act(self, handle, who, what):
        self.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": who, "do": what})

    def answer(self, handle, devices):
        self.act(handle, [sip(device) for device in devices], "answer")

    def begin(self, **script):
        return self.call({"people": silent(), **script})


def bridged(world, handle):
    return [leg for leg in world.truth(handle)["legs"] if leg["bridged_now"]]


def wait_bridged(world, handle):
    wait_for("somebody to be bridged", lambda: bridged(world, handle), 15)
    wait_for("the others to stop", lambda: world.truth(handle)["ringing_now"] == 0, 15)


def end_of(world, handle, outcome="answered", allow_ms=STOP_RINGING_MS + NOTICE_MS):
    """With Redis back: how the call ended, by the provider and by the store."""
    truth = wait_closed(world, handle)
    yield from rang_well(truth, allow_ms)
    yield from played_again(world, handle)
    view = world.session(handle)
    if view["outcome"] != outcome:
        yield f"ringd says outcome {view['outcome']!r}, expected {outcome!r}"
    if outcome == "answered" and len([leg for leg in truth["legs"] if leg["bridged_ms"]]) != 1:
        yield "not exactly one device was bridged"


def counted_well(world):
    fallback = world.fallback_view()
    for key in ("conflicts", "stuck", "in_doubt"):
        if fallback[key]:
            yield f"fallback counts {fallback[key]} {key}"


def stopped_between_ring_and_answer(world):
    calls = {count: world.begin() for count in (1, 2, 5)}
    for handle in calls.values():
        wait_ringing(world, handle, 5)
    world.stop_redis()
    for count, handle in calls.items():
        world.answer(handle, FIVE[:count])
    for handle in calls.values():
        wait_bridged(world, handle)
    if len({leg["to"] for leg in bridged(world, calls[5])}) != 1:
        yield "five answered, and not one was bridged"
    world.act(calls[1], "caller", "hangup")  # ends while Redis is away
    wait_for("that call to end", lambda: world.truth(calls[1])["over"])
    world.redis_returns()
    for count in (2, 5):
        if not bridged(world, calls[count]):
            yield f"the conversation of {count} who answered did not outlive the outage"
        world.act(calls[count], "caller", "hangup")
    for handle in calls.values():
        yield from end_of(world, handle)
    yield from counted_well(world)


def stopped_during_dialling(world):
    handle = world.begin(faults=[fault("hold_response", {"verb": "dial"}, ms=700, count=5)])
    wait_for("five dials to arrive",
             lambda: len([c for c in world.truth(handle)["commands"] if c["verb"] == "dial"]) == 5)
    world.stop_redis()
    wait_ringing(world, handle, 5)
    world.answer(handle, FIVE[1:3])
    wait_bridged(world, handle)
    world.redis_returns()
    world.act(handle, "caller", "hangup")
    yield from end_of(world, handle)
    yield from counted_well(world)


def stopped_before_the_call(world):
    world.stop_redis()
    early = world.begin()  # nobody has noticed yet
    wait_ringing(world, early, 5)
    world.wait_away()
    handles = [world.begin() for _ in range(2)]
    for handle in handles:
        wait_ringing(world, handle, 5)
    for count, handle in zip((1, 2, 5), [early, *handles]):
        world.answer(handle, FIVE[:count])
        wait_bridged(world, handle)
    world.act(early, "caller", "hangup")
    wait_for("that call to end", lambda: world.truth(early)["over"])
    world.redis_returns()
    for handle in handles:
        world.act(handle, "caller", "hangup")
    for handle in [early, *handles]:
        yield from end_of(world, handle)
    yield from counted_well(world)


def stopped_after_the_bridge(world):
    talk, end = world.begin(), world.begin()
    for handle in (talk, end):
        wait_ringing(world, handle, 5)
        world.answer(handle, FIVE[:1])
        wait_phase(world, handle, "connected")
    world.stop_redis()
    world.wait_away()
    world.act(end, "caller", "hangup")
    wait_for("the call to end also without Redis", lambda: world.truth(end)["over"])
    if not bridged(world, talk):
        yield "a conversation was cut"
    world.redis_returns()
    if not bridged(world, talk):
        yield "a conversation was cut when Redis came back"
    world.act(talk, "caller", "hangup")
    for handle in (talk, end):
        yield from end_of(world, handle)
    yield from counted_well(world)


def ringd_killed_during_the_outage(world):
    before = world.begin()
    wait_ringing(world, before, 5)
    world.stop_redis()
    world.wait_away()
    meanwhile = world.begin()
    wait_ringing(world, meanwhile, 5)
    world.kill_ringd()
    world.answer(meanwhile, FIVE[:2])
    world.start_ringd()
    wait_bridged(world, meanwhile)
    after = world.begin()  # the numbers are known, from the copy of the directory
    wait_ringing(world, after, 5)
    world.answer(after, FIVE[2:3])
    wait_bridged(world, after)
    if world.truth(before)["ringing_now"] != 5:
        yield "a call that only Redis knows was touched"
    world.redis_returns()
    world.answer(before, FIVE[3:])
    wait_bridged(world, before)
    for handle in (before, meanwhile, after):
        world.act(handle, "caller", "hangup")
        yield from end_of(world, handle, allow_ms=STOP_RINGING_MS + RECOVERY_MS + NOTICE_MS)
    yield from counted_well(world)


def answered_during_the_outage(world, handle, devices):
    """Without `all`: the answer is told later, and nobody is connected. The provider goes on trying."""
    world.sim("POST", "/config", {"webhook_retry_ms": [0, *[500] * 100]})
    world.answer(handle, devices)
    wait_for("the answer to be told later", lambda: any(
        attempt["status"] == 503 for webhook in world.truth(handle)["webhooks"] if webhook["type"] == "call.answered"
        for attempt in webhook["attempts"]))
    if bridged(world, handle):
        yield "somebody was connected without a store"


def new_calls_live_here_and_those_in_redis_wait(world):
    world.with_fallback("new_calls")
    before = world.begin()
    wait_ringing(world, before, 5)
    talk = world.begin()
    wait_ringing(world, talk, 5)
    world.answer(talk, FIVE[:1])
    wait_phase(world, talk, "connected")
    world.stop_redis()
    world.wait_away()
    meanwhile = world.begin()
    wait_ringing(world, meanwhile, 5)
    world.answer(meanwhile, FIVE)
    wait_bridged(world, meanwhile)
    if world.truth(before)["ringing_now"] != 5 or not bridged(world, talk):
        yield "somebody was hung up because of the outage"
    yield from answered_during_the_outage(world, before, FIVE[:2])
    world.redis_returns()
    wait_bridged(world, before)
    for handle in (before, talk, meanwhile):
        world.act(handle, "caller", "hangup")
        yield from end_of(world, handle, allow_ms=STOP_RINGING_MS + (UNTIL_BACK_MS if handle is before else NOTICE_MS))
    yield from counted_well(world)


def without_a_fallback_everybody_waits(world):
    world.with_fallback("none")
    before = world.begin()
    wait_ringing(world, before, 5)
    world.stop_redis()
    during = world.begin()
    wait_for("the new call's webhook to be put off",
             lambda: world.ringctl("health")["engine"]["later"] > 0)
    if world.truth(during)["legs"] or world.truth(before)["ringing_now"] != 5:
        yield "something happened without a store"
    yield from answered_during_the_outage(world, before, FIVE[:1])
    (world.dir / "redis.sock").unlink(missing_ok=True)
    world.start_redis()
    wait_for("the store to be there", lambda: world.ringctl("health")["store"]["ready"])
    wait_bridged(world, before)
    world.act(before, "caller", "hangup")
    yield from end_of(world, before, allow_ms=STOP_RINGING_MS + UNTIL_BACK_MS)
    world.act(during, "caller", "hangup")


def all_is_for_a_single_worker(world):
    conf = world.dir / "ringd2.conf"
    conf.write_text(world._ringd_conf().replace("/ingest.sock", "/ingest2.sock")
                    .replace("/control.sock", "/control2.sock").replace("/fallback.db", "/fallback2.db"))
    second = subprocess.run([str(world.build / "worker/ringd"), "-c", str(conf)], capture_output=True, text=True,
                            timeout=30)
    if second.returncode != 78 or "store_fallback_all_refused" not in second.stderr:
        yield f"a second worker ended with {second.returncode}: {second.stderr[-400:]}"
    if '"started"' in second.stderr or (world.dir / "ingest2.sock").exists():
        yield "it had begun to serve"
    if not world.fallback_view()["alone"]:
        yield "the refused one has signed before it was refused"


REDIS_AWAY = [stopped_between_ring_and_answer, stopped_during_dialling, stopped_before_the_call,
              stopped_after_the_bridge, ringd_killed_during_the_outage, new_calls_live_here_and_those_in_redis_wait,
              without_a_fallback_everybody_waits, all_is_for_a_single_worker]
