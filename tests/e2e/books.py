"""Four books, compared after a run: what the provider was told (the 200s in nginx's log and at the stand-in), what the
store holds (the ladders), the event log, and what the stand-in saw (commands and their effects). Whatever went wrong
meanwhile, every event answered 200 was applied once and logged once, no effect came twice, nobody is left ringing; and
the log delivered once more changes nothing.

Must not know: what was done to the world. The nginx of that world logs in NGINX_LOG's format (ChaosWorld does).
"""
import collections
import json
import re

import events

NGINX_LOG = "log_format books '$status $webhook_reason $webhook_id $webhook_type';"
MOST_AGAIN = 10_000  # the newest events are delivered again: ringd takes 200 a second
ONCE = ("answer", "bridge", "record_start", "reject", "transfer", "speak")  # effects on one leg, as the calls here go
SHOWN = 5  # of a long list, in a sentence


def few(things):
    things = sorted(things)
    return f"{things[:SHOWN]}{' and more' if len(things) > SHOWN else ''}"


class Books:
    """All is read at once, when everything has ended; `handles` are the calls of the run."""

    def __init__(self, world, handles):
        self.handles = handles
        self.truths = {h["call_leg_id"]: world.truth(h) for h in handles}
        self.views = {h["call_leg_id"]: world.session(h) for h in handles}
        self.health = world.healths()
        self.nginx = [line.split() for path in sorted(world.dir.glob("nginx_access*.log"))
                      for line in path.read_text(errors="replace").splitlines() if re.match(r"\d{3} ", line)]
        self.log = events.logged(world, page=1000)  # the last of the books: what was told before is in it

    @property
    def lines(self):
        return [line for view in self.views.values() if view for line in view["ladder"]]

    # --- book 1: what the provider was told ---------------------------------------------------------------------------
    def told(self):
        """Ids answered 2xx, by either side's account."""
        by_stand_in = {w["id"] for truth in self.truths.values() for w in truth["webhooks"]
                       if any(200 <= a["status"] < 300 for a in w["attempts"])}
        return by_stand_in | {fields[2] for fields in self.nginx if fields[0].startswith("2") and len(fields) > 2}

    def failed_attempts(self):
        """Attempts that were answered otherwise or not at all, by status; 0: no answer."""
        return collections.Counter(a["status"] for truth in self.truths.values() for w in truth["webhooks"]
                                   for a in w["attempts"] if not 200 <= a["status"] < 300)

    # --- the comparison -----------------------------------------------------------------------------------------------
    def differences(self):
        yield from self.told_against_store()
        yield from self.told_against_log()
        yield from self.store_against_provider()
        for leg_id, truth in self.truths.items():
            yield from (f"call {leg_id}: {sentence}" for sentence in effects(truth))
            yield from (f"call {leg_id}: {sentence}" for sentence in ended(truth, self.views[leg_id]))

    def told_against_store(self):
        applied = collections.Counter(line["id"] for line in self.lines if not line["event"] in ("result", "tick"))
        known = {w["id"]: truth["parent"]["call_leg_id"] for truth in self.truths.values() for w in truth["webhooks"]}
        # Of a call that was never offered (its first webhook was given up by the provider) nothing is kept.
        told = self.told()
        offered = {leg_id for leg_id, truth in self.truths.items() if self.views[leg_id] or any(
            w["type"] == "call.initiated" and w["id"] in told for w in truth["webhooks"])}
        lost = {i for i in told if not applied[i] and known.get(i) in offered}
        doubled = {i for i, count in applied.items() if count > 1}
        ours = ("cancel:", "ready:", "sweep:")  # what operators, devices and the sweep say
        invented = {i for i in applied if i not in known and not i.startswith(ours)}
        if lost:
            yield f"{len(lost)} events were answered 200 and not applied: {few(lost)}"
        if doubled:
            yield f"{len(doubled)} events were applied more than once: {few(doubled)}"
        if invented:
            yield f"{len(invented)} events were applied that nobody sent: {few(invented)}"
        for leg_id, view in self.views.items():
            versions = [line["v"] for line in (view or {}).get("ladder", [])]
            if versions != list(range(1, len(versions) + 1)):
                yield f"call {leg_id}: the ladder has the steps {versions}"

    def told_against_log(self):
        rows = collections.Counter(row["event"] for row in self.log)
        missing = self.told() - set(rows)
        doubled = {i for i, count in rows.items() if count > 1}
        if missing:
            yield f"{len(missing)} events were answered 200 and are not in the event log: {few(missing)}"
        if doubled:
            yield f"{len(doubled)} events are in the event log more than once: {few(doubled)}"

    def store_against_provider(self):
        """No command that was not durable; none that was decided and never sent."""
        decided = {c["id"]: c["verb"] for line in self.lines for c in line["commands"]}
        settled = {line["command"] for line in self.lines if line["event"] == "result"}
        seen = {c["command_id"] for truth in self.truths.values() for c in truth["commands"] if c["command_id"]}
        if seen - set(decided):
            yield f"the provider got commands that are in no ladder: {few(seen - set(decided))}"
        never = {f"{decided[i]} {i}" for i in set(decided) - seen - settled if decided[i] not in ("audit", "notify")}
        # A call that has ended needs no further command, and says so by closing.
        open_calls = {leg for leg, view in self.views.items() if view and view["phase"] != "closed"}
        if never and open_calls:
            yield f"commands were decided and never sent: {few(never)}"

    def explained(self, sentences):
        """Ladder and commands of the first call that a sentence names."""
        for leg_id, truth in self.truths.items():
            if any(leg_id in sentence for sentence in sentences):
                view = self.views[leg_id] or {"ladder": []}
                return [json.dumps(one) for one in [*view["ladder"], *truth["commands"], truth["parent"], *truth["legs"]]]
        return []

    def summary(self):
        engines = [health["engine"] for health in self.health.values()]
        counts = {key: sum(engine[key] for engine in engines)
                  for key in ("commits", "conflicts", "unknown", "recovered", "later")}
        reasons = collections.Counter(f"{line[0]} {line[1]}" for line in self.nginx if not line[0].startswith("2"))
        return (f"{len(self.handles)} calls, {len(self.told())} events answered 200, {len(self.log)} in the log, "
                f"{len(self.lines)} ladder lines, "
                f"other answers {dict(self.failed_attempts())} {dict(reasons)}; workers alive: {counts}")


