"""What HTTP clients get of ringd through nginx and ringd_api: everything that reads, nothing that changes.

Each function plays on a fresh ApiWorld and yields what differed. See run.py.
"""
import json
import subprocess
import threading
import urllib.parse

from calls import people, phase_of, wait_ringing
from world import Failed, World, wait_for

TOKEN = {"X-Token": "good"}
LOCATIONS = """
        location /api/ {
            auth_request /auth;
            rewrite ^/api(/.*)$ $1 break;
            ringd_api ringd;
        }
        location = /auth {
            internal;
            if ($http_x_token != good) { return 401; }
            return 204;
        }
        location = /webhook_status"""


class ApiWorld(World):
    """With ringd's API under /api/, for those who know the token."""

    def _nginx_conf(self):
        return super()._nginx_conf().replace("\n        location = /webhook_status", LOCATIONS)

    def ask(self, path, method="GET", body=None, headers=TOKEN):
        return self.http(self.nginx_port, method, "/api" + path, body, headers)

    def read(self, path):
        status, text = self.ask(path)
        return json.loads(text) if status == 200 else {"status": status, "text": text[:200]}


def finish(world, handle):
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})
    wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 30)


def what_ringctl_shows_is_read_over_http(world):
    """A call from ringing to its end: health, the list, its ladder, the directory, as ringctl gets them."""
    handle = world.call({"people": people()})
    wait_ringing(world, handle)
    health = world.read("/health")
    if health.get("status") != "ok" or health.get("engine", {}).get("accepted", 0) < 1:
        yield f"health over HTTP: {health}"
    finish(world, handle)
    leg = handle["call_leg_id"]
    if [row["session"] for row in world.read("/calls?limit=5").get("calls", [])] != [leg]:
        yield f"the list over HTTP: {world.read('/calls?limit=5')}"
    view = world.read("/calls/" + urllib.parse.quote(leg, safe=""))
    if view != world.session(handle):
        yield f"the call over HTTP: {view}"
    if world.read("/directory") != world.ringctl("directory", "show"):
        yield "the directory over HTTP is another"
    if not world.read("/watch?after=0").get("lines"):
        yield "the watch over HTTP has no line"
    for path, status in (("/calls/nobody", 404), ("/nothing", 404), ("/calls?limit=x", 400)):
        if world.ask(path)[0] != status:
            yield f"{path} was answered {world.ask(path)[0]}, expected {status}"
    if world.ask("/health", "HEAD") != (200, b""):
        yield f"HEAD was answered {world.ask('/health', 'HEAD')}"


def nothing_is_changed_over_http(world):
    """Whoever may read may still not change: 403 from ringd; without the token ringd hears nothing."""
    before = world.ringctl("health")
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        status, text = world.ask("/directory?file=stolen", method, b"organisation other { }")
        if status != 403 or b"ringctl" not in text:
            yield f"{method} was answered {status} {text[:100]}"
    status, text = world.ask("/directory", "PUT", b"x" * 300_000)
    if status != 413:
        yield f"a body over the bound was answered {status}"
    asked = world.ringctl("health")["ingest"]["requests"]
    for headers in ({}, {"X-Token": "bad"}):
        for method in ("GET", "PUT"):
            status = world.ask("/directory", method, None, headers)[0]
            if status != 401:
                yield f"{method} without the token was answered {status}"
    after = world.ringctl("health")
    if after["ingest"]["requests"] != asked:
        yield "ringd heard of requests without the token"
    if after["directory"] != before["directory"]:
        yield f"the directory changed from {before['directory']} to {after['directory']}"
    if after["ingest"]["broken"]:
        yield f"{after['ingest']['broken']} connections of nginx broke the format"
    world.import_directory()
    if world.ringctl("health")["directory"]["revision"] <= before["directory"]["revision"]:
        yield "ringctl could not change the directory"


