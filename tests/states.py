"""States of other services' aggregates, as services hear them."""

from datetime import date
from uuid import uuid4

from contracts.chain import ChainAuthorizationState, ChainStatus, Contact, NamedRelation, Scope, Sender
from contracts.identity import PersonName
from contracts.values import Language, Period

PERIOD = Period(start=date(2026, 11, 22), end=date(2031, 11, 22))


def a_chain_state(**changes):
    """Return an active chain authorization for everything, of any intermediary and a relation."""
    values = {
        "id": uuid4(), "intermediary_id": uuid4(), "status": ChainStatus.ACTIVE, "period": PERIOD,
        "relation": NamedRelation(kvk_number="12345678", name="Bakkerij"), "scope": Scope(general=True),
        "contact": Contact(
            name=PersonName(initials="A.", surname="Vries"), email="a@b.example", phone="+31201234567"
        ),
        "sender": Sender(name="K", email="k@b.example"), "language": Language.NL,
    }  # fmt: skip
    return ChainAuthorizationState(**{**values, **changes})
