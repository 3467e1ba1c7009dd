"""Entries of the audit trail for tests, and the key of its heads."""

from chassis import audit
from chassis.audit_chain import Heads
from chassis.sealed import FieldCipher
from chassis.work import Change
from stack.secrets import generate
from tests.chassis.shop import COUNTERS, Count, Counter
from tests.harness import an_envelope

KEY = generate()["AUDIT_SIGNING_KEY"]
HEADS = Heads(KEY)


def change(before: Counter | None, after: Counter | None) -> Change:
    return Change(COUNTERS, (after or before).id, before, after)


def a_row(fields: FieldCipher | None = None, before: Counter | None = None, after: Counter | None = None) -> dict:
    command = Count(counter=(after or before).id)
    return audit.row(an_envelope(command), command, change(before, after), fields)
