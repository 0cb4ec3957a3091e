#!/usr/bin/env python3
"""Measures the road from a signed webhook to a command on the wire, every figure beside a baseline of the same run.

usage: tools/bench road|edge|ring|sessions|store [--rounds N] [--requests N] [--build DIR]

tools/bench edge: the module alone, beside the raw verification, beside a stock nginx, beside the same gate in Lua and
njs where Debian's packages of them are installed. tools/bench ring: time to silence, the spread of the dials, CPU per
event and calls a second of ringd alone, beside the libraries it uses. tools/bench sessions: memory and CPU per event
with 1,000, 10,000 and 100,000 live calls. tools/bench store: commits in the embedded store and in Redis (without and with
its file, with a replica to wait for) beside PING. tools/bench road:

  edge      nginx CPU per accepted webhook handed over to ringd, as a ratio to (raw libsodium verification of the same
            messages + a stock nginx that reads the same body and answers 200)
  worker    ringd CPU per event (webhooks and command results) of calls with five legs, on both stores
  latency   webhook out to first command in, as the stand-in sees it, p50 and p99, at a low rate, on both stores
  capacity  calls a second with five legs each until that p99 exceeds 50 ms, on both stores

The figures depend on the machine and on who else uses it; the ratios much less so. Nothing here fails on a number.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/e2e"))
from bench_edge import EdgeBench  # noqa: E402
from bench_ring import RingBench  # noqa: E402
from bench_store import StoreBench  # noqa: E402
from world import NUMBER, WEBHOOK_PATH, Failed, World, reserve_port, wait_for  # noqa: E402

LEGS = 5
DEVICES = [f"device{n}" for n in range(LEGS)]
P99_LIMIT_MS = 50


def say(text=""):
    print(text, flush=True)


def cpu_seconds(pid):
    """Of all its threads, in nanoseconds where /proc/PID/stat counts ticks of ten milliseconds."""
    return time.clock_gettime(~pid << 3 | 2)  # the clock that clock_getcpuclockid(3) names


def children(pid):
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Bench:
    def __init__(self, options):
        self.options = options
        self.bin = Path(options.build) / "tests/bench"

    def run(self, *command):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise Failed(f"{command[0]} failed: {done.stderr.strip()}")
        return done.stdout

    # --- edge -----------------------------------------------------------------------------------------------------
    def edge(self):
        world = World(self.options.build, nginx_workers=1)
        world._write_key_files()
        world.start_sim()
        (world.dir / "telnyx.keys").write_text(self.run(self.bin / "edge_load", "--public-key"))
        world.start_ringd()
        world.start_nginx()
        holder = reserve_port()
        baseline_port = holder.getsockname()[1]
        conf = world.dir / "baseline.conf"
        conf.write_text(f"""daemon off; {'user root;' if os.getuid() == 0 else ''}
worker_processes 1; pid {world.dir}/baseline.pid; load_module /usr/lib/nginx/modules/ngx_http_echo_module.so;
events {{ worker_connections 1024; }}
http {{ access_log {world.dir}/baseline_access.log; keepalive_requests 1000000; client_body_temp_path {world.dir}/b1;
    proxy_temp_path {world.dir}/b2; fastcgi_temp_path {world.dir}/b3; uwsgi_temp_path {world.dir}/b4;
    scgi_temp_path {world.dir}/b5;
    server {{ listen 127.0.0.1:{baseline_port}; location / {{ echo_read_request_body; echo '{{"ok":true}}'; }} }} }}