def deliver_again(world, before):
    """Puts the newest MOST_AGAIN events of the log through ringd once more; returns what it said of each."""
    since_ms = before.log[:MOST_AGAIN][-1]["at_ms"] - 1
    wanted = [row["event"] for row in before.log if row["at_ms"] > since_ms]
    return wanted, events.redeliver(world, "--since", str(since_ms), seconds=60 + len(wanted) / 20)


def delivered_again(before, wanted, answers, after):
    """What was applied is a duplicate, what is of no call is kept, and no book has changed."""
    if sorted(wanted) != sorted(answer["event"] for answer in answers):
        yield f"of {len(wanted)} events {len(answers)} were delivered again"
    other = {f"{answer['event']} {answer['result']} {answer.get('detail', '')}" for answer in answers
             if answer["result"] not in ("duplicate", "kept")}
    if other:
        yield f"{len(other)} events were no duplicates when they were delivered again: {few(other)}"
    for leg_id, truth in before.truths.items():
        if after.views[leg_id] != before.views[leg_id]:
            yield f"call {leg_id}: its session is another one since its events were delivered again"
        if after.truths[leg_id]["commands"] != truth["commands"]:
            yield f"call {leg_id}: the provider was asked for something when its events were delivered again"
    # Of the same millisecond, events of several masters come in any order.
    was, now = (collections.Counter(json.dumps(row, sort_keys=True) for row in log) for log in (before.log, after.log))
    if was != now:
        yield f"the event log is another one since it was delivered again: gone {few(was - now)}, new {few(now - was)}"


def effects(truth):
    """No effect twice, by whichever command id."""
    executed = [c for c in truth["commands"] if c["outcome"] == "executed"]
    for command_id, count in collections.Counter(c["command_id"] for c in executed).items():
        if command_id and count > 1:
            yield f"command {command_id} was executed {count} times"
    for device, count in collections.Counter(leg["to"] for leg in truth["legs"]).items():
        if count > 1:
            yield f"{device} was dialled {count} times"
    for (verb, to), count in collections.Counter((c["verb"], c["to"]) for c in executed).items():
        if verb in ONCE and count > 1:
            yield f"{verb} was executed {count} times on {to}"
    winners = {leg["to"] for leg in truth["legs"] if leg["bridged_ms"]}
    if len(winners) > 1:
        yield f"two winners: {sorted(winners)}"


def ended(truth, view):
    for leg in [truth["parent"], *truth["legs"]]:
        if leg["state"] != "ended":
            yield f"{leg['to']} is still {leg['state']}"
    if view and view["phase"] != "closed":
        yield f"its session is {view['phase']}"
    if view and view["outbox"]:
        yield f"its outbox still holds {view['outbox']}"
    if view and view["outcome"] != "answered" and any(leg["bridged_ms"] for leg in truth["legs"]) and not overtaken(view):
        yield f"somebody was bridged, and the store says {view['outcome']}"


def overtaken(view):
    """The outcome was decided before the first word of the bridge came: an outage turns the order of webhooks around, and
    a winner whose end is learnt of before the bridge has left the caller alone, for all that is known then."""
    decided = min((line["v"] for line in view["ladder"] if line.get("outcome")), default=0)
    bridged = [line["v"] for line in view["ladder"] if line["event"] == "call.bridged"]
    return not bridged or min(bridged) > decided
