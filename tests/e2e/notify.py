"""What becomes of a call is told to the customer's application: through our own edge, once by id, over kills of ringd.

The application stands behind nginx, which checks each webhook as it checks everybody's (`webhook standard-webhooks`).
Each function plays on a fresh NotifyWorld and yields what differed. See run.py.
"""
import json
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from calls import people, phase_of, wait_ringing
from world import CALLER, NUMBER, World, sip, wait_for

ORGANISATIONS = {"acme": NUMBER, "beta": "+4930555002", "gamma": "+4930555003"}
PUSHES = "delta"  # wakes its phones up itself: hears of a call while it rings
OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class Application:
    """Takes webhooks: an answer of its own, or none before it is let go on."""

    def __init__(self):
        self.seen = []  # (id, document) as they came
        self.paths = []  # and where to
        self.status = 200
        self.go_on = threading.Event()
        self.go_on.set()
        application = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                application.paths.append(self.path)
                application.seen.append((self.headers["webhook-id"], body))
                application.go_on.wait(20)
                self.send_response(application.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

    def documents(self):
        return [json.loads(body) for _, body in self.seen]


class NotifyWorld(World):
    """ringd signs with a new secret and an old one; the edge before the application knows the old one only."""

    def start(self):
        self.application = Application()
        (self.dir / "outgoing.secrets").write_text(f"{NEW} # new\n{OLD}\n")
        (self.dir / "application.keys").write_text(f"{OLD} # old\n")
        return super().start()

    def stop(self):
        super().stop()
        self.application.stop()

    def _ringd_conf(self):
        return super()._ringd_conf() + "notify {\n" + "".join(f"""    organisation {name} {{
        url http://127.0.0.1:{self.nginx_port}/applications/{name};
        secret_file {self.dir}/outgoing.secrets;
        ringing {"on" if name == PUSHES else "off"};
    }}
""" for name in (*ORGANISATIONS, PUSHES)) + "}\n"

    def _nginx_conf(self):
        return super()._nginx_conf().replace("\n        location = /webhook_status", f"""
        location /applications/ {{
            webhook standard-webhooks;
            webhook_key_file {self.dir}/application.keys;
            webhook_dedup zone=calls window=1h;
            proxy_pass http://127.0.0.1:{self.application.port};
            proxy_ignore_client_abort on;
        }}
        location = /webhook_status""")


def finish(world, handle):
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})
    wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 30)


def answered_call(world):
    handle = world.call({"people": people(phone={"answer_after_ms": 200}), "caller": {"hang_up_after_bridged_ms": 400}})
    wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 30)
    return handle


def told_everything(world, handle):
    """Five documents: the call, each of its devices, and the recording, if there was time for one."""
    def heard():
        return len(world.application.seen) >= 4 + world.session(handle)["recorded"]
    wait_for("the application to hear of the call, its devices and its recording", heard, 20)
    wait_for("ringd to know that it did", lambda: world.ringctl("health")["notify"]["in_flight"] == 0, 20)


def differences(world, handle):
    documents = world.application.documents()
    ids = [one for one, _ in world.application.seen]
    recorded = world.session(handle)["recorded"]
    if len(ids) != 4 + recorded or len(set(ids)) != len(ids):
        yield f"expected {4 + recorded} ids once each, got {ids}"
    kept = [d["data"] for d in documents if d["type"] == "call.recording"]
    if len(kept) != recorded or any(r["kind"] != "conversation" or not r["url"].startswith("https://")
                                    or r["channels"] != "dual" for r in kept):
        yield f"the recording: {kept}"
    devices = {d["data"]["device"]: d["data"]["outcome"] for d in documents if d["type"] == "call.device"}
    expected = {"phone": "answered", "tablet": "answered_elsewhere", "desk": "answered_elsewhere"}
    if devices != expected:
        yield f"devices: {devices}, expected {expected}"
    ended = [d["data"] for d in documents if d["type"] == "call.ended"]
    if [e["outcome"] for e in ended] != ["answered"] or ended[0]["device"] != "phone":
        yield f"the call: {ended}"
    if {d["data"]["call"] for d in documents} != {handle["call_leg_id"]}:
        yield "a document names another call"
    keys = {(d["data"].get("conversation_id"), d["data"].get("message_id")) for d in documents}
    if len(keys) != 1 or None in next(iter(keys)):
        yield f"R-131: the documents are to be filed under {keys}"


