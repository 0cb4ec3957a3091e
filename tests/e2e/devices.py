"""Devices that register: each has one credential at the provider, whatever is asked at once and whoever dies meanwhile
(R-044, R-045), and calls ring what is stored.

Each function plays on a fresh DevicesWorld and yields what differed. See run.py.
"""
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from calls import wait_phase
from world import Failed, World, wait_for

CONNECTION = "1684641123236054245"
# What a dead worker's request is given until it counts as lost, the due scan, and the look.
RECOVERY_S = 20


class DevicesWorld(World):
    """ringd may make credentials; none of the devices that the directory names has been seen today."""

    def _ringd_conf(self):
        return super()._ringd_conf().replace("telnyx {", f"telnyx {{ credential_connection {CONNECTION};")

    def directory_text(self, devices=None):
        return re.sub(r"last_active_at [^;]*", "last_active_at 2020-01-01T00:00:00Z", super().directory_text(devices))

    def register(self, device, *more):
        return self.ringctl("register", f"acme/anna/{device}", *more)

    def register_all(self, devices):
        """All of them at the same moment, each by a ringctl of its own."""
        with ThreadPoolExecutor(len(devices)) as pool:
            return list(pool.map(self.register, devices))

    def credentials(self):
        return self.sim("GET", "/credentials")

    def existing(self):
        return [one["id"] for one in self.credentials()["credentials"] if one["exists"]]

    def fault(self, what, verb, **more):
        self.sim("POST", "/credentials", {"do": what, "match": {"verb": verb}, "count": 1, **more})

    def wait_for_one(self, what):
        wait_for(f"one credential to be left {what}", lambda: len(self.existing()) == 1, RECOVERY_S)
        return self.existing()[0]


def rings_at(world, username, device):
    """A call comes, is answered at this address, and the two are connected."""
    handle = world.call({"people": [{"to": f"sip:{username}@sip.telnyx.com", "answer_after_ms": 100}]})
    wait_phase(world, handle, "connected")
    rung = [leg["to"] for leg in world.truth(handle)["legs"]]
    if rung != [f"sip:{username}@sip.telnyx.com"]:
        yield f"{device} is rung at {rung}, expected {username}"
    world.sim("POST", f"/calls/{handle['call_session_id']}/act", {"who": "caller", "do": "hangup"})
    wait_phase(world, handle, "closed")


def ten_at_once_of_one_device_get_one(world):
    answers = world.register_all(["phone"] * 10)
    ids = {answer["credential_id"] for answer in answers}
    if len(ids) != 1 or world.existing() != list(ids):
        yield f"ten were told of {ids}, the provider has {world.existing()}"
    yield from rings_at(world, answers[0]["sip_username"], "phone")


def ten_devices_of_one_user_get_ten(world):
    answers = world.register_all([f"device-{i}" for i in range(10)])
    ids = sorted(answer["credential_id"] for answer in answers)
    if len(set(ids)) != 10 or sorted(world.existing()) != ids:
        yield f"ten were told of {ids}, the provider has {world.existing()}"


def a_new_one_is_stored_before_the_old_one_goes(world):
    first = world.register("phone")
    second = world.register("phone", "--anew")
    if second["credential_id"] == first["credential_id"]:
        yield "no other credential was made"
    left = world.wait_for_one("after a replacement")
    if left != second["credential_id"]:
        yield f"{left} is left, {second['credential_id']} was told"
    done = [one["verb"] for one in world.credentials()["operations"] if one["verb"] in ("create", "remove")]
    if done != ["create", "create", "remove"]:
        yield f"the provider was asked to {done}"
    if world.register("phone")["credential_id"] != second["credential_id"]:
        yield "asking again gave another one"
    yield from rings_at(world, second["sip_username"], "phone")


def a_device_that_is_removed_rings_no_more(world):
    world.register("phone")
    world.ringctl("unregister", "acme/anna/phone")
    wait_for("the credential to go", lambda: not world.existing())
    rows = {row["device"]: row for row in world.ringctl("devices", "acme/anna")["devices"]}
    if rows["phone"]["rings"] or rows["phone"]["registered"]:
        yield f"the removed phone: {rows['phone']}"


def the_provider_refuses_and_nothing_is_left(world):
    world.fault("refuse", "create", status=422, code="10015", title="no such connection")
    done = subprocess.run(world.ringctl_command("register", "acme/anna/phone"), capture_output=True, text=True,
                          timeout=20)
    if done.returncode != 1 or "no such connection" not in done.stderr:
        yield f"ringctl ended with {done.returncode}: {done.stderr.strip()}"
    if world.existing():
        yield f"the provider has {world.existing()}"
    if not world.register("phone")["credential_id"]:
        yield "the next try made none"


def killed_while(fault, verb, anew):
    """ringd dies while the provider works on this request, which is carried out, or is not."""
    def test(world):
        before = world.register("phone")["credential_id"] if anew else None
        asked = len(world.credentials()["operations"])
        world.fault(fault, verb)
        words = world.ringctl_command("register", "acme/anna/phone", *(["--anew"] if anew else []))
        waiting = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(f"the provider to be asked to {verb}", lambda: any(
                one["verb"] == verb for one in world.credentials()["operations"][asked:]))
            world.kill_ringd()
        finally:
            waiting.wait(20)
        world.start_ringd()
        stays = before if verb == "remove" else None  # until the order is carried out it is told the one it has

        def carried_out():
            told = answered(world)
            return told if told and (stays or told["credential_id"] != before) else None
        told = wait_for("the order to be carried out", carried_out, RECOVERY_S)
        if world.wait_for_one("in the end") != told["credential_id"]:
            yield f"{world.existing()} is left, {told['credential_id']} was told"
        yield from rings_at(world, told["sip_username"], "phone")
    test.__name__ = f"killed_while_{verb}{'_anew' if anew else ''}_{fault}"
    return test


def answered(world):
    try:
        return world.register("phone")
    except Failed:
        return None


DEVICES = [ten_at_once_of_one_device_get_one, ten_devices_of_one_user_get_ten,
           a_new_one_is_stored_before_the_old_one_goes, a_device_that_is_removed_rings_no_more,
           the_provider_refuses_and_nothing_is_left,
           *(killed_while(fault, verb, anew) for fault in ("drop", "execute_never_answer")
             for verb, anew in (("list", False), ("create", False), ("create", True), ("remove", True)))]
