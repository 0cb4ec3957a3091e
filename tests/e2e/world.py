"""A whole Ringfence on loopback: nginx with the module, ringd, the Telnyx stand-in, and Redis when asked for.

Used by the end-to-end tests and by tools/demo, so that what is shown is what is tested. It starts processes, knows
their addresses and ends them; it must never know what a particular call should do (calls.py does).
"""
import ctypes
import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from datetime import datetime, timedelta, timezone
from pathlib import Path

NUMBER = "+4930555100"
CALLER = "+4917012345678"
DEVICES = ["phone", "tablet", "desk"]
WEBHOOK_PATHS = "/webhooks/cpaas/telnyx/"
WEBHOOK_PATH = WEBHOOK_PATHS + "call-control"
REDIS_SAMPLE = Path(__file__).resolve().parents[2] / "conf/redis.conf.sample"
GREETING = "Nobody can take your call right now. Please leave a message after the tone."


PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Runs in the child: should the harness itself be killed, nothing it started lives on."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Failed(Exception):
    """A condition was not met in time, or a process did not start; the text says which and what was seen."""


def sip(device):
    return f"sip:gencred{device}@sip.telnyx.com"


def reserve_port():
    """A socket that keeps a free port from everybody but a server that says SO_REUSEADDR, as nginx does: two worlds, or
    an outgoing connection of this one, never take what was only looked at."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return holder


def wait_for(what, condition, seconds=10.0):
    """Polls `condition` until it returns something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        seen = condition()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise Failed(f"waited {seconds:g} s for: {what}")
        time.sleep(0.01)