def an_answered_call_is_told_once(world):
    """Through the edge, with the old one of two signatures; the outbox is empty afterwards."""
    handle = answered_call(world)
    told_everything(world, handle)
    yield from differences(world, handle)
    if not world.session(handle)["recorded"]:
        yield "the conversation was not recorded"
    wait_for("an empty outbox", lambda: not world.session(handle)["outbox"], 10)


def a_call_that_rings_is_told_while_it_rings(world):
    """R-133: an application that asked for it hears of the call before anybody answers, once; another hears nothing."""
    world.import_directory(text=world.directory_text().replace("organisation acme", f"organisation {PUSHES}"))
    handle = world.call({"people": people()})
    wait_for("the application to hear that it rings", lambda: world.application.seen)
    if phase_of(world, handle) != "ringing":
        yield f"it is told, and the call is {phase_of(world, handle)}"
    finish(world, handle)
    wait_for("the application to hear of its end", lambda: len(world.application.seen) >= 5, 20)
    first, *rest = world.application.documents()
    expected = {"call": handle["call_leg_id"], "organisation": PUSHES, "user": "anna", "from": CALLER, "to": NUMBER,
                "caller_name": "Carla Caller", "call_control_id": handle["call_control_id"],
                "call_session_id": handle["call_session_id"]}
    said = {key: first["data"].get(key) for key in expected}
    if first["type"] != "call.ringing" or said != expected:
        yield f"told first: {first}"
    if [one["type"] for one in rest].count("call.ringing"):
        yield "told that it rings twice"


def a_forged_outcome_never_reaches_the_application(world):
    """The same location refuses what we did not sign."""
    status, _ = world.http(world.nginx_port, "POST", "/applications/acme", b'{"type":"call.ended"}',
                           {"webhook-id": "forged", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA",
                            "content-type": "application/json"})
    if status not in (401, 403) or world.application.seen:
        yield f"a forged outcome was answered {status}, and {len(world.application.seen)} reached the application"


def killed_before_anything_left(world):
    """Committed, and the edge is away: nothing can leave. kill -9, then all is told once by the next ringd."""
    handle = world.call({"people": people()})
    wait_ringing(world, handle)
    world.application.status = 503
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": sip("phone"), "do": "answer"})
    wait_for("the conversation", lambda: phase_of(world, handle) == "connected")
    finish(world, handle)
    wait_for("an outcome to be refused", lambda: world.ringctl("health")["notify"]["not_taken"] > 0)
    world.kill_ringd()
    world.application.seen.clear()
    world.application.status = 200
    world.start_ringd()
    told_everything(world, handle)
    yield from differences(world, handle)


def killed_while_the_application_answers(world):
    """On the wire: the application has it, ringd dies before it hears so. The copy ends at the edge as a duplicate."""
    world.application.go_on.clear()
    handle = answered_call(world)
    wait_for("an outcome on the wire", lambda: world.application.seen)
    world.kill_ringd()
    world.application.go_on.set()
    world.start_ringd()
    told_everything(world, handle)
    wait_for("an empty outbox", lambda: not world.session(handle)["outbox"], 20)
    yield from differences(world, handle)


def killed_again_and_again(world):
    """kill -9 at ten moments of one call's end: each id once."""
    handle = world.call({"people": people(phone={"answer_after_ms": 700}), "caller": {"hang_up_after_bridged_ms": 300}})
    wait_ringing(world, handle)
    for _ in range(10):
        world.kill_ringd()
        world.start_ringd()
    wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 40)
    told_everything(world, handle)
    wait_for("an empty outbox", lambda: not world.session(handle)["outbox"], 20)
    yield from differences(world, handle)


def gone_is_given_up(world):
    """410: the outbox is emptied, the log and the health say so."""
    world.application.status = 410
    handle = answered_call(world)
    wait_for("all five given up", lambda: world.ringctl("health")["notify"]["gone"] == 5, 20)
    wait_for("an empty outbox", lambda: not world.session(handle)["outbox"], 10)
    if "notify_gone" not in world.log_tail("ringd", 400):
        yield "the log does not say that the application is gone"


