#!/usr/bin/env python3
"""Plays the scenario files on the wire: signed webhooks -> nginx with the module -> ringd -> HTTP commands to a provider
that does what the file says (ringfence_scenarios_on_wire, in the place of the stand-in).

usage: play.py --build DIR --store embedded|redis [--long | --wrong] [--only WORD] [--sanitized]

Files that share a world are played in it at the same time; one that ends ringd, or its store, or makes it slow down, has a
world of its own, at the same time as the others. Without --long those that take longer than a minute are left out. --wrong: the files that
must fail, each of them.
"""
import argparse
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))
from proof import Proof, broken  # noqa: E402
from world import WEBHOOK_PATH, Failed, World, wait_for  # noqa: E402

SCENARIOS = Path(__file__).parents[1]

# What cannot be said on the wire, and why.
NOT_SENT = "a request that is not sent reaches no provider that could see it"
UNSAYABLE = {
    "bridge-never-made-on-a-crowded-connection": "two thousand live calls",
    "voicemail-route": "a directory's voicemail names no devices",
    "agent-not-there": "a directory's agent has no on_unanswered",
    "late-join-rings-until-the-end": "a directory's plan rings nobody whom it does not name",
}

# Which invariants a file breaks: those of which the counters say that it is the provider's fault.
BREAKS = {"recording-wait-is-over-but-a-leg-is-not": "I12_answered_and_alone"}

LONGEST_S = 55  # of a normal run, without what it takes to start
MOST_CALLS = 64  # in one world: a command that a file leaves without an answer keeps one of 32 places for seconds


@dataclass
class Scenario:
    path: Path

    def __post_init__(self):
        text = self.path.read_text()
        self.name = self.path.stem
        self.seconds = max(float(at) for at in re.findall(r"^t=([\d.]+)", text, re.M))
        self.holds = re.search(r"^plan hold", text, re.M) is not None
        self.unsayable = NOT_SENT if " not sent" in text else UNSAYABLE.get(self.name)
        # Ends ringd, or makes it slow down for all: it has a world of its own.
        self.alone = re.search(r"^t=\S+\s+(crash|store forgets|.* 429 )", text, re.M) is not None

    def stretch(self):
        """As slowly as a normal run has time for: a machine that stands still for a second is no fault of the product.
        Bounds of the product that are not stretched: losers are held for 10 s at most, a caller who hears nobody for
        30 s is counted as broken (I13), and what takes longer than a command's id is known, 45 s, has no room at all."""
        for stretch, longest_s in ((4, 40), (3, 40), (2, LONGEST_S - 8), (1.1, LONGEST_S - 8)):
            if self.seconds * stretch <= longest_s and not (self.holds and stretch > 2):
                return stretch
        return 1


