"""Commands that change a person's role and data, and undo an ending (ID.7, ID-29 to ID-33, SP-28)."""

__all__ = (
    "ChangeEmail",
    "ChangeMobile",
    "ChangeOwnEmail",
    "ChangeRole",
    "EndOnDate",
    "EndingChoice",
    "EndingOptions",
    "GetEndingOptions",
    "UndoEnding",
)

from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts.identity.base import CredentialCommand, IdentityCommand, IdentityQuery
from contracts.message import Done, Model, Sealed
from contracts.values import EmailAddress, Role


class ChangeRole(CredentialCommand[Done]):
    """Promote a person to administrator, or the reverse, at once (ST-20, ST-21)."""

    takes_away: ClassVar[bool] = True

    role: Role


class ChangeMobile(CredentialCommand[Done]):
    """Change the mobile number of a person whose second factor is SMS (ID-95)."""

    mobile: Sealed
    """E.164."""


class ChangeEmail(CredentialCommand[Done]):
    """Change the e-mail address of a person who has not activated yet (ID-101)."""

    email: EmailAddress


class ChangeOwnEmail(IdentityCommand[Done]):
    """The holder changes the own e-mail address (ID-102)."""

    email: EmailAddress

    @property
    def key(self) -> str:
        """The person."""
        return str(self.actor.person_id)


class UndoEnding(CredentialCommand[Done]):
    """Take a scheduled ending back (SP-28)."""


class EndOnDate(CredentialCommand[Done]):
    """The day of a scheduled ending is over (TI-16); sent by the clock's tick."""

    takes_away: ClassVar[bool] = True


class EndingChoice(Model):
    """An organisation at which a person's credential can be ended as well (ID-156)."""

    organisation_id: UUID
    name: str
    here: bool
    """Whether it is the organisation for which the actor acts."""

    ends_organisation: bool = False
    """Whether ending it now there ends that organisation with everything that it has (ID-159)."""


class EndingOptions(Model):
    """What is shown before a credential is ended (ID-151, ID-156, SP-27)."""

    contract_end: date | None
    """The last day of the running contract period; None while there is no contract yet."""

    organisations: tuple[EndingChoice, ...]
    ends_organisation: bool
    """Whether ending it now ends the organisation with everything that it has (ID-159)."""


class GetEndingOptions(IdentityQuery[EndingOptions]):
    """What ending a credential offers and leads to."""

    credential_id: UUID