def the_caller_of_nobody_configured_is_told_nothing(world):
    """An organisation without an application: nothing is asked, nothing waits."""
    path = world.dir / "directory.conf"
    path.write_text(world.directory_text().replace("organisation acme", "organisation other"))
    world.ringctl("directory", "import", str(path))
    handle = answered_call(world)
    if world.session(handle)["outbox"] or world.application.seen:
        yield "somebody was told, or is to be told"


def missed_calls_are_listed(world):
    """A call that nobody takes: one line for each device, of this user, newest first; none of a call that was taken,
    unless all are asked for."""
    taken = answered_call(world)["call_leg_id"]
    for _ in range(2):
        handle = world.call({"people": people(), "caller": {"hang_up_when": "ringing", "ringing_legs": 3,
                                                            "hang_up_delay_ms": 100}})
        wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 30)
    world.kill_ringd()
    world.start_ringd()
    rows = world.ringctl("missed", "acme/anna")["missed"]
    seen = [(row["session"] == handle["call_leg_id"], row["device"], row["outcome"], row["rang"]) for row in rows]
    expected = {(last, device, "caller_cancelled", True) for last in (True, False) for device in
                ("phone", "tablet", "desk")}
    if len(seen) != 6 or set(seen) != expected:
        yield f"missed calls: {seen}"
    if [row["at_ms"] for row in rows] != sorted((row["at_ms"] for row in rows), reverse=True):
        yield "not newest first"
    others = {row["device"]: row["outcome"] for row in world.ringctl("missed", "--all")["missed"]
              if row["session"] == taken}
    if others != {"tablet": "answered_elsewhere", "desk": "answered_elsewhere"}:
        yield f"of the call that was taken, with all: {others}"
    if world.ringctl("missed", "acme/bert")["missed"] or len(world.ringctl("missed", "-n", "2")["missed"]) != 2:
        yield "another user has them, or the bound was not kept"


def organisations_at_once_stay_apart(world):
    """R-046: one user in three organisations, the same caller rings all of them at the same time, in every order: each
    call rings the devices of its own, and each application hears of its own."""
    text, now = [], datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name, number in ORGANISATIONS.items():
        devices = "".join(f"device {device} {{ sip_username gencred{name}{device}; credential_expires_at never; "
                          f"last_active_at {now}; }}\n" for device in ("phone", "tablet"))
        text.append(f"organisation {name} {{ number {number} {{ ring anna; }}\nuser anna {{ {devices} }} }}\n")
    world.import_directory(text="".join(text))
    calls = []
    for turn in range(3):
        for place, (name, number) in enumerate(ORGANISATIONS.items()):
            script = {"to": number, "caller": {"hang_up_after_bridged_ms": 200},
                      "people": [{"to": sip(name + "phone"), "answer_after_ms": 300 + 40 * ((place + turn) % 3)},
                                 {"to": sip(name + "tablet"), "never": True}]}
            calls.append((name, world.call(script)))
    for name, handle in calls:
        wait_for("the call to close", lambda: phase_of(world, handle) == "closed", 30)
        strangers = [leg["to"] for leg in world.truth(handle)["legs"] if f"gencred{name}" not in leg["to"]]
        if strangers:
            yield f"a call to {name} rang {strangers}"
    recorded = sum(world.session(handle)["recorded"] for _, handle in calls)
    wait_for("all that there is to tell", lambda: len(world.application.seen) >= 3 * len(calls) + recorded, 20)
    home = {handle["call_leg_id"]: name for name, handle in calls}
    for path, document in zip(world.application.paths, world.application.documents()):
        data = document["data"]
        if not path.endswith("/" + home[data["call"]]) or data["organisation"] != home[data["call"]]:
            yield f"{path} heard of a call to {home[data['call']]}: {document}"


NOTIFY = [organisations_at_once_stay_apart, missed_calls_are_listed, an_answered_call_is_told_once,
          a_call_that_rings_is_told_while_it_rings,
          a_forged_outcome_never_reaches_the_application, killed_before_anything_left,
          killed_while_the_application_answers, killed_again_and_again, gone_is_given_up,
          the_caller_of_nobody_configured_is_told_nothing]
