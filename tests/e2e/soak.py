"""A steady load for minutes: nothing grows, no queue, no memory, and no command waits for its result.

Plays on a fresh SoakWorld and yields what differed; prints what the machine carried. See run.py, --seconds and --rate.
"""
import json
import time

from world import NUMBER, Failed, World

WEBHOOKS_A_CALL = 13  # of three devices, one of which answers
LEGS = 3
SAMPLE_S = 1
# What ringd may grow by after the first third, however long the run: `watch` and the cache of ended sessions fill up to
# their bounds (limits::kWatchLines, kEndedSessions). A minute at 2,000 a second would pass it with 5 KB a call.
GROWTH_KB = 40 * 1024
OLDEST_S = 3
LOOKED_AT = 300  # of the last calls, whose ladders tell how long each command waited for its result


class SoakWorld(World):
    def __init__(self, build, **more):
        super().__init__(build, log_level="warning", **more)

    def _ringd_conf(self):
        return super()._ringd_conf().replace("telnyx {", "telnyx { rate 5000;")

    def memory_kb(self, name):
        for line in open(f"/proc/{self.processes[name].pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0


def confirmations_ms(world):
    """How long each command of the last calls waited, from the commit that decided it to the one of its result."""
    for row in world.ringctl("calls", "--limit", str(LOOKED_AT))["calls"]:
        decided = {}
        for line in world.ringctl("call", row["session"])["ladder"]:
            if line["event"] == "result" and line["command"] in decided:
                yield line["at_ms"] - decided.pop(line["command"])
            for command in line["commands"]:
                decided.setdefault(command["id"], line["at_ms"])


def sampled(world, seconds):
    """Once a second: memory, queues, commands under way, while the load lasts. And how often ringd was not well."""
    samples, unwell, began = [], 0, time.monotonic()
    while True:
        health = world.ringctl("health", check=False)
        load = world.sim("GET", "/load")
        if health is None:
            unwell += 1
            if time.monotonic() - began > 2 * seconds + 60:
                raise Failed(f"ringd was not well {unwell} times: this machine does not carry the load")
            time.sleep(SAMPLE_S)
            continue
        samples.append({"ringd_kb": world.memory_kb("ringd"), "queue": health["engine"]["queue_depth"],
                        "in_flight": health["engine"]["commands_in_flight"], "waiting": health["telnyx"]["queued"],
                        "started": load["started"], "later": health["engine"]["later"]})
        if load["open"] == 0 or time.monotonic() - began > 2 * seconds + 60:
            return samples, load, unwell
        time.sleep(SAMPLE_S)


def nothing_grows(world, seconds=10, rate=200):
    world.sim("POST", "/load", {"to": NUMBER, "calls_per_second": rate / WEBHOOKS_A_CALL, "seconds": seconds,
                                "legs": LEGS, "answer_after_ms": 300, "talk_ms": 1000})
    samples, load, unwell = sampled(world, seconds)
    stats = world.sim("GET", "/stats")
    busy = [sample for sample in samples if sample["started"] < samples[-1]["started"]] or samples
    third = len(busy) // 3
    grown = busy[-1]["ringd_kb"] - busy[third]["ringd_kb"]
    confirmed = sorted(confirmations_ms(world))
    carried = stats["webhook_events"] / seconds
    print(f"    {load['completed']} calls, {stats['webhook_events']} webhooks, {carried:.0f} a second asked for {rate}; "
          f"answers {stats['webhook_statuses']}\n"
          f"    ringd {busy[third]['ringd_kb']} -> {busy[-1]['ringd_kb']} KB; most queued "
          f"{max(s['queue'] for s in busy)}, commands under way {max(s['in_flight'] for s in busy)}, waiting "
          f"{max(s['waiting'] for s in busy)}; results after {confirmed[len(confirmed) // 2]} ms, at most {confirmed[-1]}\n"
          f"    {json.dumps({key: load[key] for key in ('webhook_to_first_command', 'answer_to_bridge', 'outcomes')})}",
          flush=True)
    if load["outcomes"] != {"bridged": load["started"]}:
        yield f"not every call was bridged: {load['outcomes']}"
    if set(stats["webhook_statuses"]) != {"200"}:
        yield f"webhooks were answered {stats['webhook_statuses']}"
    if unwell:
        yield f"ringd was not well {unwell} times, once a second asked"
    if grown > GROWTH_KB:
        yield f"ringd grew by {grown} KB"
    if confirmed[-1] > OLDEST_S * 1000:
        yield f"a command waited {confirmed[-1]} ms for its result"
    first, last = busy[third]["queue"] + busy[third]["waiting"], busy[-1]["queue"] + busy[-1]["waiting"]
    if last > first + 100:
        yield f"a queue grew from {first} to {last}"


SOAK = [nothing_grows]
