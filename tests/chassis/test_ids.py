"""Ids of messages: the same for a message that comes again, another one at each service that reacts to it."""

from types import SimpleNamespace
from uuid import uuid4

from chassis.outbox import Sender
from chassis.work import Work
from tests.chassis.shop import Counted, CounterState
from tests.harness import an_envelope, settings_for


def made_by(service, event, envelope):
    sender = Sender(settings_for("mongodb://127.0.0.1:1"), service)
    work = Work(SimpleNamespace(sender=sender), envelope, event)
    return [work.new_id() for _ in range(3)]


def test_services_that_react_to_one_event_make_different_ids():
    event = Counted(state=CounterState(id=uuid4(), count=1))
    envelope = an_envelope(event)
    ids = [*made_by("billing", event, envelope), *made_by("notifications", event, envelope)]
    assert len(set(ids)) == 6


def test_a_message_that_comes_again_makes_the_same_ids():
    event = Counted(state=CounterState(id=uuid4(), count=1))
    envelope = an_envelope(event)
    assert made_by("billing", event, envelope) == made_by("billing", event, envelope)
