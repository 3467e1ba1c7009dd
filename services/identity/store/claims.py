"""Values that only one may have, taken together or not at all: what a handler has reserved when it refuses stays so."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from chassis.work import Work
from contracts.identity import IdentityDocumentEntry, IdentityRefusal
from contracts.message import Refusal

Claim = tuple[str, str, UUID]
"""Kind, value, and whose it is to be."""

CUSTOMER: Final = "customer"
"""A KvK number, which is one customer's (SP-33)."""

BELASTINGDIENST: Final = "belastingdienst"
"""The Belastingdienst credential of a KvK number, which there is one of, pending ones counted (ID-137)."""

QUOTATION: Final = "quotation"
COPY: Final = "copy"
_REFUSALS: Mapping[str, IdentityRefusal] = MappingProxyType({
    CUSTOMER: IdentityRefusal.ALREADY_CUSTOMER,
    BELASTINGDIENST: IdentityRefusal.BELASTINGDIENST_TAKEN,
    QUOTATION: IdentityRefusal.QUOTATION_USED,
    COPY: IdentityRefusal.FILE_MISSING,
})  # fmt: skip


def file_claims(entry: IdentityDocumentEntry | None, document_id: UUID) -> list[Claim]:
    """Return the claims of a document on the files that show it: each is one document's."""
    return [(COPY, str(copy.file.id), document_id) for copy in entry.files] if entry else []


async def claim(work: Work, claims: Iterable[Claim]) -> Refusal | None:
    """Take all values, or refuse by the first that another has."""
    wanted = tuple(claims)
    owners: dict[tuple[str, str], UUID] = {}
    for kind, value, owner in wanted:
        known = owners.setdefault((kind, value), await work.owner(kind, value) or owner)
        if known != owner:
            return Refusal(code=_REFUSALS[kind])
    for kind, value, owner in wanted:
        await work.reserve(kind, value, owner)
    return None
