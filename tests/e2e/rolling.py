"""Rolling restarts under load: nginx is reloaded and its binary replaced, ringd is restarted, again and again, while calls
are made and others live through all of it. No call notices: none dropped, none lost, none doubled.

Each function plays on a fresh chaos world and yields what differed. `seconds` is how long; see run.py, --seconds.
"""
import os
import signal
import time

from calls import people, phase_of
from chaos_world import Traffic
from world import Failed, sip, wait_for

LIVE = 10
# A worker without an inherited socket refuses while it restarts, and nginx leaves it out until its clock of whole seconds
# has passed fail_timeout=1s (samples): two at most. This many calls begin in that, and then the next worker's turn comes.
CALLS_IN_FAIL_TIMEOUT = 16


def live_calls(world):
    """Conversations that are to outlive everything."""
    handles = [world.call({"people": people(phone={"answer_after_ms": 100})}) for _ in range(LIVE)]
    wait_for("ten conversations", lambda: all(phase_of(world, handle) == "connected" for handle in handles), 20)
    return handles


def still_talking(world, handles):
    for handle in handles:
        truth = world.truth(handle)
        talking = [leg["to"] for leg in truth["legs"] if leg["bridged_now"]]
        if truth["parent"]["state"] == "ended" or len(talking) != 1:
            yield f"a live call was dropped: {talking} with a caller who is {truth['parent']['state']}"


def hang_up(world, handles):
    for handle in handles:
        world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})


def rolled(world, seconds, turn, calls=3):
    """Traffic and live calls while `turn` is done over and over, so many calls apart; then the books."""
    live = live_calls(world)
    turns, end = 0, time.monotonic() + seconds
    with Traffic(world) as traffic:
        while time.monotonic() < end:
            traffic.more(calls)
            turn(world)
            turns += 1
        traffic.more(3)
    yield from traffic.failed
    yield from still_talking(world, live)
    hang_up(world, live)
    yield from world.balance(live + traffic.handles)
    answered = [view for view in map(world.session, live) if (view or {}).get("outcome") == "answered"]
    if len(answered) != LIVE:
        yield f"{LIVE - len(answered)} of the live calls were not answered"
    print(f"    {turns} turns", flush=True)


# --- what is done over and over ---------------------------------------------------------------------------------------
def reload_nginx(world):
    before = set(world.master_children())
    os.kill(world.nginx_master(), signal.SIGHUP)
    wait_for("new nginx workers", lambda: set(world.master_children()) - before)


def upgrade_nginx(world):
    """As nginx's manual has it: USR2 starts the new binary beside the old, WINCH lets the old workers end, QUIT the rest."""
    old = world.nginx_master()
    os.kill(old, signal.SIGUSR2)
    wait_for("the new master", lambda: world.nginx_master() not in (0, old) and world.master_children())
    os.kill(old, signal.SIGWINCH)
    wait_for("the old workers to end", lambda: len(world.master_children(old)) <= 1, 30)  # the new master is its child
    os.kill(old, signal.SIGQUIT)
    wait_for("the old master to end", lambda: not world.master_children(old), 30)


def next_worker(world):
    names = world.worker_names()
    world.turned = getattr(world, "turned", -1) + 1
    return names[world.turned % len(names)]


def stop_and_start_ringd(world):
    name = next_worker(world)
    process = world.processes[name]
    world.restart(name)
    if process.returncode != 0:
        raise Failed(f"{name} ended with status {process.returncode}")
    world.wait_ready()


def kill_ringd(world):
    world.restart(next_worker(world), signal.SIGKILL)
    world.wait_ready()


def nginx_is_reloaded(world, seconds=8):
    yield from rolled(world, seconds, reload_nginx)
    yield from nobody_was_refused(world)


def nginx_is_upgraded(world, seconds=8):
    yield from rolled(world, seconds, upgrade_nginx)
    yield from nobody_was_refused(world)


def ringd_is_restarted(world, seconds=8):
    yield from rolled(world, seconds, stop_and_start_ringd, CALLS_IN_FAIL_TIMEOUT)
    yield from nobody_was_refused(world)


def ringd_is_killed(world, seconds=8):
    yield from rolled(world, seconds, kill_ringd, CALLS_IN_FAIL_TIMEOUT)


def nobody_was_refused(world):
    """A graceful turn refuses nobody. No answer at all (0) is HTTP's own race: a kept connection is closed by an nginx
    worker that ends, in the instant in which the provider uses it again; it sends the event once more."""
    statuses = world.sim("GET", "/stats")["webhook_statuses"]
    if set(statuses) - {"200", "0"}:
        yield f"webhooks were answered {statuses}"


ROLLING = [nginx_is_reloaded, nginx_is_upgraded, ringd_is_restarted, ringd_is_killed]
