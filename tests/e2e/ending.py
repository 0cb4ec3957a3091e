#!/usr/bin/env python3
"""However tools/demo is ended in the middle of a call, no process of it lives on; and two worlds never share a port.

usage: ending.py --build DIR. Run by CTest. It reads /proc, so that also a process that changed its name is found.
"""
import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from world import Failed, reserve_port, wait_for  # noqa: E402

DEMO = Path(__file__).resolve().parent.parent.parent / "tools/demo.py"


def living_in(place):
    """Processes that work in `place` or were told of it; a zombie is neither."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            if os.readlink(process / "cwd").startswith(place) or place in words:
                found.append(f"{process.name} {words}")
        except OSError:
            continue  # it ended while we looked, or is not ours
    return found


def demo_ended_by(number, build):
    place = tempfile.mkdtemp(prefix="ringfence-ending-")
    try:
        demo = subprocess.Popen([sys.executable, str(DEMO), "--build", build, "--only", "nobody-answers"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**os.environ, "TMPDIR": place}, restore_signals=True,
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        said = []
        for line in demo.stdout:
            said.append(line)
            if "[ringing]" in line:
                break
        if not living_in(place) or not any("ringctl" in words for words in living_in(place)):
            yield "the demo had no call to be ended in:\n" + "".join(said)
        demo.send_signal(number)
        demo.wait(30)
        demo.stdout.close()
        try:
            wait_for("every process to end", lambda: not living_in(place))
        except Failed:
            yield f"left behind: {living_in(place)}"
        if number != signal.SIGKILL and os.listdir(place):
            yield f"left behind: {os.listdir(place)}"
    finally:
        shutil.rmtree(place, ignore_errors=True)


def ports_are_kept(_):
    holder = reserve_port()
    address = holder.getsockname()
    with socket.socket() as other:
        try:
            other.bind(address)
            yield "somebody else could bind a reserved port"
        except OSError:
            pass
    with socket.socket() as server:  # what nginx does
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen()
    holder.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    build = parser.parse_args().build
    tests = {f"demo ended by {number.name}": lambda b, n=number: demo_ended_by(n, b)
             for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)}
    tests["ports are kept"] = ports_are_kept
    failed = 0
    for name, test in tests.items():
        found = list(test(build))
        failed += bool(found)
        print("FAIL" if found else "PASS", name, *found, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
