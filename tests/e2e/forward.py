"""Events of no call reach their consumer through our own edge: signed, once by id, in order, over kills of ringd.

The provider's webhooks of messages and orders are genuine (the stand-in signs them); the consumer stands behind nginx,
which checks what ringd sends as it checks everybody's. Each function plays on a fresh ForwardWorld and yields what
differed. See run.py.
"""
import json
import uuid

from calls import people
from notify import NotifyWorld
from world import wait_for

FAMILIES = "message 10dlc"


class ForwardWorld(NotifyWorld):
    def _ringd_conf(self):
        text, consumer = super()._ringd_conf(), f"""
    consumer messaging {{
        url http://127.0.0.1:{self.nginx_port}/applications/messaging;
        secret_file {self.dir}/outgoing.secrets;
        families {FAMILIES};
    }}
"""
        return text.replace("notify {", "notify {" + consumer)

    def deliver(self, event):
        """One genuine webhook; what the edge answered."""
        if not hasattr(self, "caller"):  # the stand-in signs in the name of a call
            self.caller = self.call({"people": people(), "caller": {"hang_up_after_ms": 100}})
        return self.sim("POST", "/forge", {"call": self.caller["call_session_id"], "how": "valid",
                                           "raw": json.dumps(event)})["status"]

    def heard(self):
        """What the consumer was told of, in order: (webhook-id, type, what the provider said)."""
        told = zip(self.application.paths, self.application.seen)
        documents = [(key, json.loads(body)) for path, (key, body) in told if path.endswith("/messaging")]
        return [(key, one["type"], one["data"]) for key, one in documents]

    def ends(self):
        return self.ringctl("health")["engine"]["forwarded"]


def said(message, status, second, kind="message.sent", event=None):
    return {"data": {"event_type": kind, "id": event or str(uuid.uuid4()), "record_type": "event",
                     "occurred_at": f"2026-11-22T10:00:{second:02}.000+00:00",
                     "payload": {"id": message, "to": [{"phone_number": "+4915100000", "status": status}]}}}


def statuses(world, message):
    return [data["event"]["payload"]["to"][0]["status"] for _, _, data in world.heard()
            if data["subject"] == f"message/{message}"]


def each_message_is_told_in_order(world):
    """Three states of a message, the webhooks of which come doubled and in the wrong order."""
    sent, queued = said("m-1", "sent", 2), said("m-1", "queued", 1)
    done = said("m-1", "delivered", 3, "message.finalized")
    for event in (sent, sent, queued, done, queued, sent, done):
        if world.deliver(event) != 200:
            yield f"{event} was not answered 200"
    wait_for("the message's end to be told", lambda: statuses(world, "m-1")[-1:] == ["delivered"])
    wait_for("ringd to know so", lambda: world.ringctl("health")["notify"]["in_flight"] == 0)
    if statuses(world, "m-1") not in (["sent", "delivered"], ["delivered"]):
        yield f"told in this order: {statuses(world, 'm-1')}"
    ids = [key for key, _, _ in world.heard()]
    if len(set(ids)) != len(ids):
        yield f"an id twice: {ids}"
    _, kind, data = world.heard()[-1]
    if kind != "message.finalized" or data["event"] != done["data"] or data["event_id"] != done["data"]["id"]:
        yield f"told as {kind}: {data}"
    kept = {one["event"]: one["why"] for one in world.ringctl("dead", "--other")["events"]}
    if set(kept) != {one["data"]["id"] for one in (sent, queued, done)}:
        yield f"kept: {kept}"
    if "not for its consumer: there was a newer one" not in kept.get(queued["data"]["id"], ""):
        yield f"why the older one was not told: {kept}"


def every_other_event_is_told_whatever_came_before(world):
    """An older one of 10DLC; and a family that nobody wants is only kept."""
    events = [{"data": {"event_type": "10dlc.brand.update", "id": f"brand-{second}", "payload": {"brandId": "b-1"},
                        "occurred_at": f"2026-11-22T10:00:0{second}.000+00:00"}} for second in (3, 1, 2)]
    order = {"data": {"event_type": "number_order.complete", "id": "order-1", "payload": {"id": "o-1"}}}
    for event in (*events, order):
        if world.deliver(event) != 200:
            yield f"{event} was not answered 200"
    wait_for("all three to be told", lambda: len(world.heard()) >= 3)
    told = sorted(data["event_id"] for _, _, data in world.heard())
    if told != ["brand-1", "brand-2", "brand-3"]:
        yield f"told: {told}"
    if "order-1" not in {one["event"] for one in world.ringctl("dead", "--other")["events"]}:
        yield "the order was not kept"


def a_consumer_that_was_away_hears_how_things_stand(world):
    """503 while a message goes through its states, and ringd is killed meanwhile."""
    world.application.status = 503
    for number in range(3):
        for second, status in enumerate(("queued", "sent", "delivered")):
            world.deliver(said(f"m-{number}", status, second))
    wait_for("a notice to be refused", lambda: world.ringctl("health")["notify"]["not_taken"] > 0)
    world.kill_ringd()
    world.application.seen.clear()
    world.application.paths.clear()
    world.application.status = 200
    world.start_ringd()
    wait_for("all three to be told", lambda: len({data["subject"] for _, _, data in world.heard()}) == 3, 40)
    wait_for("ringd to know so", lambda: world.ends()["taken"] == 3)
    for number in range(3):
        if statuses(world, f"m-{number}") != ["delivered"]:
            yield f"m-{number} was told as {statuses(world, f'm-{number}')}"


def killed_while_the_consumer_answers(world):
    """On the wire: the consumer has it, ringd dies before it hears so. The copy ends at the edge as a duplicate."""
    world.application.go_on.clear()
    world.deliver(said("m-1", "sent", 1))
    wait_for("a notice on the wire", lambda: world.heard())
    world.kill_ringd()
    world.application.go_on.set()
    world.start_ringd()
    wait_for("ringd to know that it was taken", lambda: world.ends()["taken"] == 1, 40)
    if statuses(world, "m-1") != ["sent"]:
        yield f"told: {world.heard()}"


def killed_again_and_again(world):
    """kill -9 between the states of a message: it is told in order, and of its end."""
    for second, status in enumerate(("queued", "sending", "sent", "delivered")):
        event = said("m-1", status, second)
        wait_for("the event to be taken", lambda e=event: world.deliver(e) == 200, 20)
        world.kill_ringd()
        world.start_ringd()
    wait_for("the message's end to be told", lambda: statuses(world, "m-1")[-1:] == ["delivered"], 60)
    order = ("queued", "sending", "sent", "delivered")
    told = statuses(world, "m-1")
    if told != sorted(told, key=order.index) or len(set(told)) != len(told):
        yield f"told in this order: {told}"


FORWARD = [each_message_is_told_in_order, every_other_event_is_told_whatever_came_before,
           a_consumer_that_was_away_hears_how_things_stand, killed_while_the_consumer_answers, killed_again_and_again]
