"""tools/bench store: what a commit costs, embedded and in Redis, each beside the floor of the same run.

Commits through the store itself, one at a time in turn with a PING on a connection of the same code (embedded: with the
same bytes appended and synced by hand), then 16 and 128 at once. Medians of the rounds. Used by tools/bench.py. Must not
know: calls.
"""
import json
import statistics
import subprocess
import tempfile
from pathlib import Path

# name, how Redis is started, replicas to wait for, the aim of commit p50 as a multiple of PING
KINDS = (
    ("redis", ("--appendonly", "no"), 0, 1.5),
    ("redis, AOF everysec", ("--appendonly", "yes", "--appendfsync", "everysec"), 0, None),
    ("redis, AOF always", ("--appendonly", "yes", "--appendfsync", "always"), 0, None),
    ("redis, WAIT 1", ("--appendonly", "no"), 1, 2.5),
)


class StoreBench:
    def __init__(self, options, run, wait_for, reserve_port, say):
        self.options, self.run, self.wait_for, self.reserve_port, self.say = options, run, wait_for, reserve_port, say
        self.program = Path(options.build) / "tests/bench/store_bench"
        self.count = max(100, options.requests // 10)

    def store(self):
        rows = {"embedded": []}
        rows.update({name: [] for name, *_ in KINDS})
        for _ in range(self.options.rounds):  # in turn, so that a busy minute of the machine is everybody's
            with tempfile.TemporaryDirectory(prefix="ringfence-") as folder:
                rows["embedded"].append(json.loads(self.run(self.program, "embedded", folder, self.count)))
            for name, words, replicas, _ in KINDS:
                rows[name].append(self.on_redis(words, replicas))
        self.say(f"store, medians of {self.options.rounds} rounds of {self.count} commits of 2.5 KB one at a time, each "
                 f"after its floor: PING, or for embedded the bytes appended and synced")
        self.say(f"  {'':22} {'floor p50, p99 us':>19} {'commit p50, p99 us':>20} {'p50 ratio':>10}   "
                 f"{'16 at once: /s, p99 us':>23} {'128 at once: /s, p99 us':>24}")
        aims = {name: aim for name, _, _, aim in KINDS}
        for name, seen in rows.items():
            self.row(name, seen, aims.get(name))

    def row(self, name, seen, aim):
        def median(*path):
            def inside(row):
                for key in path:
                    row = row[key]
                return row
            return statistics.median(inside(row) for row in seen)

        ratio = statistics.median(row["commit"]["p50_us"] / row["floor"]["p50_us"] for row in seen)
        at_once = "".join(f" {median(key, 'per_second'):>13.0f} {median(key, 'p99_us'):>9.0f}" for key in ("at_16", "at_128"))
        self.say(f"  {name:22} {median('floor', 'p50_us'):>9.0f} {median('floor', 'p99_us'):>9.0f}"
                 f" {median('commit', 'p50_us'):>10.0f} {median('commit', 'p99_us'):>9.0f} {ratio:>10.2f}  {at_once}"
                 + (f"   (aim <= {aim}{': missed' if ratio > aim else ''})" if aim else ""))

    def on_redis(self, words, replicas):
        servers = []
        with tempfile.TemporaryDirectory(prefix="ringfence-") as folder:
            try:
                port = self.start(servers, Path(folder) / "master", words)
                for number in range(replicas):
                    self.start(servers, Path(folder) / f"replica{number}", (*words, "--replicaof", f"127.0.0.1 {port}"))
                socket = Path(folder) / "master/redis.sock"
                self.wait_for("the replicas", lambda: self.ask(socket, "INFO replication").count("state=online") == replicas)
                self.wait_for("WAIT to count them", lambda: int(
                    self.ask(socket, "SET x 1", f"WAIT {replicas} 1000").split()[-1]) >= replicas)
                return json.loads(self.run(self.program, "redis", socket, self.count, replicas))
            finally:
                for server in servers:
                    server.kill()
                    server.wait()

    def start(self, servers, folder, words):
        folder.mkdir()
        holder = self.reserve_port()
        port = holder.getsockname()[1]
        holder.close()
        servers.append(subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--unixsocket", folder / "redis.sock", "--save", "",
             "--dir", folder, "--daemonize", "no", "--logfile", "", "--repl-diskless-sync-delay", "0", *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL))
        self.wait_for("Redis to answer", lambda: self.ask(folder / "redis.sock", "PING") == "PONG")
        return port

    def ask(self, socket, *commands):
        """Over one connection: a WAIT counts the writes of its own."""
        return subprocess.run(["redis-cli", "-s", str(socket)], input="\n".join(commands) + "\n", capture_output=True,
                              text=True).stdout.strip()
