"""People in the database of identity, as applications and activations leave them."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from chassis.mongo import Collection, Database
from chassis.sealed import FieldCipher
from contracts.identity import CredentialStatus, PersonName, SecondFactor, account_key
from contracts.values import Language, Level, Role
from services.identity.domain.applications import Organisation
from services.identity.domain.credentials import Credential
from services.identity.domain.people import Account, Authenticator, Person
from services.identity.store import ACCOUNTS, AUTHENTICATORS, CREDENTIALS, PERSONS

Stored = tuple[Collection[Any], Any]
_VERSIONS = {"v": 1, "seq": 1, "pub": 0}


def user_of(
    organisation: Organisation, surname: str, mailbox: str, role: Role = Role.ADMINISTRATOR
) -> tuple[Credential, Person]:
    """Return a person with an active credential of an organisation."""
    person_id, name, email = uuid4(), PersonName(initials="B.", surname=surname), f"{mailbox}@bench.example"
    credential = Credential(
        id=uuid4(), application_id=uuid4(), person_id=person_id, organisation_id=organisation.id, level=Level.EH3,
        role=role, status=CredentialStatus.ACTIVE, name=name, email=email, language=Language.NL,
        second_factor=SecondFactor.OTP,
    )  # fmt: skip
    return credential, Person(person_id, name, date(1980, 2, 29), email, Language.NL, None, (credential.id,))


def with_account(user_name: str, user: tuple[Credential, Person]) -> list[Stored]:
    """Return what is stored of a person who has an account."""
    credential, person = user
    key = account_key(user_name)
    account = Account(key, person.id, user_name, SecondFactor.OTP)
    return [(CREDENTIALS, credential), (PERSONS, replace(person, account_id=key)), (ACCOUNTS, account)]


def secrets(user_name: str, password_hash: str, fields: FieldCipher, seed: str) -> Stored:
    """Return what an account logs in with: a password, and a device of this seed."""
    key = account_key(user_name)
    return AUTHENTICATORS, Authenticator(key, password_hash, fields.encrypt(seed, f"authenticators:{key}:otp_seed"))


async def insert(home: Database, values: list[Stored]) -> None:
    """Write values as a service would have, many at once."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for collection, value in values:
        by_name.setdefault(collection.name, []).append({**collection.stored(value), **_VERSIONS})
    for name, documents in by_name.items():
        await home[name].insert_many(documents)