class WireWorld(World):
    def __init__(self, build, files, stretch, **more):
        super().__init__(build, nginx_workers=1, log_level="info", **more)
        self.files, self.stretch = files, stretch

    def start_sim(self):
        process = self._spawn("sim", [
            self.build / "tests/scenarios/ringfence_scenarios_on_wire", "--dir", self.dir, "--stretch", self.stretch,
            "--webhook-url", f"http://127.0.0.1:{self.nginx_port}{WEBHOOK_PATH}", *self.files],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def listening():
            if process.poll() is not None:
                raise Failed("the player did not start:\n" + self.log_tail("sim"))
            path = self.dir / "sim.port"
            return path.exists() and path.read_text().endswith("\n")
        wait_for("the player to listen", listening)
        self.sim_port = int((self.dir / "sim.port").read_text())
        (self.dir / "secrets").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")

    def _ringd_conf(self):
        # Together they stay within the minute in which the provider knows a command's id.
        deadline_ms = int(2500 * self.stretch)
        window_ms = min(int(45_000 * self.stretch), 55_000, 60_000 - deadline_ms)
        ring = re.sub("dedupe_window .*;", f"dedupe_window {window_ms}ms;", (self.dir / "ring.conf").read_text())
        conf = re.sub(r"ring \{.*\}", lambda _: "ring {\n" + ring + "}", super()._ringd_conf())
        conf = conf.replace("telnyx {", f"telnyx {{ keep_warm 0s; deadline {deadline_ms}ms; "
                                        "connection swept; sweep 100ms; stray_age 1s;")
        told = "".join(f"organisation {name} {{ url http://127.0.0.1:{self.sim_port}/applications/{name}; "
                       f"secret_file {self.dir}/secrets; ringing {ringing}; }}\n"
                       for name, ringing in map(str.split, (self.dir / "applications").read_text().splitlines()))
        return conf + (f"notify {{ {told} }}\n" if told else "")

    def import_directory(self, devices=None, text=None):
        super().import_directory(text=(self.dir / "calls.conf").read_text())

    def play(self):
        """The player's exit code; what it asks for meanwhile is done."""
        player = self.processes["sim"]
        player.stdin.write(b"go\n")
        player.stdin.flush()
        for line in player.stdout:
            if line == b"crash\n":
                self.kill_ringd()
                self.start_ringd()
            elif line == b"forget\n":
                self.lose_store()
            player.stdin.write(b"done\n")
            player.stdin.flush()
        return player.wait(60)


def every_copy_was_recognised(outcomes):
    if outcomes["accepted"] != outcomes["duplicate"] or not outcomes["accepted"]:
        yield f"each webhook came twice, and the edge says: {outcomes}"


def what_is_broken(world, group, proof):
    expected = {BREAKS[one.name] for one in group if one.name in BREAKS}
    if not expected:
        yield from proof.of(world)
        return
    if set(broken(world.healths()["ringd"])) != expected:
        yield f"broken invariants: {broken(world.healths()['ringd'])}, expected: {expected}"
    yield from proof.paths(world)


def play(group, stretch, options, proof):
    """What the player said of a world with these scenarios, and sentences for what went wrong."""
    found, said = [], ""
    world = WireWorld(options.build, [one.path for one in group], stretch, store=options.store,
                      sanitized=options.sanitized)
    try:
        with world:
            code = world.play()
            said = world.log_tail("sim", 400)
            if code != 0:
                found.append(f"the player ended with {code}")
            found += every_copy_was_recognised(world.edge()["outcomes"])
            found += what_is_broken(world, group, proof)
        found += world.problems
    except Exception as error:  # pylint: disable=broad-except
        found.append(f"{type(error).__name__}: {error}\n{world.log_tail('sim', 40)}\n{world.log_tail('ringd', 20)}")
    return said, found


def groups_of(scenarios):
    """(stretch, scenarios) of each world."""
    shared = {}
    for one in scenarios:
        if one.alone:
            yield one.stretch(), [one]
        else:
            shared.setdefault(one.stretch(), []).append(one)
    for stretch, group in shared.items():
        worlds = -(-len(group) // MOST_CALLS)
        for first in range(worlds):
            yield stretch, group[first::worlds]


def wrong_ones_fail(options):
    """The player's own test: a file that is wrong must not pass, on the wire either."""
    group = [Scenario(path) for path in sorted((SCENARIOS / "wrong").glob("*.ring"))]
    said, _ = play(group, 2, options, Proof(options.build))
    print(said)
    passed = [one.name for one in group if f"{one.path}:" not in said]
    print(f"as expected, though wrong: {passed}" if passed else f"PASS: {len(group)} wrong files fail")
    return 1 if passed or not group else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--store", choices=["embedded", "redis"], default="embedded")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    if options.wrong:
        return wrong_ones_fail(options)
    everything = [Scenario(path) for path in sorted(SCENARIOS.glob("*.ring")) if options.only in path.stem]
    sayable = [one for one in everything if not one.unsayable]
    chosen = sayable
    if not options.long:
        chosen = [one for one in chosen if one.seconds * one.stretch() <= LONGEST_S]
    if not chosen:
        print(f"no scenario is called like {options.only!r}")
        return 2
    proof, found, lock = Proof(options.build), [], threading.Lock()

    def run(stretch, group):
        said, wrong = play(group, stretch, options, proof)
        with lock:
            print(said, flush=True)
            found.extend(wrong)
    threads = [threading.Thread(target=run, args=one) for one in groups_of(chosen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for sentence in found:
        print(f"    {sentence}")
    for one in everything:
        if one.unsayable:
            print(f"not said on the wire: {one.name}: {one.unsayable}")
    print(f"{'PASS' if not found else 'FAIL'} {options.store}: {len(chosen)} scenarios on the wire; "
          f"{len(sayable) - len(chosen)} take longer and are for --long")
    print(proof.summary())
    return 0 if not found else 1


if __name__ == "__main__":
    sys.exit(main())
