"""The world of the chaos tests: workers that can be restarted behind an inherited socket or beside each other, an nginx
that can be upgraded, lines that can be cut, and a steady stream of calls whose books are compared at the end.

Used by chaos.py and rolling.py. Must not know: which fault is being tried.
"""
import itertools
import json
import mmap
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading

import books
from calls import people
from fleet import FleetWorld
from link import Link
from world import Failed, World, wait_for

# One call of the stream is about this many webhooks: three devices, of which one or two answer.
WEBHOOKS_A_CALL = 14
# A caller whom nobody serves, because the provider gave up telling of the call, leaves after this.
PATIENCE_MS = 20_000
# Room for the store of a few hundred calls, and quickly filled.
DISK_MB = 48  # the embedded store's log alone takes up to 16
WEATHER = "7q"  # the numbers of weather.c

# nginx is upgraded as in service: it runs in the background, and this one ends whatever of it is left.
KEEPER = """
import ctypes, os, signal, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: nginx's masters become ours
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
try:
    if subprocess.call(sys.argv[1:]) == 0:
        while True:
            signal.pause()
finally:
    children = lambda: [int(pid) for pid in open(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read().split()]
    for pid in children():
        os.kill(pid, signal.SIGQUIT)
    until = time.monotonic() + 1
    while children() and time.monotonic() < until:
        os.waitpid(-1, os.WNOHANG)
        time.sleep(0.01)
    for pid in children():
        os.kill(pid, signal.SIGKILL)
"""

# As systemd does it with conf/systemd/redis-server.conf: started again a second after its end, as often as it takes.
STARTED_AGAIN = """trap 'kill $!; wait; exit' TERM; while :; do "$@" & wait $!; sleep 1; done"""


def script_of(number, dice):
    """Every kind of call: two answer at once, one answers, the caller leaves, everybody declines."""
    kind = number % 5
    leave = {"hang_up_after_bridged_ms": dice.randrange(200, 1500), "hang_up_after_ms": PATIENCE_MS}
    answer_ms = dice.randrange(100, 900)
    if kind in (0, 1):
        return {"people": people(phone={"answer_after_ms": answer_ms}, desk={"answer_after_ms": answer_ms}), "caller": leave}
    if kind == 2:
        return {"people": people(tablet={"answer_after_ms": answer_ms}), "caller": leave}
    if kind == 3:
        return {"people": people(), "caller": {"hang_up_when": "ringing", "hang_up_delay_ms": answer_ms,
                                               "hang_up_after_ms": PATIENCE_MS}}
    return {"people": people(phone={"decline_after_ms": 100}, tablet={"answer_after_ms": answer_ms},
                             desk={"decline_after_ms": 200}), "caller": leave}


