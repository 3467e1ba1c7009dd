"""Short ways for tests of billing: organisations, offers, states, quotations whose signature is checked."""

import json
from base64 import urlsafe_b64decode
from datetime import date
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.jwk import OKPKey

from contracts.actor import Actor, ActorKind
from contracts.billing import ListCharges
from contracts.chain import AccessStatus, ChainAccessChanged, ChainAccessState
from contracts.identity import PersonName
from contracts.values import Level, Role
from tests.states import a_chain_state

TODAY = date(2026, 11, 22)
NAME = PersonName(initials="A.", surname="Vries")
KEY = OKPKey.generate_key("Ed25519", {"kid": "quote-1", "use": "sig"})
PUBLIC = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(KEY.as_dict(private=False)["x"] + "="))


def checked(token):
    """Return header and claims of a token, its signature checked by another library than the one that made it."""
    signed, _, signature = token.rpartition(".")
    PUBLIC.verify(decoded(signature), signed.encode())
    return tuple(json.loads(decoded(part)) for part in signed.split("."))


def decoded(part):
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def administrator(organisation, **changes):
    values = {"kind": ActorKind.PERSON, "person_id": uuid4(), "role": Role.ADMINISTRATOR, "level": Level.EH3}
    return Actor(organisation_id=organisation, **{**values, **changes})


def an_offer(organisation, price, status=AccessStatus.OPEN):
    return ChainAccessChanged(state=ChainAccessState(id=organisation, status=status, price_per_year=price))


def a_state(organisation, **changes):
    return a_chain_state(intermediary_id=organisation, **changes)


async def charges(service, organisation):
    page = await service.query(ListCharges(actor=administrator(organisation)))
    return [(row.amount, row.vat, row.period_start, row.period_end) for row in page.rows]
