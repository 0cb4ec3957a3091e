"""tools/bench ring and tools/bench sessions: what ringd costs and how fast it is, on both stores.

ring: time to silence and the spread of the dials, as the stand-in sees them; CPU of ringd per event of calls with five
legs, driven by a provider that is faster than it (tests/bench/lean_calls.h), beside the same requests, frames and
writes made by the libraries alone, which take turns with it. sessions: memory and CPU as calls stay in conversation.
Used by tools/bench.py. Must not know: the edge.
"""
import contextlib
import json
import random
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e"))
from world import Failed, World, sip, wait_for  # noqa: E402

STORES = ("embedded", "redis")
LEGS, AT_ONCE, CALLS = 5, 100, 300
SILENCE_LEGS, LATENCY_MS, SILENCE_CALLS = 20, 300, 100
SIZES = (1_000, 10_000, 100_000)
TOUCHES = 10_000


class LeanWorld(World):
    """ringd between a store and call_load, which is provider and edge at once; neither nginx nor the stand-in."""

    # What is looked for in the provider's records, once a minute and call, is not asked here. The event log is full from
    # the beginning, as it is wherever ringd has been for a while: a new row costs an old one.
    def _ringd_conf(self):
        return super()._ringd_conf().replace("ring {", "ring { audit_max 1h;") + "event_log { most 5000; }\n"

    def start_sim(self):
        process = self._spawn("call_load", [self.build / "tests/bench/call_load", self.dir / "ingest.sock"],
                              stdout=subprocess.PIPE, stdin=subprocess.PIPE)
        self.sim_port = json.loads(process.stdout.readline())["port"]

    def start_nginx(self):
        pass

    def stop(self):
        self._end("call_load")
        super().stop()

    def load(self, *words):
        process = self.processes["call_load"]
        process.stdin.write((" ".join(map(str, words)) + "\n").encode())
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise Failed("call_load: " + self.log_tail("call_load", 3) + self.log_tail("ringd", 3))
        return json.loads(line)


def percentile(samples, share):
    return sorted(samples)[int(share * (len(samples) - 1))]