class World:
    programs = {"ringd": "worker/ringd", "ringd2": "worker/ringd"}  # by the worker's name, in the build directory

    bearable = ()  # invariants that may break in this world, by their counters' names
    redis_arguments = ()  # beside those below, or instead of them

    def __init__(self, build, store="embedded", nginx_workers=2, ring="5s", sanitized=False, extra_ringd="",
                 log_level="debug", provider_rate=None, fallback="none"):
        self.build = Path(build).resolve()
        self.store = store
        self.nginx_workers = nginx_workers
        self.ring = ring
        self.sanitized = sanitized
        self.extra_ringd = extra_ringd
        self.log_level = log_level
        self.fallback = fallback
        self.provider_rate = provider_rate  # requests a second; 0: no limit of ringd's, None: its default
        self.dir = Path(tempfile.mkdtemp(prefix="ringfence-"))
        self.processes = {}
        self.port_holder = reserve_port()
        self.nginx_port = self.port_holder.getsockname()[1]
        self.sim_port = 0
        self.note = lambda text: None  # told what is done to the world while a call goes on; the demo prints it

    # --- life ---------------------------------------------------------------------------------------------------
    def start(self):
        try:
            self._write_key_files()
            self.start_sim()
            if self.store == "redis":
                self.start_redis()
            self.start_ringd()
            self.import_directory()
            self.start_nginx()
        except BaseException:
            self.stop()
            raise
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for name in ("nginx", "ringd", "redis", "sim"):
            self._end(name)
        self.port_holder.close()
        self.problems = self._read_problems()
        shutil.rmtree(self.dir, ignore_errors=True)

    def _end(self, name, how=signal.SIGTERM):
        process = self.processes.pop(name, None)
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _spawn(self, name, command, env=None, **more):
        log = open(self.dir / f"{name}.log", "ab")
        process = subprocess.Popen([str(part) for part in command], stdout=more.pop("stdout", log), stderr=log,
                                   stdin=more.pop("stdin", subprocess.DEVNULL), cwd=self.dir, env={**os.environ, **(env or {})},
                                   start_new_session=True, preexec_fn=die_with_parent, **more)
        self.processes[name] = process
        return process

    def log(self, name):
        path = self.dir / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else "(no log)"

    def log_tail(self, name, lines=15):
        return "\n".join(self.log(name).splitlines()[-lines:])

    def _read_problems(self):
        """What must never stand in a log: sanitizer reports, crashes, nginx alerts. And a disk too full to write one."""
        found = []
        if shutil.disk_usage(self.dir.parent).free < 1 << 20:
            found.append(f"no space left for store and logs in {self.dir.parent}; TMPDIR names another place")
        for path in self.dir.glob("*.log"):
            for line in path.read_text(errors="replace").splitlines():
                if any(mark in line for mark in ("Sanitizer", "runtime error:", "[alert]", "[emerg]", "exited on signal",
                                                 "Assertion")):
                    found.append(f"{path.name}: {line[:300]}")
        return found

    # --- processes ----------------------------------------------------------------------------------------------
    def _write_key_files(self):
        (self.dir / "api.key").write_text("KEYtest_of_the_stand_in\n")
        os.chmod(self.dir / "api.key", 0o600)

    def start_sim(self):
        process = self._spawn("sim", [
            self.build / "tests/telnyx_sim/telnyx_sim", "--listen", "127.0.0.1:0",
            "--webhook-url", f"http://127.0.0.1:{self.nginx_port}{WEBHOOK_PATH}",
            "--api-key-file", self.dir / "api.key", "--public-key-file", self.dir / "telnyx.keys",
            "--port-file", self.dir / "sim.port"])

        def listening():
            if process.poll() is not None:
                raise Failed("the stand-in did not start:\n" + self.log_tail("sim"))
            path = self.dir / "sim.port"
            return path.exists() and path.read_text().strip()
        self.sim_port = int(wait_for("the stand-in to listen", listening))

    def start_redis(self):
        """Redis as this world has it: one server."""
        self.spawn_redis("redis")

    def spawn_redis(self, name, *more):
        """A server that is asked at NAME.sock; `more` wins over what stands here. As shipped: what is promised of the
        sample is tried with it. A copy, for Redis may write to its own file."""
        shutil.copy(REDIS_SAMPLE, self.dir / f"{name}.conf")
        self._spawn(name, ["redis-server", self.dir / f"{name}.conf", "--port", "0", "--unixsocket",
                           self.dir / f"{name}.sock", "--dir", self.dir, "--daemonize", "no",
                           "--maxmemory", "0",  # a soak makes more calls than the sample has room for
                           *self.redis_arguments, *more])
        wait_for(f"{name} to listen", lambda: (self.dir / f"{name}.sock").exists())

    def redis_directives(self):
        """How ringd finds Redis: what stands in its block redis { }."""
        return f"server unix:{self.dir}/redis.sock;"

    def _ringd_conf(self):
        store = (f"store redis;\nredis {{ {self.redis_directives()} }}\n"
                 f"store_fallback {self.fallback};\nfallback_path {self.dir}/fallback.db;" if self.store == "redis" else
                 f"store embedded;\nembedded {{ path {self.dir}/ringd.db; }}")
        user = pwd.getpwuid(os.getuid()).pw_name
        rate = "" if self.provider_rate is None else f" rate {self.provider_rate};"
        return f"""# written by the test harness
ingest unix:{self.dir}/ingest.sock;
ingest_user {user};
control unix:{self.dir}/control.sock;
{store}
telnyx {{
    api http://127.0.0.1:{self.sim_port}/v2;
    api_key_file {self.dir}/api.key;{rate}
}}
ring {{ timeout {self.ring}; recording_wait 10s; {self.extra_ringd} }}
log_level {self.log_level};
"""

    def start_ringd(self, wait=True):
        conf = self.dir / "ringd.conf"
        conf.write_text(self._ringd_conf())
        process = self._spawn("ringd", [self.build / self.programs["ringd"], "-c", conf])
        if not wait:
            return

        def answering():
            if process.poll() is not None:
                raise Failed("ringd did not start:\n" + self.log_tail("ringd"))
            return self.ringctl("health", check=False) is not None
        wait_for("ringd to answer", answering)

    def kill_ringd(self):
        self._end("ringd", signal.SIGKILL)
        self.note("ringd is killed with SIGKILL")

    def stop_ringd(self):
        self._end("ringd")

    def lose_store(self):
        """ringd dies, and what it had stored is gone when it comes back."""
        self.kill_ringd()
        if self.store == "redis":
            subprocess.run(["redis-cli", "-s", str(self.dir / "redis.sock"), "flushall"], check=True, timeout=10,
                           capture_output=True)
        else:
            for file in self.dir.glob("ringd.db*"):
                file.unlink()
        self.start_ringd()
        self.import_directory()

    def start_nginx(self):
        (self.dir / "nginx").mkdir(exist_ok=True)
        conf = self.dir / "nginx.conf"
        conf.write_text(self._nginx_conf())
        env = {}
        if self.sanitized:
            libraries = [subprocess.run(["g++", f"-print-file-name={name}"], capture_output=True, text=True)
                         .stdout.strip() for name in ("libasan.so", "libubsan.so")]
            env = {"LD_PRELOAD": ":".join(libraries), "ASAN_OPTIONS": "detect_leaks=0"}
        process = self._spawn("nginx", ["/usr/sbin/nginx", "-p", self.dir / "nginx", "-c", conf,
                                        "-e", self.dir / "nginx_error.log"], env)

        def listening():
            if process.poll() is not None:
                raise Failed("nginx did not start:\n" + self.log_tail("nginx") + self.log_tail("nginx_error"))
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.nginx_port)) == 0
        wait_for("nginx to listen", listening)

    def _nginx_conf(self):
        user = pwd.getpwuid(os.getuid()).pw_name
        root = f"user {user};" if os.getuid() == 0 else ""
        temp = "\n".join(f"    {name}_temp_path {self.dir}/nginx/{name};"
                         for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""daemon off;
{root}
worker_processes {self.nginx_workers};
pid {self.dir}/nginx.pid;
load_module {self.build}/nginx_module/ngx_http_webhook_module.so;
events {{ worker_connections 1024; }}
http {{
    access_log {self.dir}/nginx_access.log;
{temp}
    keepalive_requests 1000000;
    webhook_zone calls:8m;
    ringd_reload unix:{self.dir}/control.sock;
    upstream ringd {{ server unix:{self.dir}/ingest.sock; keepalive 32; }}
    server {{
        listen 127.0.0.1:{self.nginx_port} backlog=1024;
        location ~ ^{WEBHOOK_PATHS}(call-control|credential)(/failover)?$ {{
            client_max_body_size 256k;
            webhook telnyx;
            webhook_key_file {self.dir}/telnyx.keys;
            webhook_dedup zone=calls window=1h;
            webhook_pass ringd;
        }}
        location = /webhook_status {{ webhook_status; allow 127.0.0.1; deny all; }}
    }}
}}
"""

    # --- directory ----------------------------------------------------------------------------------------------
    def directory_text(self, devices=None):
        now = datetime.now(timezone.utc)
        stamp = "%Y-%m-%dT%H:%M:%SZ"
        text = [f'organisation acme {{\n    greeting "{GREETING}";\n    user anna {{']
        for device in devices or DEVICES:
            text.append(f"        device {device} {{ sip_username gencred{device}; "
                        f"last_active_at {now.strftime(stamp)}; "
                        f"credential_expires_at {(now + timedelta(days=30)).strftime(stamp)}; }}")
        text.append(f"    }}\n    number {NUMBER} {{ ring anna; }}\n}}\n")
        return "\n".join(text)

    def import_directory(self, devices=None, text=None):
        path = self.dir / "directory.conf"
        path.write_text(text or self.directory_text(devices))
        self.ringctl("directory", "import", str(path))

    # --- asking -------------------------------------------------------------------------------------------------
    def ringctl_command(self, *words):
        return [str(self.build / "worker/ringctl"), "--socket", str(self.dir / "control.sock"), *words]

    def ringctl(self, *words, check=True):
        done = subprocess.run(self.ringctl_command("--json", *words), capture_output=True, text=True, timeout=20)
        if done.returncode != 0:
            if check:
                raise Failed(f"ringctl {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
            return None
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def healths(self):
        """What each worker says of itself, by its name."""
        return {"ringd": self.ringctl("health")}

    def http(self, port, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            payload = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
            connection.request(method, path, payload, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def sim(self, method, path, body=None):
        status, text = self.http(self.sim_port, method, "/_sim" + path, body, {"Content-Type": "application/json"})
        if status >= 300:
            raise Failed(f"the stand-in answered {status} to {method} {path}: {text.decode(errors='replace')[:300]}")
        return json.loads(text) if text.strip() else {}

    def edge(self):
        return json.loads(self.http(self.nginx_port, "GET", "/webhook_status")[1])

    def webhook_url(self, route="call-control"):
        return f"http://127.0.0.1:{self.nginx_port}{WEBHOOK_PATHS}{route}"

    def call(self, script):
        return self.sim("POST", "/calls", {"from": CALLER, "to": NUMBER, "caller_name": "Carla Caller", **script})

    def truth(self, call):
        return self.sim("GET", "/calls/" + urllib.parse.quote(call["call_session_id"]))

    def session(self, call):
        """ringd's own view: the session and its ladder, or None before it knows the call."""
        return self.ringctl("call", call["call_leg_id"], check=False)
