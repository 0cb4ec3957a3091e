"""The provider's API goes away under several calls, and comes back: nobody is forgotten, and it is not stormed.

Webhooks still come, as they do when only an API is down. Each function plays on a fresh OutageWorld and yields what
differed. See run.py.
"""
import http.client
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from calls import everything_ended, one_winner, people, phase_of, wait_closed, wait_phase, wait_ringing
from world import World, sip, wait_for

PROBES = 4  # the breaker's pauses by then: 0.5 + 1 + 2 + 4 s
IN_A_ROW = 5  # failures that open it
PLAIN_CONNECTIONS = 32  # what ringd may have on the wire at once
# From the provider's return: the longest pause of the breaker, and a command's own with its jitter.
BACK_S = 15


class Relay:
    """Stands between ringd and the stand-in. `mode`: pass, refuse (503), silent (no answer), closed (no connection)."""

    def __init__(self, target_port):
        self.mode, self.target_port, self.counts = "pass", target_port, {}
        self.changed = threading.Condition()
        self.port = 0
        self._open()

    def _open(self):
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                with relay.changed:
                    mode = relay.mode
                    relay.counts[mode] = relay.counts.get(mode, 0) + 1
                    relay.changed.wait_for(lambda: relay.mode != "silent", 30)
                if mode == "pass":
                    status, headers, text = relay.forward(self.command, self.path, body, self.headers)
                elif mode == "refuse":
                    status, headers, text = 503, {}, b'{"errors":[{"code":"10007","title":"Unexpected error"}]}'
                else:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name in ("content-type", "retry-after"):
                    if name in headers:
                        self.send_header(name, headers[name])
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = handle_one

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, *_):  # a peer that hung up first
                pass
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def forward(self, method, path, body, headers):
        target = http.client.HTTPConnection("127.0.0.1", self.target_port, timeout=30)
        try:
            wanted = {name: headers[name] for name in ("authorization", "content-type") if name in headers}
            target.request(method, path, body or None, wanted)
            answer = target.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            target.close()

    def become(self, mode):
        was = self.mode
        if mode == "closed":
            self.close()
        with self.changed:
            self.mode = mode
            self.changed.notify_all()
        if was == "closed":
            self._open()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class OutageWorld(World):
    def __init__(self, build, **more):
        super().__init__(build, ring="60s", extra_ringd="leg 60s;", **more)

    def start_sim(self):
        super().start_sim()
        self.relay = Relay(self.sim_port)

    def stop(self):
        if hasattr(self, "relay"):
            self.relay.become("closed")
        super().stop()

    def _ringd_conf(self):
        return super()._ringd_conf().replace(f"api http://127.0.0.1:{self.sim_port}/v2;",
                                             f"api http://127.0.0.1:{self.relay.port}/v2;")

    def provider(self):
        """What ringd says of the provider; also while that makes its health degraded."""
        done = subprocess.run(self.ringctl_command("--json", "health"), capture_output=True, text=True, timeout=20)
        health = json.loads(done.stdout)
        return {**health["telnyx"], "status": health["status"]}

    def act(self, handle, who, what):
        self.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": who, "do": what})

    def begin(self, count, **script):
        return [self.call({"people": people(), **script}) for _ in range(count)]

    def go_away(self, mode):
        self.before = self.provider()
        self.relay.become(mode)

    def come_back(self):
        """After several probes; yields when more was asked of the provider meanwhile than it may be."""
        wait_for("the breaker to open", lambda: self.provider()["breaker"] != "closed", 30)
        wait_for(f"{PROBES} probes", lambda: self.provider()["probes"] >= self.before["probes"] + PROBES, 60)
        during = self.provider()
        if during["status"] != "degraded":
            yield f"health says {during['status']} while the provider is away"
        mode = self.relay.mode
        asked = during["requests"] - self.before["requests"]
        allowed = IN_A_ROW + PLAIN_CONNECTIONS + during["probes"] - self.before["probes"]
        if asked > allowed:
            yield f"{asked} requests while the provider was away ({mode}), at most {allowed} are no storm"
        if during["kept_back"] <= self.before["kept_back"]:
            yield "nothing was kept back: this shows nothing"
        self.relay.become("pass")
        wait_for("the breaker to close", lambda: self.provider()["breaker"] == "closed", 60)
        log = (self.dir / "ringd.log").read_text(errors="replace")
        if log.count('"provider_away"') != log.count('"provider_back"') or '"provider_away"' not in log:
            yield f"the log tells {log.count('provider_away')} times that it was away and {log.count('provider_back')} that it came back"


def end(world, handles, outcomes):
    for handle in handles:
        truth = wait_closed(world, handle, 60)
        yield from everything_ended(truth)
        yield from one_winner(truth)
        outcome = world.session(handle)["outcome"]
        if outcome not in outcomes:
            yield f"ringd says outcome {outcome}, expected {' or '.join(outcomes)}"


