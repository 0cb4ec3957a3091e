"""The experiment that told designs apart: calls whose two people answer in the same moment, served by workers of which each
pauses for 350 ms before 2 of 100 sendings and dies before 2 more. Locks and leases elected two winners there, or none.

Each function plays on a fresh TormentWorld and yields what differed. Store redis only. See run.py, --calls.
"""
import threading

import books
from calls import people
from chaos_world import Chaos, inheriting, listening
from world import Failed, World, wait_for

WORKERS = ["ringd", "ringd2", "ringd3", "ringd4"]
PAUSE_MS, CHANCE = 350, 200  # of 10,000
AT_ONCE = 40  # calls under way
ANSWER_MS = 300
PATIENCE_MS = 45_000
ENDED_BY_ITSELF = ("no_answer", "timeout")  # before anybody could tell it to
CALL_S = 60
# The provider sends an event again until it is taken, as in the experiment: what is lost for good is another test.
RETRY_MS = [0, *[500] * 60]


class TormentWorld(Chaos, World):
    """Four workers on one Redis, each behind a socket that outlives it, started again whenever one has died."""

    bearable = ("I13_caller_in_silence",)  # when what would end it dies again and again, for 30 s; and is told so

    def __init__(self, build, **more):
        super().__init__(build, **more)
        self.ring = "30s"
        self.listeners = {name: listening(self.dir / f"{name}-ingest.sock") for name in WORKERS}
        self.restarts, self.enough = 0, threading.Event()
        self.keeper = threading.Thread(target=self.keep, daemon=True)

    def conf_of(self, name):
        text = super()._ringd_conf()
        if name != "ringd":
            text = text.replace("/control.sock", f"/{name}.sock")
        return text.replace("/ingest.sock", f"/{name}-ingest.sock")

    def spawn_worker(self, name):
        conf = self.dir / f"{name}.conf"
        conf.write_text(self.conf_of(name))
        self._spawn(name, [self.build / "worker/ringd", "-c", conf])

    def _spawn(self, name, command, env=None, **more):
        if name in WORKERS:
            command, more = inheriting(self.listeners[name], command, more)
        return super()._spawn(name, command, env, **more)

    def start_ringd(self, wait=True):
        for name in WORKERS:
            self.spawn_worker(name)
        wait_for("the workers to answer", lambda: all(self.healths().values()), 20)
        self.keeper.start()

    def keep(self):
        while not self.enough.wait(0.01):
            for name in WORKERS:
                if self.processes[name].poll() is not None:
                    self.restarts += 1
                    self.spawn_worker(name)

    def healths(self):
        usual, found = self.ringctl_command, {}
        for name in WORKERS:
            path = "control.sock" if name == "ringd" else f"{name}.sock"
            self.ringctl_command = lambda *w: [part.replace("/control.sock", "/" + path) for part in usual(*w)]
            found[name] = self.ringctl("health", check=False)
        self.ringctl_command = usual
        return found

    def import_directory(self, devices=None, text=None):
        super().import_directory(devices, text)
        wait_for("every worker to read the directory",
                 lambda: all(health["directory"]["revision"] for health in self.healths().values()))

    def worker_names(self):
        return WORKERS

    def _nginx_conf(self):
        # They die far too often to be left out for it; the next one answers behind the same socket.
        servers = " ".join(f"server unix:{self.dir}/{name}-ingest.sock max_fails=0;" for name in WORKERS)
        return super()._nginx_conf().replace(f"server unix:{self.dir}/ingest.sock;", servers)

    def stop(self):
        self.enough.set()
        self.keeper.join(5) if self.keeper.ident else None
        self._end("nginx")
        for name in WORKERS:
            self._end(name)
        super().stop()
        for listener in self.listeners.values():
            listener.close()

    def torment(self, chance):
        return [self.weather(name, pause_ms=PAUSE_MS, pauses=chance, kills=chance) for name in WORKERS]


def script():
    return {"people": people(phone={"answer_after_ms": ANSWER_MS}, desk={"answer_after_ms": ANSWER_MS}),
            "caller": {"hang_up_after_bridged_ms": 1000, "hang_up_after_ms": PATIENCE_MS}}


def every_call_has_one_winner(world, calls=20):
    world.sim("POST", "/config", {"webhook_retry_ms": RETRY_MS})
    world.torment(CHANCE)
    handles, going = [], []
    while len(handles) < calls:
        going = [handle for handle in going if not world.truth(handle)["over"]]
        for _ in range(min(AT_ONCE - len(going), calls - len(handles))):
            going.append(world.call(script()))
            handles.append(going[-1])
        wait_for("a call to end", lambda: any(world.truth(handle)["over"] for handle in going), CALL_S)
    try:
        wait_for("every call to end", lambda: all(world.truth(handle)["over"] for handle in handles), CALL_S)
    except Failed:
        yield from unended(world, handles)
    pauses, kills = (sum(done) for done in zip(*world.torment(0)))
    world.wait_ready()
    yield from world.balance(handles)
    print(f"    {calls} calls, {pauses} pauses of {PAUSE_MS} ms, {kills} deaths, {world.restarts} restarts", flush=True)
    if kills < calls // 10 or pauses < calls // 10:
        yield f"only {pauses} pauses and {kills} deaths: this shows little"
    yield from winners(world, handles)


def unended(world, handles):
    """The first call that does not end, told whole."""
    stuck = [handle for handle in handles if not world.truth(handle)["over"]]
    world.torment(0)
    world.wait_ready()
    for line in books.Books(world, stuck[:1]).explained([stuck[0]["call_leg_id"]]):
        print("    " + line, flush=True)
    yield f"{len(stuck)} calls do not end"


def winners(world, handles):
    """A winner is who was claimed. When the workers die before every sending of both attempts at the bridge, the caller
    speaks to voicemail after five seconds: that is counted, and that the provider never got a bridge is checked."""
    counts = dict.fromkeys(["two winners", "no winner", "legs without a command", "bridges that were asked for and not made",
                            "callers in voicemail", "one answer only", "not dialled"], 0)
    for handle in handles:
        truth, view = world.truth(handle), world.session(handle)
        bridged = [leg for leg in truth["legs"] if leg["bridged_ms"]]
        commanded = {command["target"] for command in truth["commands"]}
        counts["two winners"] += len(bridged) > 1
        counts["no winner"] += not view or not view["winner"]
        counts["callers in voicemail"] += not bridged
        counts["bridges that were asked for and not made"] += not bridged and any(
            command["verb"] == "bridge" and command["outcome"] == "executed" for command in truth["commands"])
        counts["legs without a command"] += sum(1 for leg in truth["legs"] if not leg["bridged_ms"]
                                                and leg["call_control_id"] not in commanded
                                                and leg["hangup_cause"] not in ENDED_BY_ITSELF)
        counts["one answer only"] += sum(1 for leg in truth["legs"] if leg["answered_ms"]) < 2
        counts["not dialled"] += 3 - len(truth["legs"])
    print(f"    {counts}", flush=True)
    for what in list(counts)[:4]:
        if counts[what]:
            yield f"{counts[what]} {what}"


TORMENT = [every_call_has_one_winner]
