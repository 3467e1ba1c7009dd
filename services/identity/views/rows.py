"""Rows of lists that several views show."""

from collections.abc import Container
from uuid import UUID

from contracts.actor import Actor
from contracts.identity import CredentialView
from services.identity.domain.credentials import Credential, UserRow, shown_deadline


def credential_row(credential: Credential | UserRow, viewer: Actor, locked: Container[UUID] = ()) -> CredentialView:
    """Return a row of the overview (ID-196 to ID-198); `locked` holds the persons of whom a change is pending."""
    return CredentialView(
        credential_id=credential.id,
        person_id=credential.person_id,
        name=credential.name.full,
        email=credential.email,
        role=credential.role,
        level=credential.level,
        status=credential.status,
        is_self=credential.person_id == viewer.person_id,
        type=credential.type,
        change_pending=credential.person_id in locked,
        ends_on=credential.ends_on,
        second_factor=credential.second_factor,
        activate_by=shown_deadline(credential),
    )
