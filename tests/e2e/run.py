#!/usr/bin/env python3
"""Plays one group of end-to-end tests against real processes and reports.

usage: run.py --build DIR --store embedded|redis --group GROUP [--only NAME] [--repeat N] [--sanitized]
              [--calls N] [--seed TEXT]   (crowd: how many, and the orders of an earlier run)
              [--seconds N] [--rate N]    (rolling, soak: how long each; soak: webhooks a second)

Groups are `calls`, `kill` and the keys of GROUPS. On Redis only: fleet, two workers on one store; upgrade, where they
are of different versions; torment, where there are four that pause and die; redis_away, where Redis is stopped;
sentinel and cluster, where a master is lost and replaced.

Every test gets a world of its own, so that one failure cannot spoil the next. At its end every call's ladder must be a
path of the machine and no invariant may be broken (proof.py). Exit 0 only when all passed; a failed test prints what
differed, the ladder, and the ends of the logs.
"""
import argparse
import functools
import json
import secrets
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from api import API, ApiWorld  # noqa: E402
from calls import CALLS, play  # noqa: E402
from chaos import CHAOS, FULL_DISK  # noqa: E402
from chaos_world import chaos_world, small_disk_world  # noqa: E402
from crowd import CROWD, CrowdWorld  # noqa: E402
from delivery import DELIVERY  # noqa: E402
from devices import DEVICES, DevicesWorld  # noqa: E402
from events import EVENTS  # noqa: E402
from failover import CLUSTER, SENTINEL  # noqa: E402
from fleet import FLEET, FleetWorld  # noqa: E402
from flows import FLOWS, FlowWorld  # noqa: E402
from forward import FORWARD, ForwardWorld  # noqa: E402
from kill_points import KILL_POINTS  # noqa: E402
from notify import NOTIFY, NotifyWorld  # noqa: E402
from outage import OUTAGE, OutageWorld  # noqa: E402
from proof import Proof  # noqa: E402
from redis_away import REDIS_AWAY, RedisAwayWorld  # noqa: E402
from redis_groups import ClusterFleet, SentinelFleet  # noqa: E402
from rolling import ROLLING  # noqa: E402
from soak import SOAK, SoakWorld  # noqa: E402
from sweep import SWEEP, SweepWorld  # noqa: E402
from torment import TORMENT, TormentWorld  # noqa: E402
from upgrade import UPGRADE, UpgradeWorld  # noqa: E402
from webhooks import WEBHOOKS, WebhookWorld  # noqa: E402
from world import World  # noqa: E402

GROUPS = {  # what is played (where it differs: by store), each on a fresh world of this kind
    "flows": (FLOWS, FlowWorld),
    "delivery": (DELIVERY, World),
    "api": (API, ApiWorld),
    "events": (EVENTS, ApiWorld),
    "notify": (NOTIFY, NotifyWorld),
    "forward": (FORWARD, ForwardWorld),
    "sweep": (SWEEP, SweepWorld),
    "devices": (DEVICES, DevicesWorld),
    "webhooks": (WEBHOOKS, WebhookWorld),
    "crowd": (CROWD, CrowdWorld),
    "outage": (OUTAGE, OutageWorld),
    "rolling": (ROLLING, chaos_world),
    "chaos": (CHAOS, chaos_world),
    "disk": (FULL_DISK, small_disk_world),
    "soak": (SOAK, SoakWorld),
    "fleet": (FLEET, FleetWorld),
    "upgrade": (UPGRADE, UpgradeWorld),
    "torment": (TORMENT, TormentWorld),
    "redis_away": (REDIS_AWAY, RedisAwayWorld),
    "sentinel": (SENTINEL, SentinelFleet),
    "cluster": (CLUSTER, ClusterFleet),
}
ONLY_REDIS = {"fleet", "upgrade", "torment", "redis_away", "sentinel", "cluster"}
COUNTED = {"crowd", "torment"}  # groups of as many calls as they are told
LASTING = {"rolling", "soak"}  # groups that take as long as they are told to


def tests_of(options):
    group = options.group
    if group == "calls":
        return {call.name: lambda world, c=call: play(world, c) for call in CALLS}
    if group == "kill":
        return {point.name: point.play for point in KILL_POINTS}
    more = {"seed": options.seed} if group == "crowd" else {}
    if group in COUNTED:
        more["calls"] = options.calls
    if group in LASTING and options.seconds:
        more["seconds"] = options.seconds
    if group == "soak":
        more["rate"] = options.rate
    tests, _ = GROUPS[group]
    return {test.__name__: lambda world, t=functools.partial(test, **more): (None, list(t(world) or ()))
            for test in (tests[options.store] if isinstance(tests, dict) else tests)}


def explain(world, handle):
    if handle is not None:
        view = world.session(handle) or {}
        for line in view.get("ladder", []):
            print("   ", json.dumps(line))
        for command in world.truth(handle)["commands"]:
            print("    sim:", json.dumps(command))
    for name in ("ringd", "nginx_error"):
        print(f"--- {name}.log\n{world.log_tail(name, 25)}")


def run(name, test, options, proof):
    _, new_world = GROUPS.get(options.group, (None, World))
    world = new_world(options.build, store=options.store, sanitized=options.sanitized)
    handle, found = None, []
    try:
        with world:
            try:
                handle, found = test(world)
                violations = world.sim("GET", "/stats")["contract_violations"]
                if violations:
                    found.append(f"{violations} requests broke the provider's API contract")
                found += proof.of(world)
            except Exception:
                found = [traceback.format_exc()]
            if found:
                explain(world, handle)
        found += world.problems
    except Exception:
        found.append(traceback.format_exc())
    print(f"{'PASS' if not found else 'FAIL'} {options.store} {name}", flush=True)
    for sentence in found:
        print(f"    {sentence}", flush=True)
    return not found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--store", choices=["embedded", "redis"], default="embedded")
    parser.add_argument("--group", choices=["calls", "kill", *GROUPS], required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    options = parser.parse_args()
    if options.group in ONLY_REDIS and options.store != "redis":
        parser.error(f"the group {options.group} is for --store redis")
    chosen = {name: test for name, test in tests_of(options).items() if options.only in name}
    if not chosen:
        print(f"no test of group {options.group} is called like {options.only!r}")
        return 2
    proof = Proof(options.build)
    results = [run(name, test, options, proof) for _ in range(options.repeat) for name, test in chosen.items()]
    print(proof.summary())
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
