"""tools/bench edge: what the edge costs, beside what cannot be saved and beside the same gate in Lua and njs.

Every figure is CPU of one nginx worker process per request, over one run in which the servers take turns, so that the
ratios hold where the figures do not. Used by tools/bench.py. Must not know: calls, stores.
"""
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e"))
from world import Failed, World, die_with_parent, reserve_port, wait_for  # noqa: E402

MODULES = Path("/usr/lib/nginx/modules")
OK = "echo '{\"ok\":true}';"
# name, server, path, kind of webhook, expected statuses; what is compared stands close together
ROWS = [
    ("return", "stock", "/return", "genuine", {"200"}),
    ("unsigned", "ringfence", "/dedup", "unsigned", {"403"}),
    ("stale", "ringfence", "/dedup", "stale", {"403"}),
    ("body", "stock", "/body", "genuine", {"200"}),
    ("verify", "ringfence", "/verify", "genuine", {"200"}),
    ("dedup", "ringfence", "/dedup", "genuine", {"200"}),
    ("pass", "ringfence", "/pass", "genuine", {"200"}),
    ("forged", "ringfence", "/dedup", "forged", {"403"}),
    ("copies", "ringfence", "/dedup", "copies", {"200", "503"}),
    ("hmac", "ringfence", "/hmac", "hmac", {"200"}),
    ("lua verify", "lua", "/verify", "genuine", {"200"}),
    ("lua dedup", "lua", "/dedup", "genuine", {"200"}),
    ("lua unsigned", "lua", "/dedup", "unsigned", {"403"}),
    ("lua stale", "lua", "/dedup", "stale", {"403"}),
    ("lua forged", "lua", "/dedup", "forged", {"403"}),
    ("lua copies", "lua", "/dedup", "copies", {"200", "503"}),
    ("lua hmac", "lua", "/hmac", "hmac", {"200"}),
    ("njs hmac", "njs", "/hmac", "hmac", {"200"}),
]