""")
        world._spawn("nginx_baseline", ["/usr/sbin/nginx", "-p", world.dir, "-c", conf, "-e", world.dir / "b_error.log"])
        wait_for("the baseline nginx", lambda: (world.dir / "baseline.pid").exists())
        try:
            rows = [self.edge_round(world, baseline_port, n) for n in range(self.options.rounds)]
        finally:
            world._end("nginx_baseline")
            holder.close()
            world.stop()
        medians = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
        base = medians["verify"] + medians["body"]
        say("edge, CPU us per request (median of %d rounds of %d distinct webhooks, 32 connections)"
            % (self.options.rounds, self.options.requests))
        say(f"  raw libsodium verification        {medians['verify']:7.1f}")
        say(f"  nginx reads the body, answers 200 {medians['body']:7.1f}")
        say(f"  baseline, the two together        {base:7.1f}   1.00")
        say(f"  nginx with hand-over to ringd     {medians['road']:7.1f}   {medians['road'] / base:.2f}   (aim <= 1.30)")
        say(f"  ringd beside it                   {medians['ringd']:7.1f}   (frame to verdict, events nobody acts upon)")
        say(f"  answered 200 through ringd: {medians['per_second']:.0f}/s, p50 {medians['p50_us']:.0f} us, "
            f"p99 {medians['p99_us']:.0f} us")

    def edge_round(self, world, baseline_port, number):
        count = self.options.requests
        verify = json.loads(self.run(self.bin / "verify_loop", min(count, 20000)))["us_per_verify"]
        baseline_pid = children(world.processes["nginx_baseline"].pid)[0]
        before = cpu_seconds(baseline_pid)
        self.load(baseline_port, "/", count, f"body{number}")
        body = (cpu_seconds(baseline_pid) - before) / count * 1e6
        nginx_pid, ringd_pid = children(world.processes["nginx"].pid)[0], world.processes["ringd"].pid
        before, ringd_before = cpu_seconds(nginx_pid), cpu_seconds(ringd_pid)
        seen = self.load(world.nginx_port, WEBHOOK_PATH, count, f"road{number}")
        return {"verify": verify, "body": body, "road": (cpu_seconds(nginx_pid) - before) / count * 1e6,
                "ringd": (cpu_seconds(ringd_pid) - ringd_before) / count * 1e6, "per_second": seen["per_second"],
                "p50_us": seen["p50_us"], "p99_us": seen["p99_us"]}

    def load(self, port, path, count, run):
        seen = json.loads(self.run(self.bin / "edge_load", port, path, count, 32, run, "genuine"))
        if seen["statuses"] != {"200": count}:
            raise Failed(f"answers to {count} webhooks: {seen['statuses']}")
        return seen

    # --- worker, latency, capacity --------------------------------------------------------------------------------
    def calls(self, store):
        with World(self.options.build, store=store, ring="30s", log_level="warning", provider_rate=0) as world:
            world.import_directory(DEVICES)
            self.play(world, 5, 1)  # warm
            quiet = self.play(world, 10, 5)
            say(f"latency, {store}: webhook out to first command in, p50 {quiet['p50']:.2f} ms, p99 {quiet['p99']:.2f} ms "
                f"(10 calls/s; aim p50 <= 1)")
            before, events = cpu_seconds(world.processes["ringd"].pid), self.events(world)
            self.play(world, 50, 5)
            spent, done = cpu_seconds(world.processes["ringd"].pid) - before, self.events(world) - events
            say(f"worker, {store}: {spent / max(done, 1) * 1e6:.1f} us CPU per event ({done} events of calls with {LEGS} "
                f"legs at 50 calls/s; aim <= 40)")
            self.capacity(world, store)

    def events(self, world):
        health = world.ringctl("health")
        engine = health.get("engine", health)
        return engine["commits"]

    def play(self, world, rate, seconds):
        world.sim("POST", "/load", {"calls_per_second": rate, "seconds": seconds, "legs": LEGS, "to": NUMBER,
                                    "answer_after_ms": 200, "talk_ms": 200})
        report = wait_for("every call of the load to end",
                          lambda: not (r := world.sim("GET", "/load"))["running"] and r["open"] == 0 and r, seconds + 30)
        first = report["webhook_to_first_command"]
        return {"p50": first["p50_ms"], "p99": first["p99_ms"], "report": report}

    def capacity(self, world, store):
        rate, best = 25, 0
        while rate <= 3200:
            try:
                seen = self.play(world, rate, 4)
            except Failed:
                break
            if seen["p99"] > P99_LIMIT_MS or seen["report"]["completed"] < seen["report"]["started"]:
                break
            best, rate = rate, int(rate * 1.5)
        say(f"capacity, {store}: {best} calls/s with {LEGS} legs each at p99 <= {P99_LIMIT_MS} ms "
            f"(the stand-in, nginx and ringd share this machine's {os.cpu_count()} cores); {rate} calls/s was too much")


def main():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("what", nargs="?")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=10000)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--only", choices=["edge", "calls"], default=None)
    parser.add_argument("-h", "--help", action="store_true")
    options = parser.parse_args()
    if options.help or options.what not in ("road", "edge", "ring", "sessions", "store"):
        say(__doc__.strip())
        return 0 if options.help else 2
    bench = Bench(options)
    started = time.monotonic()
    if options.what == "edge":
        EdgeBench(options, bench.run, cpu_seconds, children, say).measure()
        return 0
    if options.what in ("ring", "sessions"):
        getattr(RingBench(options, bench.run, cpu_seconds, say), options.what)()
        say(f"bench: {time.monotonic() - started:.0f} s")
        return 0
    if options.what == "store":
        StoreBench(options, bench.run, wait_for, reserve_port, say).store()
        say(f"bench: {time.monotonic() - started:.0f} s")
        return 0
    if options.only != "calls":
        bench.edge()
    if options.only != "edge":
        for store in ("embedded", "redis"):
            bench.calls(store)
    say(f"bench: {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        say(f"bench: {failure}")
        sys.exit(1)
