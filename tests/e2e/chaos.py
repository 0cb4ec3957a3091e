"""What goes wrong around calls: programs die or stand still, lines are cut, disks fill up or are slow, Redis rewrites
its file or refuses, clocks jump. Meanwhile events are refused with 503 and nothing crashes; afterwards all works again,
and the books agree.

Each fault is one function that does it and takes it back, played on a fresh chaos world under a steady stream of calls.
What all must show is in `survived`. See run.py.
"""
import copy
import os
import random
import signal
import time

import books
from chaos_world import Traffic
from rolling import still_talking, hang_up, live_calls
from world import Failed, World, wait_for

STILL_S = 10  # how long a program is stopped: longer than every deadline of ours
CUT_S = 3
REWRITE_KEY_US = 100_000  # of each key: the rewrite of a few dozen lasts seconds
SLOW_SYNC_MS, FLOOD, FLOOD_MS = 300, 500, 8000  # new calls at once, whose callers wait that long


def hold(seconds):
    """The fault goes on for so long: how long is what is being tried."""
    time.sleep(seconds)


def survived(world, fault, says=(), refuses=True):
    """Calls before, during and after; `says`: what ringd must have told the operator, in these words."""
    live = live_calls(world)
    with Traffic(world) as traffic:
        traffic.more(5)
        missed = world.missed()
        fault(world)
        world.wait_ready(30)
        traffic.more(15)
    if refuses and world.missed() == missed:
        yield "every event was taken: the fault was not felt"
    said = world.said()
    print(f"    said: {said}", flush=True)
    yield from (f"ringd did not say {what}" for what in says if what not in str(said))
    for name in world.worker_names():
        if world.processes[name].poll() is not None:
            yield f"{name} ended by itself with {world.processes[name].returncode}"
    yield from still_talking(world, live)
    hang_up(world, live)
    yield from world.balance(live + traffic.handles)


def feel(world, what="the fault to be felt", seconds=20):
    """Waits for the first event that is refused."""
    missed = world.missed()
    wait_for(what, lambda: world.missed() > missed, seconds)


# --- programs die -----------------------------------------------------------------------------------------------------
def kill_anything(world):
    """nginx's workers, ringd and Redis, at moments nobody chose."""
    dice = random.Random(world.dir.name)
    victims = [kill_nginx_worker, kill_a_ringd] + ([kill_redis] if world.store == "redis" else [])
    for _ in range(8):
        hold(dice.random() / 2)
        dice.choice(victims)(world, dice)


def kill_nginx_worker(world, dice):
    os.kill(dice.choice(world.master_children()), signal.SIGKILL)


def kill_a_ringd(world, dice):
    world.restart(dice.choice(world.worker_names()), signal.SIGKILL)


def kill_redis(world, dice=None):
    world._end("redis", signal.SIGKILL)
    (world.dir / "redis.sock").unlink(missing_ok=True)
    world.start_redis()


def whatever_is_killed(world):
    yield from survived(world, kill_anything, refuses=False)


# --- programs stand still ---------------------------------------------------------------------------------------------
def stop_for(world, name, seconds):
    os.kill(world.processes[name].pid, signal.SIGSTOP)
    try:
        hold(seconds)
    finally:
        os.kill(world.processes[name].pid, signal.SIGCONT)


def a_ringd_that_sleeps_wakes_harmless(world):
    """What it had begun has been finished by others, or is taken up from the outbox; it sends nothing by heart."""
    yield from survived(world, lambda w: stop_for(w, "ringd", STILL_S), refuses=world.store == "embedded")


def a_store_that_sleeps_is_waited_for(world):
    yield from survived(world, lambda w: stop_for(w, "redis", CUT_S), says=["redis_away", "store_away"])


# --- lines are cut ----------------------------------------------------------------------------------------------------
def cut(name):
    def fault(world):
        world.links[name].cut()
        if name == "redis":
            feel(world)
        hold(CUT_S)
        world.links[name].mend()
    return fault


def the_line_to_redis_is_cut(world):
    yield from survived(world, cut("redis"), says=["redis_away", "store_away"])


def the_line_to_the_provider_is_cut(world):
    """Events are taken all the same; the commands wait in the outbox."""
    yield from survived(world, cut("provider"), refuses=False)


