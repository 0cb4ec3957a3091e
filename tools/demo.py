#!/usr/bin/env python3
"""Plays calls through a real nginx, a real ringd and a stand-in for Telnyx, and prints each call's ladder as it happens.

usage: tools/demo [--redis] [--keep] [--only NAME]

  --redis      sessions live in a Redis that the demo starts, instead of ringd's embedded store
  --keep       after the calls everything stays up, with the addresses and commands to play with; Ctrl-C ends it
  --only NAME  only calls whose name contains NAME
  --build DIR  use this build instead of build/release

Everything listens on free loopback ports and in a temporary directory; nothing is left behind, also not by Ctrl-C.
The last line is `demo: N calls, N as expected`; the exit status is 0 only then.
"""
import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/e2e"))
from calls import CALLS, play  # noqa: E402
from world import CALLER, NUMBER, WEBHOOK_PATH, Failed, World, die_with_parent  # noqa: E402

COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def say(text=""):
    print(text, flush=True)


class Ladder:
    """`ringctl watch` of one call, writing to our terminal while the call goes on."""

    def __init__(self, world):
        self.world = world
        self.process = None

    def begin(self, handle):
        words = ["watch", "--from-start", "--call", handle["call_leg_id"]]
        self.process = subprocess.Popen(self.world.ringctl_command(*words), stdin=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env={**os.environ, "LANG": "C.UTF-8"},
                                        preexec_fn=die_with_parent)

    def end(self):
        if self.process is None:
            return
        time.sleep(0.4)  # the last line is polled for, and nobody waits for what is only shown
        self.process.terminate()
        self.process.wait()


def play_one(world, number, call):
    say()
    say(paint("1", f"{number}. {call.title}"))
    ladder = Ladder(world)
    try:
        _, found = play(world, call, ladder.begin)
    except Failed as failure:
        found = [str(failure)]
    finally:
        ladder.end()
    if not found:
        say(paint("32", "   as expected"))
    for sentence in found:
        say(paint("31", f"   differed: {sentence}"))
    return not found


def show_addresses(world):
    ctl = " ".join(world.ringctl_command())
    say(f"""
Everything is still running. Ctrl-C ends it.

  webhooks   http://127.0.0.1:{world.nginx_port}{WEBHOOK_PATH}
  counters   curl http://127.0.0.1:{world.nginx_port}/webhook_status
  calls      {ctl} calls
  a call     {ctl} call ID
  follow     {ctl} watch
  health     {ctl} health
  new call   curl -d '{{"from":"{CALLER}","to":"{NUMBER}","people":[{{"to":"*","answer_after_ms":2000}}]}}' \\
                  http://127.0.0.1:{world.sim_port}/_sim/calls
  files      {world.dir}   (configuration, logs)
""")


def main():
    parser = argparse.ArgumentParser(prog="demo", usage="tools/demo --help says what there is", add_help=False)
    parser.add_argument("--redis", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("-h", "--help", action="store_true")
    options = parser.parse_args()
    if options.help:
        say(__doc__.strip())
        return 0
    calls = [call for call in CALLS if options.only in call.name]
    if not calls:
        say(f"demo: no call is named like {options.only!r}; there are: {', '.join(call.name for call in CALLS)}")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    store = "redis" if options.redis else "embedded"
    started = time.monotonic()
    say(f"demo: nginx, ringd ({store} store) and a stand-in for Telnyx on loopback; {len(calls)} calls")
    world = World(options.build, store=store)
    world.note = lambda text: say(paint("33", f"            ⚡ {text}"))
    with world:
        good = sum(play_one(world, number, call) for number, call in enumerate(calls, 1))
        if options.keep:
            show_addresses(world)
            signal.pause()
    for problem in world.problems:
        say(paint("31", f"noticed: {problem}"))
    say()
    say(f"demo: {time.monotonic() - started:.0f} s")
    say(paint("1;32" if good == len(calls) else "1;31", f"demo: {len(calls)} calls, {good} as expected"))
    return 0 if good == len(calls) and not world.problems else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("\ndemo: stopped")
        sys.exit(130)
    except BrokenPipeError:  # `tools/demo | head`: everything has been ended, and there is nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (Failed, OSError) as failure:  # OSError: a full disk, no more processes; it says what and where
        say(f"demo: {failure}")
        sys.exit(1)
