"""SIGKILL at named points of a call: the worker dies there, comes back, and the call still ends right.

A point is held open by a fault of the stand-in (a command that is executed but never answered, or not even executed),
so that the kill falls exactly there. Played by run.py on both stores.
"""
from calls import RECOVERY_MS, STOP_RINGING_MS, Call, fault, people, phase_of, play, wait_ringing
from world import sip, wait_for


# Long enough for a worker that comes back on a busy machine to start the recording: else there is none to be expected.
TALK_MS = 3000


def commands(world, handle, verb):
    return [c for c in world.truth(handle)["commands"] if c["verb"] == verb]


def after_command(verb, count=1):
    def ready(world, handle):
        wait_for(f"{count} {verb} command(s) to arrive", lambda: len(commands(world, handle, verb)) >= count)
    return ready


def at_phase(*phases):
    def ready(world, handle):
        wait_for(f"phase {phases}", lambda: phase_of(world, handle) in phases)
    return ready


def act(world, handle, who, what):
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": who, "do": what})


def nothing(world, handle):
    pass


def answers(device):
    return lambda world, handle: act(world, handle, sip(device), "answer")


def hangs_up(world, handle):
    act(world, handle, "caller", "hangup")


def rings_then(action):
    def run(world, handle):
        wait_ringing(world, handle, 1)
        action(world, handle)
    return run


class KillPoint:
    """`ready` waits for the point; `dead` happens while nobody is there; `after` once the worker is back."""

    def __init__(self, name, ready, outcome, dead=nothing, after=nothing, faults=(), who=None, caller=None):
        self.name, self.ready, self.dead, self.after = name, ready, dead, after
        self.call = Call(name, "", {"people": who or people(), "faults": list(faults),
                                    "caller": caller or {"hang_up_after_bridged_ms": TALK_MS}},
                         outcome, act=self.act, allow_ms=STOP_RINGING_MS + RECOVERY_MS)

    def act(self, world, handle):
        self.ready(world, handle)
        world.kill_ringd()
        self.dead(world, handle)
        world.start_ringd()
        self.after(world, handle)

    def play(self, world):
        return play(world, self.call)


PHONE = people(phone={"answer_after_ms": 150})
VOICEMAIL = {"hang_up_when": "voicemail", "hang_up_delay_ms": 300}


def declines():
    return people(**{device: {"decline_after_ms": 100} for device in ("phone", "tablet", "desk")})


KILL_POINTS = [
    KillPoint("dials-not-executed", after_command("dial", 3), "answered", who=PHONE,
              faults=[fault("drop", {"verb": "dial"}, count=3)]),
    KillPoint("dials-executed-responses-lost", after_command("dial", 3), "answered",
              after=rings_then(answers("desk")), faults=[fault("execute_never_answer", {"verb": "dial"}, count=3)]),
    KillPoint("ringing", wait_ringing, "answered", after=answers("tablet")),
    KillPoint("ringing-caller-leaves-meanwhile", wait_ringing, "abandoned", dead=hangs_up),
    KillPoint("ringing-two-answer-meanwhile", wait_ringing, "answered",
              dead=lambda w, h: (answers("phone")(w, h), answers("tablet")(w, h))),
    KillPoint("answer-not-executed", after_command("answer"), "answered", who=PHONE,
              faults=[fault("drop", {"verb": "answer"})]),
    KillPoint("answer-executed-response-lost", after_command("answer"), "answered", who=PHONE,
              faults=[fault("execute_never_answer", {"verb": "answer"})]),
    KillPoint("losers-not-hung-up", after_command("hangup", 2), "answered", who=PHONE,
              faults=[fault("drop", {"verb": "hangup"}, count=2)]),
    KillPoint("bridge-not-executed", after_command("bridge"), "answered", who=PHONE,
              faults=[fault("drop", {"verb": "bridge"})]),
    KillPoint("bridge-executed-response-lost", after_command("bridge"), "answered", who=PHONE,
              faults=[fault("execute_never_answer", {"verb": "bridge"})]),
    KillPoint("connected-recording-not-started", after_command("record_start"), "answered", who=PHONE,
              faults=[fault("drop", {"verb": "record_start"})]),
    KillPoint("connected-caller-leaves-meanwhile", at_phase("connected"), "answered", who=PHONE, dead=hangs_up,
              caller={"hang_up_after_bridged_ms": 60000}),
    KillPoint("voicemail-greeting-response-lost", after_command("speak"), "voicemail", who=declines(), caller=VOICEMAIL,
              faults=[fault("execute_never_answer", {"verb": "speak"})]),
    KillPoint("voicemail-caller-leaves-meanwhile", at_phase("vm_recording"), "voicemail", who=declines(), dead=hangs_up,
              caller={"hang_up_after_ms": 60000}),
]