# --- the disk ---------------------------------------------------------------------------------------------------------
def fill_disk(world, felt=lambda: hold(1)):
    place = world.disk(world.keeper_of_data()) + "/filler"
    with open(place, "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass
    feel(world)
    felt()
    os.unlink(place)


def fill_disk_of_redis(world):
    """As shipped, with `appendfsync always`: Redis ends itself, and again after each start, until there is room."""
    ended = "Can't recover from AOF write error"
    fill_disk(world, lambda: wait_for("Redis to end itself twice", lambda: world.log("redis").count(ended) > 1, 30))


def fill_disk_of_replicated_redis(world):
    """With `everysec`, as the sample has it for replicas, Redis stays up and refuses writes until there is room."""
    world.redis_cli("config", "set", "appendfsync", "everysec")
    fill_disk(world)
    wait_for("Redis to write again", lambda: "aof_last_write_status:ok" in world.redis_cli("info", "persistence"), 20)
    world.redis_cli("config", "set", "appendfsync", "always")


def a_full_disk_is_said_and_waited_for(world):
    yield from survived(world, fill_disk, says=["the disk of the store is full"])


def a_full_disk_ends_redis_until_there_is_room(world):
    yield from survived(world, fill_disk_of_redis, says=["redis_away", "store_away"])


def a_full_disk_with_everysec_is_said_and_waited_for(world):
    yield from survived(world, fill_disk_of_replicated_redis, says=["MISCONF", "No space left"])


def sync_slowly(world):
    world.weather(world.keeper_of_data(), sync_ms=400)
    hold(CUT_S)
    world.weather(world.keeper_of_data())


def a_slow_disk_loses_nothing(world):
    yield from survived(world, sync_slowly, refuses=False)


def rewriting(world):
    return "aof_rewrite_in_progress:1" in world.redis_cli("info", "persistence")


def a_rewrite_puts_off_no_flush(world):
    """Redis says that a write is done when it is on the disk, also while it rewrites its file."""
    live = live_calls(world)
    world.redis_cli("config", "set", "rdb-key-save-delay", str(REWRITE_KEY_US))
    world.redis_cli("bgrewriteaof")
    wait_for("the rewrite to begin", lambda: rewriting(world))
    world.weather("redis", sync_ms=SLOW_SYNC_MS)
    took_ms = []
    for number in range(3):
        began = time.monotonic()
        world.redis_cli("set", "probe", str(number))
        took_ms.append(round((time.monotonic() - began) * 1000))
    if not rewriting(world):
        yield "the rewrite was over too soon to show anything"
    world.weather("redis")
    world.redis_cli("config", "set", "rdb-key-save-delay", "0")
    wait_for("the rewrite to end", lambda: not rewriting(world), 60)
    if min(took_ms) < SLOW_SYNC_MS:
        yield f"writes during a rewrite were done after {took_ms} ms, and a flush takes {SLOW_SYNC_MS} ms"
    yield from still_talking(world, live)
    hang_up(world, live)
    yield from world.balance(live)


# --- too much at once -------------------------------------------------------------------------------------------------
def first_answers(world, handle, kind):
    """How the first attempts of this call's webhooks of a kind were answered; 0: not within the provider's patience."""
    return [webhook["attempts"][0]["status"] for webhook in world.truth(handle)["webhooks"]
            if webhook["type"] == kind and webhook["attempts"]]


def a_flood_of_new_calls_lets_live_ones_end(world):
    """Far more new calls than a slow store can take are put off, while who is on the phone is heard at once."""
    live = live_calls(world)
    world.weather(world.keeper_of_data(), sync_ms=SLOW_SYNC_MS)
    missed = world.missed()
    flood = [world.call({"people": [], "caller": {"hang_up_after_ms": FLOOD_MS}}) for _ in range(FLOOD)]
    wait_for("new calls to be put off", lambda: world.missed() > missed + FLOOD // 10, 20)
    hang_up(world, live)
    wait_for("every hang-up to be answered", lambda: all(first_answers(world, handle, "call.hangup") for handle in live), 20)
    world.weather(world.keeper_of_data())
    heard = [first_answers(world, handle, "call.hangup")[0] for handle in live]
    if set(heard) != {200}:
        yield f"hang-ups of live calls were answered {heard}"
    put_off = sum(1 for handle in flood if first_answers(world, handle, "call.initiated")[:1] != [200])
    print(f"    of {FLOOD} new calls at once {put_off} were put off", flush=True)
    with Traffic(world) as traffic:
        traffic.more(5)
    yield from world.balance(live + flood + traffic.handles)


# --- Redis refuses ----------------------------------------------------------------------------------------------------
def configured(name, value, back):
    def fault(world):
        world.redis_cli("config", "set", name, value)
        feel(world)
        hold(1)
        world.redis_cli("config", "set", name, back)
    return fault


def a_redis_without_memory_is_said_and_waited_for(world):
    yield from survived(world, configured("maxmemory", "1", "0"), says=["OOM"])


def a_redis_without_replicas_is_said_and_waited_for(world):
    yield from survived(world, configured("min-replicas-to-write", "1", "0"), says=["NOREPLICAS"])


def demote(world):
    world.redis_cli("replicaof", "127.0.0.1", "1")
    feel(world)
    hold(1)
    world.redis_cli("replicaof", "no", "one")


def a_redis_that_only_reads_is_said_and_waited_for(world):
    yield from survived(world, demote, says=["READONLY"])


# --- clocks and reloads -----------------------------------------------------------------------------------------------
def step_clock(world):
    for ahead_ms in (20_000, 0, -3_600_000) if world.store == "embedded" else (1_500, -1_500, 0):
        world.weather("ringd", clock_ahead_ms=ahead_ms)
        hold(2)


def a_clock_that_jumps_loses_no_call(world):
    """Twenty seconds ahead, back, and an hour behind for good: deadlines may fall early, and that is all. In a fleet one
    of the clocks is wrong, by as much as a fleet may differ (ARCHITECTURE.md, "Time")."""
    yield from survived(world, step_clock, says=["clock_set_back"], refuses=False)


def reload_everything(world):
    for _ in range(5):
        os.kill(world.nginx_master(), signal.SIGHUP)
        for name in world.worker_names():
            os.kill(world.processes[name].pid, signal.SIGHUP)
        hold(0.4)


def reloads_are_not_felt(world):
    yield from survived(world, reload_everything, says=["reloaded"], refuses=False)
    if world.refused():
        yield f"{world.refused()} events were refused"


# --- the books --------------------------------------------------------------------------------------------------------
def the_books_notice_what_is_wrong(world):
    """Each book is falsified in turn: a checker that finds nothing proves nothing."""
    handle = world.call({"people": [{"to": "*", "answer_after_ms": 200}], "caller": {"hang_up_after_bridged_ms": 200}})
    world.settle([handle])
    sound = books.Books(world, [handle])
    leg_id = handle["call_leg_id"]
    if list(sound.differences()):
        yield f"the books of an untroubled call differ: {list(sound.differences())}"

    def falsified(what, change):
        one = copy.copy(sound)
        one.truths, one.views, one.log = (copy.deepcopy(book) for book in (sound.truths, sound.views, sound.log))
        change(one, one.truths[leg_id], one.views[leg_id]["ladder"])
        if not list(one.differences()):
            yield f"not noticed: {what}"

    def lost_at_once(one, truth, _):
        """The caller's first event was answered 200, and then there was no session and nothing was asked for."""
        one.views[leg_id] = None
        truth.update(commands=[], legs=[], webhooks=[w for w in truth["webhooks"] if w["who"] == "caller"])

    yield from falsified("an event that is not in the store", lambda b, truth, ladder: ladder.pop())
    yield from falsified("an event applied twice", lambda b, truth, ladder: ladder.append(dict(ladder[0], v=len(ladder) + 1)))
    yield from falsified("a step that is missing", lambda b, truth, ladder: ladder.pop(1))
    yield from falsified("a command nobody decided", lambda b, truth, ladder: ladder[0].update(commands=[]))
    yield from falsified("an effect twice", lambda b, truth, ladder: truth["commands"].append(truth["commands"][0]))
    yield from falsified("a device dialled twice", lambda b, truth, ladder: truth["legs"].append(truth["legs"][0]))
    yield from falsified("a leg that rings", lambda b, truth, ladder: truth["legs"][0].update(state="ringing"))
    yield from falsified("a session left open", lambda b, truth, ladder: b.views[leg_id].update(phase="ringing"))
    yield from falsified("a call that is lost whole", lost_at_once)
    yield from falsified("an event that is not in the log", lambda b, truth, ladder: b.log.pop())
    yield from falsified("an event twice in the log", lambda b, truth, ladder: b.log.append(b.log[0]))
    yield from the_replay_is_checked(sound, *books.deliver_again(world, sound), leg_id)


def the_replay_is_checked(sound, wanted, answers, leg_id):
    def falsified(what, change):
        told, after = copy.deepcopy(answers), copy.deepcopy(sound)
        change(told, after)
        if not list(books.delivered_again(sound, wanted, told, after)):
            yield f"not noticed: {what}"

    if different := list(books.delivered_again(sound, wanted, answers, sound)):
        yield f"the log of an untroubled call, delivered again, differs: {different}"
    yield from falsified("an event that was not delivered again", lambda told, after: told.pop())
    yield from falsified("an event that was applied again", lambda told, after: told[0].update(result="applied"))
    yield from falsified("a session changed by the replay", lambda told, after: after.views[leg_id]["ladder"].pop())
    yield from falsified("a command of the replay", lambda told, after: after.truths[leg_id]["commands"].pop())
    yield from falsified("an event logged by the replay", lambda told, after: after.log.append(after.log[0]))


ANY_STORE = [the_books_notice_what_is_wrong, a_flood_of_new_calls_lets_live_ones_end, whatever_is_killed, a_ringd_that_sleeps_wakes_harmless,
             the_line_to_the_provider_is_cut, a_slow_disk_loses_nothing, a_clock_that_jumps_loses_no_call,
             reloads_are_not_felt]
ONLY_REDIS = [a_rewrite_puts_off_no_flush, a_store_that_sleeps_is_waited_for, the_line_to_redis_is_cut,
              a_redis_without_memory_is_said_and_waited_for, a_redis_without_replicas_is_said_and_waited_for,
              a_redis_that_only_reads_is_said_and_waited_for]
CHAOS = {"embedded": ANY_STORE, "redis": ANY_STORE + ONLY_REDIS}
FULL_DISK = {"embedded": [a_full_disk_is_said_and_waited_for],
             "redis": [a_full_disk_ends_redis_until_there_is_room, a_full_disk_with_everysec_is_said_and_waited_for]}