def listening(path):
    """A socket that outlives the workers behind it."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(2048)
    os.set_inheritable(listener.fileno(), True)
    return listener


def inheriting(listener, command, more):
    """That command with the socket handed over as systemd does it."""
    inherit = f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&{listener.fileno()}'
    return ["sh", "-c", inherit, "sh", *command], {**more, "pass_fds": (listener.fileno(),)}


class Traffic:
    """Calls at a steady rate, from a thread of its own, until told to stop."""

    def __init__(self, world, webhooks_per_second=100, seed=1):
        self.world, self.every_s = world, WEBHOOKS_A_CALL / webhooks_per_second
        self.dice = random.Random(seed)
        self.handles, self.failed, self.enough = [], [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.enough.set()
        self.thread.join(10)

    def run(self):
        for number in itertools.count():
            try:
                self.handles.append(self.world.call(script_of(number, self.dice)))
            except OSError as error:
                self.failed.append(str(error))
            if self.enough.wait(self.every_s):
                return

    def more(self, count, seconds=60):
        """Waits until so many further calls have begun."""
        wanted = len(self.handles) + count
        wait_for(f"{count} further calls", lambda: len(self.handles) >= wanted, seconds)


class Chaos:
    """What both kinds of chaos world have; the store says which one it is (`chaos_world`)."""

    small_disk = False  # the store's files on a disk of DISK_MB

    def __init__(self, build, **more):
        super().__init__(build, ring="8s", log_level="info", **more)
        self.links = {}
        self.expected = ["exited on signal 9"]  # what nginx says of workers that we killed
        self.weathers = {}

    def stop(self):
        super().stop()
        for link in self.links.values():
            link.close()
        self.problems = [line for line in self.problems if not any(words in line for words in self.expected)]

    # --- what is between the programs, and around them ----------------------------------------------------------------
    def weather(self, name, sync_ms=0, clock_ahead_ms=0, pause_ms=0, pauses=0, kills=0):
        """Of one process, also when it is started again: its syncs take longer, its wall clock is ahead; of 10,000
        sendings so many come after a pause, so many never. Returns how many did."""
        done = struct.unpack(WEATHER, self.weathers[name][:])[-2:]
        self.weathers[name][:] = struct.pack(WEATHER, sync_ms, clock_ahead_ms, pause_ms, pauses, kills, *done)
        return done

    def weather_file(self, name):
        path = self.dir / f"{name}.weather"
        if name not in self.weathers:
            path.write_bytes(bytes(struct.calcsize(WEATHER)))
            with open(path, "r+b") as file:
                self.weathers[name] = mmap.mmap(file.fileno(), struct.calcsize(WEATHER))
        return path

    def keeper_of_data(self):
        return "redis" if self.store == "redis" else "ringd"

    def line_to(self, name, target, listen=("127.0.0.1", 0)):
        """The line to a server, made when somebody first asks for it."""
        if name not in self.links:
            self.links[name] = Link(target, listen)
        return self.links[name]

    def _ringd_conf(self):
        provider = self.line_to("provider", ("127.0.0.1", self.sim_port)).address[1]
        return super()._ringd_conf().replace(f"127.0.0.1:{self.sim_port}/", f"127.0.0.1:{provider}/")

    def redis_directives(self):
        return f"server unix:{self.line_to('redis', f'{self.dir}/redis.sock', f'{self.dir}/line.sock').address};"

    def on_small_disk(self, command):
        """A file system of its own for what is started so, in the folder `disk`; it goes with the last of it."""
        (self.dir / "disk").mkdir(exist_ok=True)
        mount = f'mount -t tmpfs -o size={DISK_MB}m none {self.dir}/disk && exec "$@"'
        return ["unshare", *([] if os.getuid() == 0 else ["-r"]), "-m", "sh", "-c", mount, "sh", *command]

    def disk(self, name):
        """That file system, seen from here."""
        return f"/proc/{self.processes[name].pid}/root{self.dir}/disk"

    def said(self):
        """What the workers told the operator, with the detail of the first time."""
        said = {}
        for path in sorted(self.dir.glob("ringd*.log")):
            for line in path.read_text(errors="replace").splitlines():
                if any(f'"level":"{level}"' in line for level in ("error", "warning", "notice")):
                    entry = json.loads(line)
                    said.setdefault(entry["what"], entry.get("detail", ""))
        return said

    def refused(self):
        """Attempts that nginx answered 503."""
        return self.sim("GET", "/stats")["webhook_statuses"].get("503", 0)

    def missed(self):
        """Those, and the ones that the provider gave up waiting for."""
        return self.refused() + self.sim("GET", "/stats")["webhook_statuses"].get("0", 0)

    # --- nginx --------------------------------------------------------------------------------------------------------
    def _nginx_conf(self):
        conf = super()._nginx_conf().replace("daemon off;", "daemon on;").replace(
            f"access_log {self.dir}/nginx_access.log;",
            f"{books.NGINX_LOG} access_log {self.dir}/nginx_access.log books;")
        return conf

    def _spawn(self, name, command, env=None, **more):
        if name == "nginx":
            command = [sys.executable, "-c", KEEPER, *command]
        if self.small_disk and name == self.keeper_of_data():
            if name == "redis":
                command = ["sh", "-c", STARTED_AGAIN, "sh", *command]
            command = self.on_small_disk(command)
        if name.startswith(("ringd", "redis")) and not self.sanitized:  # a sanitizer wants to be the first library
            env = {**(env or {}), "LD_PRELOAD": str(self.build / "tests/e2e/libweather.so"),
                   "RINGFENCE_WEATHER": str(self.weather_file(name))}
        return super()._spawn(name, command, env, **more)

    def nginx_master(self):
        path = self.dir / "nginx.pid"
        try:
            return int(path.read_text() or 0)
        except FileNotFoundError:  # nginx renames it while it replaces itself
            return 0

    def master_children(self, master=None):
        path = f"/proc/{master or self.nginx_master()}/task/{master or self.nginx_master()}/children"
        return [int(pid) for pid in open(path).read().split()] if os.path.exists(path) else []

    # --- ringd --------------------------------------------------------------------------------------------------------
    def worker_names(self):
        return [name for name in ("ringd", "ringd2", "ringd3") if name in self.processes]

    def wait_ready(self, seconds=20):
        """Every worker answers, and has its store."""
        def ready():
            try:
                return all(health and health["store"]["ready"] for health in self.healths().values())
            except Failed:  # ringctl says so with its exit status, too
                return False
        wait_for("every worker to have its store", ready, seconds)

    def settle(self, handles, seconds=60):
        wait_for("every call to end", lambda: all(self.truth(handle)["over"] for handle in handles), seconds)
        wait_for("every session to close", lambda: all(
            (view := self.session(handle)) is None or view["phase"] == "closed" for handle in handles), seconds)
        wait_for("every webhook to be taken or given up", lambda: all(
            webhook["finished"] for handle in handles for webhook in self.truth(handle)["webhooks"]), seconds)

    def balance(self, handles):
        """The books of these calls, when all of them have ended; and again after the event log was delivered again."""
        self.settle(handles)
        found = books.Books(self, handles)
        print("    " + found.summary(), flush=True)
        different = list(found.differences())
        yield from different
        for line in found.explained(different):
            print("    " + line, flush=True)
        wanted, answers = books.deliver_again(self, found)
        yield from books.delivered_again(found, wanted, answers, books.Books(self, handles))
        stats = self.sim("GET", "/stats")
        if stats["ringing_legs"] or stats["active_legs"]:
            yield f"{stats['ringing_legs']} legs ring, {stats['active_legs']} live on"


class ChaosWorld(Chaos, World):
    """One worker and the embedded store, behind a socket that outlives it, as systemd keeps it."""

    def __init__(self, build, **more):
        super().__init__(build, **more)
        self.listener = listening(self.dir / "ingest.sock")

    def _spawn(self, name, command, env=None, **more):
        if name == "ringd":
            command, more = inheriting(self.listener, command, more)
        return super()._spawn(name, command, env, **more)

    def restart(self, name, how=signal.SIGTERM):
        self._end(name, how)
        self.start_ringd()

    def stop(self):
        super().stop()
        self.listener.close()

    def _ringd_conf(self):
        conf = super()._ringd_conf()
        return conf.replace(f"{self.dir}/ringd.db", f"{self.dir}/disk/ringd.db") if self.small_disk else conf


class ChaosFleet(Chaos, FleetWorld):
    """Two workers on one Redis, each with a socket of its own."""

    def start_redis(self):
        self.redis_arguments = ["--dir", str(self.dir / "disk" if self.small_disk else self.dir)]
        super().start_redis()

    def redis_cli(self, *words, at="redis"):
        done = subprocess.run(["redis-cli", "-s", str(self.dir / f"{at}.sock"), *words], capture_output=True, text=True,
                              timeout=10)
        return done.stdout.strip()

    def restart(self, name, how=signal.SIGTERM):
        self._end(name, how)
        if name == "ringd2":
            self.start_second()
        else:
            World.start_ringd(self)


class SmallDiskWorld(ChaosWorld):
    small_disk = True


class SmallDiskFleet(ChaosFleet):
    small_disk = True


def small_disk_world(build, store, **more):
    return (SmallDiskWorld if store == "embedded" else SmallDiskFleet)(build, store=store, **more)


def chaos_world(build, store, **more):
    return (ChaosWorld if store == "embedded" else ChaosFleet)(build, store=store, **more)