def calls_go_on_while_many_read(world):
    """Readers on every path while a call rings and ends: each is answered, and the call is not disturbed."""
    path = world.dir / "large.conf"
    # Near what one reply may hold.
    numbers = "\n".join(f"number +4940{number:07} {{ voicemail; }}" for number in range(80_000))
    path.write_text(world.directory_text() + "organisation large {\n" + numbers + "\n}\n")
    world.ringctl("directory", "import", str(path))
    large = world.ringctl("directory", "show")
    if len(large["text"]) < 3_000_000:
        yield f"the large directory has {len(large['text'])} bytes only"
    enough, problems, answered = threading.Event(), [], []

    def read_on(target, expected):
        while not enough.is_set():
            status, text = world.ask(target)
            if status != 200 or not expected(json.loads(text)):
                problems.append(f"{target} was answered {status} with {len(text)} bytes")
                return
            answered.append(target)

    readers = [threading.Thread(target=read_on, args=reader) for reader in (
        ("/health", lambda body: body["status"] == "ok"), ("/calls", lambda body: "calls" in body),
        ("/directory", lambda body: body == large), ("/watch?after=0", lambda body: "lines" in body))]
    for reader in readers:
        reader.start()
    try:
        handle = world.call({"people": people(phone={"answer_after_ms": 300}),
                             "caller": {"hang_up_after_bridged_ms": 300}})
        wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 30)
        wait_for("every reader to be answered", lambda: problems or len(set(answered)) == len(readers), 30)
    finally:
        enough.set()
        for reader in readers:
            reader.join()
    yield from problems
    if len([leg for leg in world.truth(handle)["legs"] if leg["bridged_ms"]]) != 1:
        yield "not exactly one leg was bridged"
    edge = world.edge()["worker"]
    if edge["broken_replies"] or edge["api_requests"] < len(answered):
        yield f"{len(answered)} were answered, the edge counts {edge}"


def a_reload_of_nginx_reaches_ringd(world):
    """ringd reads its file again, or says what is wrong with it; nginx goes on in any case, and `nginx -t` tells nobody."""
    def lines(what):
        return (world.dir / "ringd.log").read_text().count(what)

    def reload_nginx(*more):
        subprocess.run(["/usr/sbin/nginx", "-p", world.dir / "nginx", "-c", world.dir / "nginx.conf",
                        "-e", world.dir / "nginx_error.log", *more], check=True, capture_output=True, timeout=20)
    reload_nginx("-t")
    reload_nginx("-s", "reload")
    wait_for("ringd to read its configuration again", lambda: lines('"reloaded"') == 1)
    conf = world.dir / "ringd.conf"
    before = conf.read_text()
    conf.write_text(before.replace("telnyx {", "telnyx { rate 37;"))
    told = world.ringctl("reload")
    if "nothing else has changed" not in told["detail"] or world.ringctl("health")["telnyx"]["rate"] != 37:
        yield f"another rate is not in force: {told}"
    conf.write_text(before + "worker_name another;\n")
    told = world.ringctl("reload")
    if "worker_name has changed" not in told["detail"] or world.ringctl("health")["telnyx"]["rate"] == 37:
        yield f"what needs a restart: {told}"
    conf.write_text(before.replace("telnyx {", "telnyx { rate 41;") + "lgo_level info;\n")
    reload_nginx("-s", "reload")
    wait_for("ringd to refuse it", lambda: lines('"reload_refused"') == 1)
    if world.ringctl("health")["telnyx"]["rate"] == 41:
        yield "a file with a fault is in force in part"
    try:
        world.ringctl("reload")
        yield "ringctl did not say what is wrong"
    except Failed as refusal:
        if "ringd.conf:" not in str(refusal):
            yield f"ringctl said {refusal}"
    world.stop_ringd()
    reload_nginx("-s", "reload")
    wait_for("nginx to tell that ringd is away", lambda: "was not told" in (world.dir / "nginx_error.log").read_text())
    world.start_ringd()
    if lines('"reloaded"') != 3:
        yield "nginx -t, or a refused file, was taken for a reload"


API = [a_reload_of_nginx_reaches_ringd, what_ringctl_shows_is_read_over_http, nothing_is_changed_over_http, calls_go_on_while_many_read]
