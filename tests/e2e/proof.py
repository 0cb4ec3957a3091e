"""What must be true of every call whatever it was for, read at the end of each world: its ladder is a path of the machine
(the simulator's reader says so, tests/sim/worker), and no invariant was broken, in any life of any worker.

Ladders are read of the latest MOST_CALLS calls, all that `ringctl calls` lists; only a long soak makes more. Invariants
are counted by the workers themselves, so of every call.
"""
import json
import subprocess
from pathlib import Path

MOST_CALLS = 1000


def broken(health):
    return {name: count for name, count in health["engine"]["broken"].items() if count}


class Proof:
    def __init__(self, build):
        self.reader = Path(build).resolve() / "tests/sim/worker/ringfence_trace"
        self.lines = self.calls = self.worlds = self.cut = 0

    def of(self, world):
        """Sentences for what is wrong with the calls of this world, which is still up."""
        self.worlds += 1
        for name, health in world.healths().items():
            found = {name: count for name, count in broken(health).items() if name not in world.bearable}
            if found:
                yield f"{name} counts broken invariants: {found}"
        # A worker that was killed counted for itself; what it found is in its log.
        for path in sorted(world.dir.glob("ringd*.log")):
            for line in path.read_text(errors="replace").splitlines():
                if "invariant_broken" in line and not any(name in line for name in world.bearable):
                    yield f"{path.name}: {line}"
        yield from self.paths(world)

    def paths(self, world):
        text, calls = "", 0
        for row in world.ringctl("calls", "--limit", str(MOST_CALLS))["calls"]:
            ladder = world.ringctl("call", row["session"])["ladder"]
            text += "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in ladder)
            self.lines += len(ladder)
            calls += 1
        self.calls += calls
        self.cut += calls == MOST_CALLS
        done = subprocess.run([str(self.reader)], input=text, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            yield f"a ladder that is no path of the machine:\n{done.stdout}{done.stderr}"
        elif f" {text.count(chr(10))} ladder lines of {calls} sessions" not in done.stdout:
            yield f"the reader of ladders read something else than was written: {done.stdout}"

    def summary(self):
        cut = f"; in {self.cut} of them there may be more than the latest {MOST_CALLS} calls" if self.cut else ""
        return f"proof: read {self.lines} ladder lines of {self.calls} calls in {self.worlds} worlds{cut}"