class RingBench:
    def __init__(self, options, run, cpu_seconds, say):
        self.options, self.run, self.cpu_seconds, self.say = options, run, cpu_seconds, say
        self.floor = Path(options.build) / "tests/bench/ring_floor"

    # --- ring -----------------------------------------------------------------------------------------------------
    def ring(self):
        for store in STORES:
            self.silence(store)
        for store in STORES:
            self.events(store)

    def silence(self, store):
        devices = [f"device{number}" for number in range(SILENCE_LEGS)]
        slow = [{"match": {"verb": verb}, "do": "latency", "ms": LATENCY_MS, "count": 0}
                for verb in ("dial", "answer", "hangup", "bridge")]
        seen = {"decision": [], "answer": [], "dials": [], "floor": []}
        with World(self.options.build, store=store, ring="30s", log_level="warning") as world:
            world.import_directory(devices)
            for number in range(SILENCE_CALLS + 1):  # the first opens the connections
                winner = sip(random.Random(number).choice(devices))
                handle = world.call({"people": [{"to": winner, "answer_after_ms": 600}], "faults": slow,
                                     "caller": {"hang_up_after_bridged_ms": 50}})
                wait_for("the call to end", lambda: world.truth(handle)["over"], 30)
                if number > 0:
                    self.silence_of(world, handle, seen)
        self.say(f"{store}: a call to {SILENCE_LEGS} devices, a provider that takes {LATENCY_MS} ms for each command, "
                 f"{SILENCE_CALLS} times, as the stand-in sees it")
        for name, text, aim in (("decision", "decision to the last hangup", "   (aim p99 <= 50)"),
                                ("answer", "a person answers to the last hangup", ""),
                                ("dials", "the first to the last dial", "   (aim <= 20)"),
                                ("floor", f"{SILENCE_LEGS - 1} requests at once by libcurl alone, first to last", "")):
            self.say(f"  {text:58} p50 {percentile(seen[name], 0.5):6.1f} ms   p99 {percentile(seen[name], 0.99):6.1f} ms{aim}")

    def silence_of(self, world, handle, seen):
        truth, ladder = world.truth(handle), world.session(handle)["ladder"]
        at = {verb: [command["at_us"] / 1000 for command in truth["commands"] if command["verb"] == verb]
              for verb in ("dial", "hangup")}
        decided = next(line["at_ms"] for line in ladder if line["phase"] == "answering")
        # The winner's own leg is hung up when the caller leaves; that is no silence.
        losers = sorted(at["hangup"])[:SILENCE_LEGS - 1]
        if len(losers) < SILENCE_LEGS - 1 or len(at["dial"]) != SILENCE_LEGS:
            raise Failed(f"{len(at['dial'])} dials and {len(at['hangup'])} hangups, expected {SILENCE_LEGS}")
        answered = min(leg["answered_ms"] for leg in truth["legs"] if leg["answered_ms"])
        seen["decision"].append(losers[-1] - decided)
        seen["answer"].append(losers[-1] - answered)
        seen["dials"].append(max(at["dial"]) - min(at["dial"]))
        before = world.sim("GET", "/stats")["log_last"]
        self.run(self.floor, "volley", SILENCE_LEGS - 1, world.sim_port)
        times = [entry["at_us"] / 1000 for entry in world.sim("GET", f"/log?after={before}")["entries"]
                 if entry["what"] == "command"][-(SILENCE_LEGS - 1):]
        seen["floor"].append(max(times) - min(times))

    def events(self, store):
        rows = []
        with LeanWorld(self.options.build, store=store, ring="30s", log_level="warning", provider_rate=0) as world:
            world.import_directory([f"device{number}" for number in range(LEGS)])
            world.load("play", CALLS, AT_ONCE, LEGS)  # warm
            for _ in range(self.options.rounds):
                rows.append(self.round(world, store))
        self.report(store, {key: statistics.median(row[key] for row in rows) for key in rows[0]})

    def round(self, world, store):
        def floor(what, *where):
            return json.loads(self.run(self.floor, what, self.options.requests, *where))["us"]
        row = {"http": floor("http"), "frame": floor("frame"),
               "write": floor(store, world.dir if store == "embedded" else world.dir / "redis.sock")}
        before = self.cpu_seconds(world.processes["ringd"].pid)
        seen = world.load("play", CALLS, AT_ONCE, LEGS)
        spent_us = (self.cpu_seconds(world.processes["ringd"].pid) - before) * 1e6
        events = seen["commands"] + seen["webhooks"]
        row["event"], row["call"] = spent_us / events, spent_us / CALLS
        row["floor"] = (seen["commands"] * row["http"] + seen["webhooks"] * row["frame"]) / events + row["write"]
        row["ratio"] = row["event"] / row["floor"]
        row["events"], row["per_second"] = events / CALLS, CALLS / seen["seconds"]
        return row

    def report(self, store, row):
        self.say(f"{store}: CPU us of ringd per event, of calls with {LEGS} legs, {row['events']:.0f} events each; medians of "
                 f"{self.options.rounds} rounds of {CALLS} calls, {AT_ONCE} at once")
        self.say(f"  libcurl alone, a request                     {row['http']:7.1f}")
        self.say(f"  a frame read and answered                    {row['frame']:7.1f}")
        self.say(f"  the store's library alone, a write           {row['write']:7.1f}")
        self.say(f"  baseline: these, as often as in an event     {row['floor']:7.1f}   1.00")
        self.say(f"  ringd, all of an event                       {row['event']:7.1f}   {row['ratio']:.2f}   (aim <= 25 us)")
        self.say(f"  calls a second of one core of ringd          {1e6 / row['call']:7.0f}          (aim >= 500)")
        self.say(f"  calls a second here and now                  {row['per_second']:7.0f}          (load, store and ringd share "
                 "the machine)")

    # --- sessions -------------------------------------------------------------------------------------------------
    def sessions(self):
        for store in STORES:
            with self.conversations(store) as few, self.conversations(store) as many:
                few.load("stand", SIZES[0], AT_ONCE, 2)
                self.grow(few, many, store)

    @contextlib.contextmanager
    def conversations(self, store):
        with LeanWorld(self.options.build, store=store, ring="30s", log_level="warning", provider_rate=0) as world:
            world.import_directory(["device0", "device1"])
            world.load("play", 1, 1, 2)  # opens the connections
            yield world

    # The cost beside a second ringd's, which stays at the first size, by turns: what the machine does meanwhile, it
    # does to both.
    def grow(self, few, many, store):
        self.say(f"{store}: live calls of two legs, in conversation; webhooks of calls picked at random, beside a ringd "
                 f"with {SIZES[0]} by turns, medians of {self.options.rounds}")
        before_kb, standing = self.resident_kb(many), 0
        for size in SIZES:
            many.load("stand", size - standing, AT_ONCE, 2)
            # Of those that have come; the first also bring what ringd needs for any.
            after_kb = self.resident_kb(many)
            memory, before_kb, standing = (after_kb - before_kb) / (size - standing), after_kb, size
            turns = [(self.touch(few), self.touch(many)) for _ in range(self.options.rounds)]
            first, cost = (statistics.median(costs) for costs in zip(*turns))
            ratio = statistics.median(costs[1] / costs[0] for costs in turns)
            loads = many.ringctl("health")["engine"]["loads"]
            self.say(f"  {size:7} live   {memory:6.2f} KB more each   {cost:6.1f} us CPU per event   {first:6.1f} of the other   "
                     f"{ratio:5.2f}{'   (aim <= 1.30)' if size == SIZES[-1] else ''}   {loads} loads from the store")

    def touch(self, world):
        before = self.cpu_seconds(world.processes["ringd"].pid)
        world.load("touch", TOUCHES)
        return (self.cpu_seconds(world.processes["ringd"].pid) - before) / TOUCHES * 1e6

    @staticmethod
    def resident_kb(world):
        status = Path(f"/proc/{world.processes['ringd'].pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])
