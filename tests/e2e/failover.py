"""A Redis master is lost under calls and replaced: by Sentinels, when it is killed, sleeps, is cut off from everybody
or left alone with one worker or both; in a cluster, when it is killed. Nothing that was answered 200 is lost, no effect
comes twice, and events are taken again soon after the decision.

Each function plays on a fresh world of redis_groups.py and yields what differed. Store redis only. See run.py.
"""
import os
import signal
import time

from chaos import feel, survived
from events import truths
from redis_groups import PEERS
from world import wait_for

SOON_S = 3  # from the decision to the first event that is taken
REPLACED_S = 60  # an election that fails on a busy machine is repeated after some seconds
IN_FLIGHT_S = 1  # longer than a commit that the replicas have got may take to be answered
CLOCKS_S = 0.1  # the stand-in's clock is that of its turn
TAKEN = 100  # events, by those that serve while a master is missing, or by a new master before the old one is back


def accepted(world):
    return world.sim("GET", "/stats")["webhook_statuses"].get("200", 0)


def take_some(world, what, count=TAKEN):
    before = accepted(world)
    wait_for(what, lambda: accepted(world) > before + count, REPLACED_S)


def taken_of(world, since, among=lambda session: True):
    """When the events that happened after that second, and so were not taken before, were taken; of these sessions."""
    return [attempt["answered_ms"] / 1000 for truth in truths(world) if among(truth["parent"]["call_leg_id"])
            for webhook in truth["webhooks"] if webhook["occurred_ms"] > since * 1000
            for attempt in webhook["attempts"] if attempt["status"] == 200]


def soon(what, seconds):
    print(f"    {what}: {seconds:.2f} s", flush=True)
    if seconds > SOON_S:
        yield f"{what}: {seconds:.2f} s, more than {SOON_S}"


# --- Sentinels --------------------------------------------------------------------------------------------------------
def replaced(world, lose, bring_back, alone=None):
    """The master is lost, with a worker that is left alone with it or none; another one serves; the old one follows."""
    lost = {}

    def fault(world):
        old = wait_for("the Sentinels to agree", world.master, REPLACED_S)
        lose(world, old)
        lost["at"] = time.time()
        feel(world)
        wait_for("another master", lambda: world.master() not in (None, old), REPLACED_S)
        take_some(world, "events to be taken by the new master")
        lost["until"] = time.time()
        bring_back(world, old)
        wait_for("the old master to follow the new one", lambda: world.follows(old), REPLACED_S)
        take_some(world, "events to be taken with the old master back")

    yield from survived(world, fault, says=["redis_master"])
    promoted, said = world.decided(lost["at"])
    taken, decided = min(taken_of(world, lost["at"])), min(promoted, said)
    after, later = decided - lost["at"], said - decided
    print(f"    decided {after:.2f} s after the loss, +switch-master {later:.2f} s later", flush=True)
    yield from soon("from the decision to the first event taken", taken - decided)
    for name in world.worker_names():
        since, what = (lost["until"], "the end of the split") if name == alone else (decided, "the decision")
        first = min((at for at in world.commits(name) if at > since), default=float("inf"))
        yield from soon(f"from {what} to the first commit of {name}", first - since)
    if alone and (made := [at for at in world.commits(alone) if lost["at"] + IN_FLIGHT_S < at < lost["until"]]):
        yield f"{alone} made {len(made)} commits with a master that had no replica"
    if taken < decided - CLOCKS_S:
        yield f"an event was answered 200 {decided - taken:.2f} s before there was another master"


def kill(world, name):
    world._end(name, signal.SIGKILL)


def stop(world, name):
    pid = world.processes[name].pid
    os.kill(pid, signal.SIGSTOP)
    wait_for("it to stand still", lambda: " T " in open(f"/proc/{pid}/stat").read())


def wake(world, name):
    os.kill(world.processes[name].pid, signal.SIGCONT)


def start(world, name):
    world.start_server(name)


def cut(world, name):
    world.links[name].cut()


def cut_from_peers(world, name):
    world.links[name].cut(PEERS)


def mend(world, name):
    world.links[name].mend()


def a_killed_master_is_replaced(world):
    yield from replaced(world, kill, start)


def a_master_that_sleeps_is_replaced_and_wakes_harmless(world):
    yield from replaced(world, stop, wake)


def a_master_cut_off_is_replaced(world):
    yield from replaced(world, cut, mend)


def a_master_left_alone_with_the_workers_is_replaced(world):
    """What it takes then no replica has: none of it may be answered 200, nor may a command leave because of it."""
    yield from replaced(world, cut_from_peers, mend)


def a_worker_left_alone_with_the_old_master_decides_nothing(world):
    """The other worker goes on with the new master; events come to both in turn."""
    sides = [world.links[name] for name in world.sentinels]

    def split(world, name):
        for line in sides:
            line.cut()
        cut_from_peers(world, name)

    def join(world, name):
        for line in sides:
            line.mend()
        mend(world, name)

    yield from replaced(world, split, join, alone="ringd")


# --- a cluster --------------------------------------------------------------------------------------------------------
def a_killed_master_of_a_cluster_is_replaced(world):
    """Its replica takes over; with WAIT on, its calls need the old master as a replica. The others' calls go on."""
    old = world.masters()[0]
    new = world.replica_of(old)
    lost = {}

    def fault(world):
        kill(world, old)
        lost["at"] = time.time()
        feel(world)
        take_some(world, "events of the others' calls to be taken", TAKEN // 2)
        wait_for("the replica to be elected", lambda: world.elected(new, lost["at"]), REPLACED_S)
        world.wait_ready(REPLACED_S)
        lost["ready"] = time.time()
        feel(world, "events of its calls to be put off: no second server has them")
        world.start_server(old)
        wait_for("the old master to follow the new one", lambda: world.follows(old), REPLACED_S)
        take_some(world, "events to be taken with the old master back")
        wait_for("one of its calls' among them",
                 lambda: taken_of(world, lost["at"], world.sessions_at(new).__contains__), REPLACED_S)

    yield from survived(world, fault)
    elected, copied = world.elected(new, lost["at"]), world.copied(old, lost["at"])
    moved = world.sessions_at(new)
    others = [at for at in taken_of(world, lost["at"], lambda session: session not in moved) if at < elected]
    after = elected - lost["at"]
    print(f"    elected {after:.2f} s after the loss; meanwhile {len(others)} events of others", flush=True)
    if not others:
        yield "no event was taken while a master was missing"
    yield from soon("from the election until every worker has its store", lost["ready"] - elected)
    taken = min(taken_of(world, lost["at"], moved.__contains__))
    yield from soon("from the old master's return as a replica to the first event taken there", taken - copied)
    if taken < copied - CLOCKS_S:
        yield f"an event was answered 200 {copied - taken:.2f} s before a second server had it"


SENTINEL = [a_killed_master_is_replaced, a_master_that_sleeps_is_replaced_and_wakes_harmless,
            a_master_cut_off_is_replaced, a_master_left_alone_with_the_workers_is_replaced,
            a_worker_left_alone_with_the_old_master_decides_nothing]
CLUSTER = [a_killed_master_of_a_cluster_is_replaced]
