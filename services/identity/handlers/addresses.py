"""Another e-mail address of a person: at every organisation, with what the person is known by there (SP-19, SP-38)."""

from collections.abc import Iterable
from dataclasses import replace

from contracts.identity import EmailChanged
from services.identity.domain.credentials import Credential
from services.identity.domain.people import Person
from services.identity.handlers.marks import with_marks
from services.identity.store import PERSONS, Store
from services.identity.tools import Tools


async def change_address(
    tools: Tools, store: Store, person: Person, held: Iterable[Credential], email: str
) -> None:  # fmt: skip
    """Give a person another address, with these credentials (ID-101, ID-102)."""
    moved = replace(person, email=email)
    await store.work.put(PERSONS, moved)
    for credential in held:
        await store.save(await with_marks(tools, store, replace(credential, email=email), moved), EmailChanged)