def everything_goes_on(world, mode):
    """In the middle of ringing: some answer, some callers leave, some ring on; and some talk and hang up."""
    taken, left, ringing, talking = (world.begin(2) for _ in range(4))
    for handle in taken + left + ringing + talking:
        wait_ringing(world, handle)
    for handle in talking:
        world.act(handle, sip("tablet"), "answer")
    for handle in talking:
        wait_phase(world, handle, "connected")
        wait_for("the others to stop", lambda: world.truth(handle)["ringing_now"] == 0)
    world.go_away(mode)
    for handle in taken:
        world.act(handle, sip("phone"), "answer")
    for handle in left:
        world.act(handle, "caller", "hangup")
    for handle in talking:
        world.act(handle, "caller", "hangup")
    for handle in taken:
        wait_phase(world, handle, "answering")
    for handle in left:
        wait_phase(world, handle, "closing")
    yield from world.come_back()
    for handle in left:
        wait_for("the phones of a caller who left to stop", lambda: world.truth(handle)["ringing_now"] == 0, BACK_S)
    for handle in taken:
        wait_for("who answered to be connected", lambda: phase_of(world, handle) == "connected", BACK_S)
        world.act(handle, "caller", "hangup")
    for handle in ringing:
        if phase_of(world, handle) != "ringing" or world.truth(handle)["ringing_now"] != 3:
            yield f"a call that only rang is {phase_of(world, handle)}"
        world.act(handle, sip("desk"), "answer")
        wait_phase(world, handle, "connected")
        world.act(handle, "caller", "hangup")
    yield from end(world, taken + ringing + talking, {"answered"})
    yield from end(world, left, {"abandoned"})


def calls_go_on_when_everything_is_answered_503(world):
    yield from everything_goes_on(world, "refuse")


def calls_go_on_when_no_connection_is_taken(world):
    yield from everything_goes_on(world, "closed")


def calls_go_on_when_nothing_is_answered(world):
    yield from everything_goes_on(world, "silent")


def calls_that_come_meanwhile_wait(world):
    """Nobody can be rung until the provider is back; then everybody is, and who answers is connected."""
    world.go_away("closed")
    handles = world.begin(4)
    for handle in handles:
        wait_phase(world, handle, "ringing")
    world.act(handles[0], "caller", "hangup")
    yield from world.come_back()
    for handle in handles[1:]:
        wait_for("the devices to ring", lambda: world.truth(handle)["ringing_now"] == 3, BACK_S)
        world.act(handle, sip("phone"), "answer")
        wait_for("who answered to be connected", lambda: phase_of(world, handle) == "connected", BACK_S)
        world.act(handle, "caller", "hangup")
    yield from end(world, handles[1:], {"answered"})
    yield from end(world, handles[:1], {"abandoned"})
    if world.truth(handles[0])["legs"]:
        yield "a device was rung for a caller who had left"


def too_many_requests_slow_only_dials(world):
    """429 is no outage: dials wait as long as they are told, what is urgent goes on, and the call is taken."""
    before = world.provider()
    world.sim("POST", "/faults", {"match": {"verb": "dial"}, "do": "rate_limit", "retry_after_s": 2, "count": 6})
    handles = world.begin(3)
    for handle in handles:
        wait_ringing(world, handle)
        world.act(handle, sip("phone"), "answer")
        wait_phase(world, handle, "connected")
        world.act(handle, "caller", "hangup")
    after = world.provider()
    if after["too_many"] - before["too_many"] != 6 or after["opened"] != before["opened"]:
        yield f"six times too many: {after}"
    yield from end(world, handles, {"answered"})


def a_full_channel_is_an_outcome_and_no_outage(world):
    """Capacity answers end their device at once and for good, however many there are."""
    for code, status in (("90041", 403), ("90043", 422)):
        world.sim("POST", "/faults", {"match": {"verb": "dial", "to": sip("desk")}, "do": "refuse", "code": code,
                                      "status": status, "count": 4})
    world.sim("POST", "/faults", {"match": {"verb": "dial", "to": sip("tablet")}, "do": "rate_limit",
                                  "retry_after_s": 1, "count": 2})
    handles = world.begin(8)
    for handle in handles:
        wait_ringing(world, handle, 2)
        desk = [device for device in world.session(handle)["devices"] if device["device"] == "desk"][0]
        if desk["state"] != "ended_inferred":
            yield f"the desk is {desk}"
        world.act(handle, sip("tablet"), "answer")
        wait_phase(world, handle, "connected")
        world.act(handle, "caller", "hangup")
    if world.provider()["opened"]:
        yield "a capacity answer opened the breaker"
    yield from end(world, handles, {"answered"})


OUTAGE = [calls_go_on_when_everything_is_answered_503, calls_go_on_when_no_connection_is_taken,
          calls_go_on_when_nothing_is_answered, calls_that_come_meanwhile_wait, too_many_requests_slow_only_dials,
          a_full_channel_is_an_outcome_and_no_outage]
