"""By what a person is known again: hashed for one organisation, so that elsewhere it says nothing (SP-19)."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from contracts.identity import IdentityRefusal
from contracts.message import Refusal
from services.identity.domain.asked import marks_of
from services.identity.domain.credentials import Credential, is_open
from services.identity.domain.documents import number_place
from services.identity.domain.people import Person
from services.identity.store import IDENTITY_DOCUMENTS, Issuing, Store
from services.identity.tools import Tools


def hashed(tools: Tools, organisation_id: UUID, marks: Iterable[str]) -> tuple[str, ...]:
    """Return marks as they are stored with a credential at an organisation."""
    return tuple(tools.codes.hash(organisation_id, mark) for mark in marks)


async def with_marks(tools: Tools, store: Store, credential: Credential, person: Person) -> Credential:
    """Return the credential with the marks of its organisation, by its name and address and the holder's data now.

    Marks of documents that it had stay: one that was entered and not kept, or an earlier one (ID-43).
    """
    document = await store.find(IDENTITY_DOCUMENTS, person.document_id)
    number = tools.fields.decrypt(document.number, number_place(document.id)) if document else ""
    found = marks_of(credential.name, person.birth_date, credential.email, document, number)
    marks = (*hashed(tools, credential.organisation_id, found), *credential.marks[1:])
    return replace(credential, marks=tuple(dict.fromkeys(marks)))


async def twice_refusal(store: Store, credential: Credential, person: Person) -> Refusal | None:
    """Refuse a new credential where its holder has an open one, or somebody with the same marks (SP-19)."""
    held = await store.held_by(person)
    if any(is_open(one) and one.organisation_id == credential.organisation_id for one in held):
        return Refusal(code=IdentityRefusal.ALREADY_LINKED)
    known = await Issuing(store).known_already([(credential.organisation_id, credential.marks)])
    return Refusal(code=IdentityRefusal.ALREADY_REQUESTED) if known else None
