"""Fiscal numbers, which may be citizen service numbers: opened at the edge alone, nowhere kept in clear (S38)."""

import hmac
from base64 import b64decode
from hashlib import sha256
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from chassis.sealed import FieldCipher, Sealer, SealError
from contracts.chain import Relation
from contracts.values import FiscalNumber
from services.chain.domain.authorization import ChainAuthorization, KeptNumber
from services.chain.store import AUTHORIZATIONS

FIELD: Final = "fiscal_number"
_NUMBER: Final[TypeAdapter[str]] = TypeAdapter(FiscalNumber)


class FiscalNumbers:
    """Opens, encrypts and seals the fiscal numbers of relations, and makes the digests by which they are found."""

    def __init__(self, sealer: Sealer, fields: FieldCipher, key: str) -> None:
        self._sealer = sealer
        self._fields = fields
        # A key of its own, made from the one of the personal links: who knows one use learns nothing of the other.
        self._key = hmac.digest(b64decode(key), b"fiscal numbers", sha256)

    def opened(self, relation: Relation, message_id: UUID) -> str | None:
        """Return the number of a command's relation in clear, None where it has none; raise SealError (SP-74)."""
        if relation.fiscal_number is None:
            return None
        number = self._sealer.open(relation.fiscal_number, message_id=message_id, field=f"relation.{FIELD}")
        try:
            return _NUMBER.validate_python(number)
        except ValidationError:
            raise SealError("what was sealed is no fiscal number") from None  # the cause tells the input

    def kept(self, number: str | None, id_: UUID) -> KeptNumber | None:
        """Return a number as the chain authorization `id_` keeps and tells it."""
        if number is None:
            return None
        return KeptNumber(
            self._fields.encrypt(number, _place(id_)),
            self.digest(number),
            self._sealer.seal(number, to="notifications", message_id=id_, field=FIELD),
        )

    def text(self, found: ChainAuthorization) -> str | None:
        """Return the number of a chain authorization's relation in clear, None where it has none; raise SealError."""
        return None if found.fiscal_number is None else self._fields.decrypt(found.fiscal_number, _place(found.id))

    def digest(self, number: str) -> str:
        """Return the HMAC-SHA256 under which a number is found: the same for the same number, whoever's it is."""
        return hmac.digest(self._key, number.encode(), sha256).hex()

    def relation(self, found: ChainAuthorization, message_id: UUID, place: str) -> Relation:
        """Return a relation for the answer to a message, its number sealed for the gateway at this place."""
        number, named = self.text(found), found.relation
        if number is None:
            return Relation(kvk_number=named.kvk_number, name=named.name)
        sealed = self._sealer.seal(number, to="gateway", message_id=message_id, field=f"{place}.{FIELD}")
        return Relation(fiscal_number=sealed, name=named.name)


def _place(id_: UUID) -> str:
    return f"{AUTHORIZATIONS.name}:{id_}:{FIELD}"