class EdgeBench:
    def __init__(self, options, run, cpu_seconds, children, say):
        self.options, self.run, self.cpu_seconds, self.children, self.say = options, run, cpu_seconds, children, say
        self.load = Path(options.build) / "tests/bench/edge_load"
        self.loop = Path(options.build) / "tests/bench/verify_loop"
        self.dir = Path(tempfile.mkdtemp(prefix="ringfence-bench-"))
        self.servers = {}

    def measure(self):
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self.dir, ignore_errors=True)
            world = stack.enter_context(World(self.options.build, nginx_workers=1))  # for its ringd
            for name, text in self.configurations(world).items():
                self.start(stack, name, text)
            rows = [row for row in ROWS if row[1] in self.servers]
            seen = {row[0]: [] for row in rows} | {"raw": []}
            # The first visit of every page of a zone, once in a process's life, is not what a request costs.
            for row in rows:
                self.row(row, "warm")
            for number in range(self.options.rounds):
                seen["raw"].append(json.loads(self.run(self.loop, min(self.options.requests, 20000)))["us_per_verify"])
                for row in rows:
                    seen[row[0]].append(self.row(row, number))
                self.say(f"  round {number + 1} of {self.options.rounds} done")
            self.report(seen)

    # --- servers --------------------------------------------------------------------------------------------------
    def configurations(self, world):
        key = self.run(self.load, "--public-key").strip()
        secret = self.run(self.load, "--hmac-secret").strip()
        (self.dir / "telnyx.keys").write_text(key + "\n")
        (self.dir / "github.keys").write_text(secret + "\n")
        (self.dir / "github.secret").write_text(secret)
        ours = f"""webhook_zone ids:64m; webhook_zone more:64m;
            upstream ringd {{ server unix:{world.dir}/ingest.sock; keepalive 32; }}"""
        gates = f"""webhook_key_file {self.dir}/telnyx.keys;
            location /verify {{ webhook telnyx; {OK} }}
            location /dedup {{ webhook telnyx; webhook_dedup zone=ids window=1h; {OK} }}
            location /pass {{ webhook telnyx; webhook_dedup zone=more window=1h; webhook_pass ringd; }}
            location /hmac {{ webhook github; webhook_key_file {self.dir}/github.keys; {OK} }}"""
        lua = f"""lua_shared_dict ids 64m; lua_package_path "{ROOT}/tests/bench/rivals/?.lua;;";
            init_by_lua_block {{ local w = require "webhook"
                verify = w.telnyx("{key}", false) dedup = w.telnyx("{key}", true) hmac = w.github("{secret}")
                settle = w.settle }}"""
        settle = "header_filter_by_lua_block { settle() }"
        in_lua = "".join(f"location /{name} {{ access_by_lua_block {{ return {name}() }} {after} {OK} }}\n"
                         for name, after in (("verify", ""), ("dedup", settle), ("hmac", "")))
        found = {
            "stock": self.conf([], "", f"location /return {{ return 200 ok; }} location /body {{ echo_read_request_body; {OK} }}"),
            "ringfence": self.conf([Path(self.options.build) / "nginx_module/ngx_http_webhook_module.so"], ours, gates),
        }
        if (MODULES / "ngx_http_lua_module.so").exists():
            found["lua"] = self.conf([MODULES / "ndk_http_module.so", MODULES / "ngx_http_lua_module.so"], lua, in_lua)
        if (MODULES / "ngx_http_js_module.so").exists():
            js = f"js_path {ROOT}/tests/bench/rivals; js_import webhook from webhook.js;"
            found["njs"] = self.conf([MODULES / "ngx_http_js_module.so"], js, "location /hmac { js_content webhook.github; }")
        return found

    @staticmethod
    def conf(modules, http, server):
        load = "".join(f"load_module {module};\n" for module in [*modules, MODULES / "ngx_http_echo_module.so"])
        return f"""daemon off; {'user root;' if os.getuid() == 0 else ''} worker_processes 1; pid PLACE/pid; {load}
            env RINGFENCE_HMAC_SECRET_FILE;
            events {{ worker_connections 1024; }}
            http {{ access_log PLACE/access.log; keepalive_requests 100000000; client_body_buffer_size 64k;
            client_body_temp_path PLACE/b; proxy_temp_path PLACE/p; fastcgi_temp_path PLACE/f; uwsgi_temp_path PLACE/u;
            scgi_temp_path PLACE/s; {http}
            server {{ listen 127.0.0.1:PORT; {server} }} }}"""

    def start(self, stack, name, text):
        place = self.dir / name
        place.mkdir()
        holder = stack.enter_context(contextlib.closing(reserve_port()))
        port = holder.getsockname()[1]
        (place / "nginx.conf").write_text(text.replace("PLACE", str(place)).replace("PORT", str(port)))
        environment = dict(os.environ, RINGFENCE_HMAC_SECRET_FILE=str(self.dir / "github.secret"))
        process = subprocess.Popen(["/usr/sbin/nginx", "-p", place, "-c", place / "nginx.conf", "-e", place / "error.log"],
                                   env=environment, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        stack.callback(self.end, process)
        try:
            wait_for(f"nginx ({name})", lambda: process.poll() is not None or self.children(process.pid))
        except Failed:
            pass
        if process.poll() is not None or not self.children(process.pid):
            raise Failed(f"nginx ({name}) did not start: {(place / 'error.log').read_text()}")
        self.servers[name] = (process, port)

    @staticmethod
    def end(process):
        process.terminate()
        process.wait(timeout=10)

    # --- one figure -----------------------------------------------------------------------------------------------
    def row(self, row, number):
        name, server, path, kind, statuses = row
        process, port = self.servers[server]
        worker = self.children(process.pid)[0]
        count = self.options.requests
        before = self.cpu_seconds(worker)
        seen = json.loads(self.run(self.load, port, path, count, 32, f"{name.replace(' ', '-')}{number}", kind))
        if not set(seen["statuses"]) <= statuses:
            raise Failed(f"{name}: answers to {count} webhooks: {seen['statuses']}")
        return (self.cpu_seconds(worker) - before) / count * 1e6

    def report(self, seen):
        """`seen`: a name's figures, one a round. Ratios are of figures of one round, whatever the machine did in others."""
        seen["base"] = [raw + body for raw, body in zip(seen["raw"], seen["body"])]

        def line(text, name, against=None, aim=""):
            if name not in seen:
                return self.say(f"  {text:44} not installed (tools/setup --bench)")
            pairs = zip(seen[name], seen[against]) if against else []
            ratio = f"{statistics.median(one / other for one, other in pairs):7.2f}" if against else 7 * " "
            return self.say(f"  {text:44} {statistics.median(seen[name]):7.1f} {ratio}  {aim}".rstrip())

        self.say("edge, CPU us of nginx per request (medians of %d rounds of %d, 32 connections) and ratio to its baseline"
                 % (self.options.rounds, self.options.requests))
        line("return 200", "return")
        line("nginx reads the body, answers 200", "body")
        line("raw libsodium verification", "raw")
        line("baseline: the last two together", "base", "base")
        line("verify", "verify", "base")
        line("verify + dedup", "dedup", "base", "aim <= 1.08")
        line("verify + dedup + hand-over to ringd", "pass", "base", "aim <= 1.20")
        line("forged", "forged", "base")
        line("duplicate", "copies", "base")
        line("unsigned, against return 200", "unsigned", "return", "aim <= 1.05")
        line("stale, against return 200", "stale", "return", "aim <= 1.05")
        line("HMAC-SHA256 (github), against body read", "hmac", "body")
        for name in ("verify", "dedup", "unsigned", "stale", "forged", "copies", "hmac"):
            line(f"Lua: {name}, against ours", f"lua {name}", name, "aim >= 1.00")
        line("njs: hmac, no dedup, against ours", "njs hmac", "hmac")
