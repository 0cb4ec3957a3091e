"""The event log after a run of calls: whatever the provider was answered 200 is in it exactly once, and all of it
delivered once more changes nothing and asks the provider for nothing.

Each function plays on a fresh ApiWorld and yields what differed. See run.py.
"""
import json
import subprocess

from calls import CALLS, phase_of, play
from world import wait_for

# Two answers, a retried webhook, a copy, a worker that dies: what could count an event twice or lose it.
PLAYED = ("two-answers", "caller-cancels", "bridge-fails-twice", "replayed-webhook", "worker-killed")
PAGE = 100  # smaller than what there is, so that pages are turned


def truths(world):
    return [world.truth({"call_session_id": session}) for session in world.sim("GET", "/calls")["calls"]]


def answered_200(world):
    return [webhook["id"] for truth in truths(world) for webhook in truth["webhooks"]
            if any(attempt["status"] == 200 for attempt in webhook["attempts"])]


def logged(world, *words, page=PAGE):
    """All rows of the log, newest first."""
    rows, until = [], []
    while True:
        one = world.ringctl("events", "--limit", str(page), *until, *words)
        rows += one["events"]
        if "more_until_ms" not in one:
            return rows
        until = ["--until", str(one["more_until_ms"])]


def books(world):
    """Every call's document, as much of it as is shown, with its ladder; and how often the provider was asked."""
    calls = {row["session"]: world.ringctl("call", row["session"]) for row in world.ringctl("calls")["calls"]}
    commands = sum(len(truth["commands"]) for truth in truths(world))
    return json.dumps(calls, sort_keys=True), commands


def redeliver(world, *words, seconds=60):
    done = subprocess.run(world.ringctl_command("--json", "redeliver", *words), capture_output=True, text=True,
                          timeout=seconds)
    return [event for line in done.stdout.splitlines() for event in json.loads(line)["events"]]


def everything_answered_200_is_logged_once(world):
    """Several calls, one after the other; then three books are compared: the provider's, the log, and the ladders."""
    handles = []
    for call in CALLS:
        if call.name in PLAYED:
            handle, found = play(world, call)
            handles.append(handle)
            yield from found
    for handle in handles:
        wait_for("the outbox to be empty", lambda h=handle: not world.session(h).get("outbox"), 30)
    rows, answered = logged(world), answered_200(world)
    ids = [row["event"] for row in rows]
    if len(ids) != len(set(ids)):
        yield f"twice in the log: {sorted(i for i in set(ids) if ids.count(i) > 1)}"
    if missing := set(answered) - set(ids):
        yield f"answered 200 and not in the log: {sorted(missing)}"
    if len(answered) < 40:
        yield f"only {len(answered)} webhooks were answered 200: too few to prove anything"
    ladders = {(line["session"], line["id"]): line for handle in handles for line in world.session(handle)["ladder"]}
    for row in rows:
        line = ladders.get((row.get("session"), row["event"]), {})
        if row.get("v") != line.get("v") or row.get("commands") != line.get("commands"):
            yield f"the ladder says {line}, the log {row}"
        if not row["received_ms"] or row["source"] != "telnyx" or row.get("attempt", 0) < 1 or "e" in row:
            yield f"a row of the log: {row}"
    engine = world.ringctl("health")["engine"]
    timing, results = engine["timing"], engine["results"]
    if not all(timing[name]["count"] for name in ("occurred_to_received", "received_to_accepted", "accepted_to_sent")):
        yield f"not measured: {timing}"
    # Audits are left out: some are asked for by no call.
    sent = sum(n for verb, n in engine["commands"].items() if verb not in ("audit", "notify")) - results["not_sent"]
    if timing["accepted_to_sent"]["count"] < sent:
        yield f"{sent} commands were sent, and of these measured: {timing['accepted_to_sent']}"

    before, commits = books(world), world.ringctl("health")["engine"]["commits"]
    again = redeliver(world, "--since", "1h")
    if {event["event"] for event in again} != set(ids) or {event["result"] for event in again} != {"duplicate"}:
        yield f"delivered again: {again}"
    again = redeliver(world, ids[0], ids[-1])
    if [event["result"] for event in again] != ["duplicate", "duplicate"]:
        yield f"two delivered again by their ids: {again}"
    if books(world) != before or logged(world) != rows:
        yield "what was delivered again changed a call, asked the provider, or was logged anew"
    if world.ringctl("health")["engine"]["commits"] != commits:
        yield "what was delivered again was committed"


def events_are_found_and_shown(world):
    """By id, call and type with ringctl; over HTTP as a reader may have them, and nothing is delivered from there."""
    handle, found = play(world, next(call for call in CALLS if call.name == "two-answers"))
    yield from found
    assert phase_of(world, handle) == "closed"
    rows = logged(world, "--call", handle["call_leg_id"][:8])
    if not rows or {row["session"] for row in rows} != {handle["call_leg_id"]}:
        yield f"of the call: {rows}"
    hangups = logged(world, "--type", "call.hangup")
    if not hangups or {row["type"] for row in hangups} != {"call.hangup"}:
        yield f"of the type: {hangups}"
    one = rows[-1]["event"]
    whole = world.ringctl("events", one, "--whole")["events"][0]
    if whole.get("e", {}).get("fact", {}).get("from") != "+4917012345678":
        yield f"the whole event: {whole}"
    text = subprocess.run([word for word in world.ringctl_command("events", one) if word != "--json"],
                          capture_output=True, text=True, timeout=20).stdout
    if "call.initiated" not in text or "dial" not in text or "12345678" in text:
        yield f"one event for people:\n{text}"
    if world.ringctl("dead")["events"]:
        yield f"dead: {world.ringctl('dead')}"
    if [row["event"] for row in world.read("/events?limit=1000").get("events", [])] != [row["event"] for row in logged(world)]:
        yield "the log over HTTP is another"
    for path, method, status in (("/events?whole=yes", "GET", 403), (f"/events/{one}?whole=yes", "GET", 403),
                                 ("/events/redeliver?since=0", "POST", 403), ("/events/redeliver?since=0", "GET", 405)):
        if (answered := world.ask(path, method)[0]) != status:
            yield f"{method} {path} was answered {answered}, expected {status}"


EVENTS = [everything_answered_200_is_logged_once, events_are_found_and_shown]
