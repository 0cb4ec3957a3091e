"""Two ringd on one Redis, webhooks alternating between them: who decides is a matter of luck, what is decided is not.

Each function plays on a fresh FleetWorld and yields what differed. Store redis only. See run.py.
"""
import signal
import subprocess
import time

from calls import RECOVERY_MS, STOP_RINGING_MS, fault, people, rang_well, wait_ringing
from world import World, sip, wait_for

CALLS = 12


class FleetWorld(World):
    """A second worker beside the first: sockets of its own, the same Redis, the same keys."""

    def start_ringd(self, wait=True):
        super().start_ringd(wait)
        self.start_second()

    def start_second(self):
        conf = self.dir / "ringd2.conf"
        conf.write_text(self.second_conf())
        process = self._spawn("ringd2", [self.build / self.programs["ringd2"], "-c", conf])
        wait_for("the second ringd to answer", lambda: process.poll() is None and self.second("health"))

    def second_conf(self):
        return (self._ringd_conf().replace("/ingest.sock", "/ingest2.sock")
                .replace("/control.sock", "/control2.sock").replace("/fallback.db", "/fallback2.db"))

    def import_directory(self, devices=None):
        super().import_directory(devices)
        # A worker asks for a newer directory once a second; before that it would send callers to voicemail.
        wait_for("the second ringd to read the directory", lambda: self.second("health")["directory"]["revision"] >= 1)

    def second(self, *words):
        """ringctl, asked of the second worker; None when there is no answer."""
        usual = self.ringctl_command
        self.ringctl_command = lambda *w: [part.replace("/control.sock", "/control2.sock") for part in usual(*w)]
        try:
            return self.ringctl(*words, check=False)
        finally:
            self.ringctl_command = usual

    def healths(self):
        return {**super().healths(), "ringd2": self.second("health")}

    def _nginx_conf(self):
        one = f"server unix:{self.dir}/ingest.sock;"
        both = [f"server unix:{self.dir}/{name}.sock fail_timeout=1s;" for name in ("ingest", "ingest2")]
        return super()._nginx_conf().replace(one, " ".join(both))

    def stop(self):
        self._end("nginx")
        self._end("ringd2")
        super().stop()

    def due_keys(self):
        """The due indexes that are not empty: somebody is still to look at a call."""
        done = subprocess.run(["redis-cli", "-s", str(self.dir / "redis.sock"), "--scan", "--pattern", "rf:*:due"],
                              capture_output=True, text=True, timeout=10, check=True)
        return done.stdout.split()


def script_of(number):
    """Two answers at once; an answer in the instant in which the caller gives up; a caller who only cancels."""
    copies = [fault("duplicate", {"event": "call.answered"}, copies=1, count=0)]
    if number % 3 == 0:
        return {"people": people(phone={"answer_after_ms": 300}, desk={"answer_after_ms": 300}), "faults": copies,
                "caller": {"hang_up_after_bridged_ms": 300}}
    if number % 3 == 1:
        return {"people": people(tablet={"answer_after_ms": 300}), "faults": copies,
                "caller": {"hang_up_when": "ringing", "ringing_legs": 3, "hang_up_delay_ms": 290 + number % 5 * 5}}
    return {"people": people(), "caller": {"hang_up_when": "ringing", "ringing_legs": 3, "hang_up_delay_ms": 200}}


def differences(world, number, handle, allow_ms=STOP_RINGING_MS):
    truth = world.truth(handle)
    yield from rang_well(truth, allow_ms)
    bridged = [leg for leg in truth["legs"] if leg["bridged_ms"]]
    if number % 3 == 0 and len(bridged) != 1:
        yield f"{len(bridged)} of two who answered were bridged"
    # A second is asked for after one that was refused: the caller may have left, and we not have heard of it yet.
    made = {c["command_id"] for c in truth["commands"] if c["verb"] == "bridge" and c["outcome"] == "executed"}
    if len(made) > 1:
        yield "two different bridges were made"
    if number % 3 == 2 and bridged:
        yield "somebody was bridged to a caller who had left"
    views = [world.session(handle), world.second("call", handle["call_leg_id"])]
    if [(view or {}).get("phase") for view in views] != ["closed", "closed"]:
        yield f"the two workers see the phases {[(view or {}).get('phase') for view in views]}"
    elif views[0]["outcome"] != views[1]["outcome"]:
        yield f"the two workers see the outcomes {[view['outcome'] for view in views]}"


def closed(world, handle):
    return world.truth(handle)["over"] and (world.session(handle) or {}).get("phase") == "closed"


def two_workers_decide_each_call_once(world, calls=CALLS):
    """Two answers at once and caller cancels, every webhook at whichever worker: one winner, nobody rings on."""
    handles = [world.call(script_of(number)) for number in range(calls)]
    wait_for("all calls to end and close", lambda: all(closed(world, handle) for handle in handles), 60)
    for number, handle in enumerate(handles):
        yield from (f"call {number}: {sentence}" for sentence in differences(world, number, handle))
    engines = [world.ringctl("health")["engine"], world.second("health")["engine"]]
    if min(engine["commits"] for engine in engines) < calls:
        yield f"only one worker decided: {[engine['commits'] for engine in engines]} commits"
    if not any(engine["conflicts"] for engine in engines):
        yield "the workers never met: no conflict at all"
    print("    commits, conflicts, taken over, results dropped:",
          [[engine[key] for key in ("commits", "conflicts", "recovered", "results_dropped")] for engine in engines])
    wait_for("nothing to be due any more", lambda: not world.due_keys(), 5)


def the_other_worker_takes_over(world):
    """One of two workers is killed in mid-ring; the other goes on with the calls, also with what was due."""
    handles = [world.call({"people": people(), "caller": {"hang_up_after_bridged_ms": 300}}) for _ in range(4)]
    for handle in handles:
        wait_ringing(world, handle)
    world._end("ringd2", signal.SIGKILL)
    # The last one is answered by nobody: its ring deadline was perhaps kept by the dead.
    for handle in handles[:3]:
        world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": sip("tablet"), "do": "answer"})
    wait_for("the answered calls to close", lambda: all(closed(world, handle) for handle in handles[:3]), 30)
    wait_for("voicemail for the call nobody answered", lambda: world.truth(handles[3])["recordings"], 30)
    truth = world.truth(handles[3])
    late = time.time() * 1000 - truth["parent"]["answered_ms"]
    world.sim("POST", f"/calls/{handles[3]['call_session_id']}/act", {"who": "caller", "do": "hangup"})
    wait_for("the last call to close", lambda: closed(world, handles[3]), 30)
    if late > 20_000:
        yield f"voicemail took {late} ms"
    world.start_second()
    for handle in handles:
        yield from differences(world, 1, handle, STOP_RINGING_MS + RECOVERY_MS)


FLEET = [two_workers_decide_each_call_once, the_other_worker_takes_over]
