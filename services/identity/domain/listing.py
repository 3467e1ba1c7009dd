"""A credential in the overview of users: its row, its place, and by what it is found (ID-196 to ID-198, SP-118)."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.actor import Actor
from contracts.identity import CredentialView
from services.identity.domain.credentials import Credential, is_open, shown_deadline
from services.identity.domain.searching import fold, grams


@dataclass(frozen=True, slots=True)
class Listed:
    """A row as everybody sees it, and its place in the order of the overview."""

    row: CredentialView
    place: str


def row_of(credential: Credential) -> CredentialView:
    """Return the row of a credential, as it is for everybody."""
    return CredentialView(
        credential_id=credential.id,
        person_id=credential.person_id,
        name=credential.name.full,
        email=credential.email,
        role=credential.role,
        level=credential.level,
        status=credential.status,
        is_self=False,
        type=credential.type,
        ends_on=credential.ends_on,
        next_level=credential.next_level,
        level_until=credential.level_until,
        second_factor=credential.second_factor,
        activate_by=shown_deadline(credential),
    )


def seen_by(viewer: Actor, row: CredentialView, locked: Container[UUID] = ()) -> CredentialView:
    """Return a row as the viewer sees it; `locked` holds the persons of whom a change is pending."""
    own, pending = row.person_id == viewer.person_id, row.person_id in locked
    return row.model_copy(update={"is_self": own, "change_pending": pending}) if own or pending else row


def found_by(credential: Credential) -> dict[str, Any]:
    """Return what is stored beside a credential: a page of rows is read as it is shown, without the credentials."""
    text = fold(f"{credential.name.full} {credential.email}")
    return {
        "open": is_open(credential),
        "order": _order(credential),
        "text": text,
        "grams": grams(text),
        "row": row_of(credential).model_dump_json(exclude_defaults=True),
    }


def _order(credential: Credential) -> str:
    """Return the place in the overview: by surname, then initials; unlike that of every other credential."""
    name = fold(f"{credential.name.surname} {credential.name.initials}")
    return f"{name}\x1f{credential.person_id}\x1f{credential.id}"
