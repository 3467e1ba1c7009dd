"""Changes in treatment (mutatie in behandeling): link, upgrade, downgrade and conversion of a credential (SM 2)."""

__all__ = (
    "ApplyDowngrade",
    "ChooseUpgradeIdentificationMethod",
    "ConfirmDeclaration",
    "ConfirmDevice",
    "ConvertCredential",
    "DeviceEnrolment",
    "DowngradeCredential",
    "EnrolDevice",
    "LinkPerson",
    "LinkTo",
    "MutationDecided",
    "MutationReceived",
    "ProcessMutation",
    "RecordHolderIdentification",
    "RefuseMutation",
    "UpgradeCredential",
    "Years",
)

from datetime import date
from typing import ClassVar, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import CredentialCommand, IdentityCommand
from contracts.identity.documents import IdentityDocumentEntry
from contracts.identity.identification import IdentificationMethod
from contracts.identity.values import CredentialType, MutationStatus, SecondFactor
from contracts.message import Done, Model, Sealed
from contracts.values import Level, Role

R = TypeVar("R", bound=Model)
Years = Literal[1, 3]
"""The terms of a contract (ID-133, ID-146)."""


class LinkTo(Model):
    """An organisation to which a person is to be linked, with the role there (ID-107)."""

    organisation_id: UUID
    role: Role


class MutationReceived(Model):
    """The change was received and waits for the back office (ID-110)."""

    mutation_id: UUID


class LinkPerson(CredentialCommand[MutationReceived]):
    """Link the holder of a credential to other organisations of the administrator (ST-14)."""

    to: tuple[LinkTo, ...] = Field(min_length=1, max_length=50)
    agreed: bool
    """With the tariffs (ID-109)."""


class UpgradeCredential(CredentialCommand[MutationReceived]):
    """Raise the level of another person's credential (ST-15)."""

    level: Level
    role: Role | None = None
    """None: stays (ID-127)."""

    years: Years
    agreed: bool
    """With the costs (ID-134)."""

    to: tuple[LinkTo, ...] = Field(default=(), max_length=50)
    """Organisations to link at the same time (ID-130)."""

    second_factor: SecondFactor | None = None
    mobile: Sealed | None = None
    birth_date: date | None = None
    document: IdentityDocumentEntry | None = None
    """Where the present level has none (ID-128)."""

    identification_address: Sealed | None = None


class DowngradeCredential(CredentialCommand[MutationReceived]):
    """Lower the level of another person's credential at the end of the contract period (SP-12)."""

    level: Level
    agreed: bool
    """With the consequences that were listed."""


class ConvertCredential(CredentialCommand[MutationReceived]):
    """Change the type of an EH3 credential (ST-16)."""

    to_type: CredentialType
    years: Years
    consent: bool
    """'Ik ben mij bewust van de gevolgen van deze veranderingen en ga hiermee akkoord' (ID-147)."""


class MutationCommand(IdentityCommand[R]):
    """A command on a change in treatment."""

    mutation_id: UUID

    @property
    def key(self) -> str:
        """The change."""
        return str(self.mutation_id)


class ConfirmDeclaration(MutationCommand[Done]):
    """The holder declares to be fully authorised and to use the Belastingdienst credential personally (SP-34)."""


class ChooseUpgradeIdentificationMethod(MutationCommand[Done]):
    """The holder chooses the way of the identification that an upgrade asks for (ST-75, SP-15, CF-09)."""

    method: IdentificationMethod


class DeviceEnrolment(Model):
    """What the holder enrols an OTP device with, once."""

    otp_uri: Sealed


class EnrolDevice(MutationCommand[DeviceEnrolment]):
    """The holder asks for the seed of the OTP device that an upgrade brings (ID-131)."""

    opens_session: ClassVar[bool] = True


class ConfirmDevice(MutationCommand[Done]):
    """The holder proves that the device shows right codes."""

    code: Sealed


class RecordHolderIdentification(MutationCommand[Done]):
    """The back office records that the holder was identified in person for the new level (SP-15)."""


class MutationDecided(Model):
    """How far a change is after a decision."""

    status: MutationStatus
    awaits_second: bool = False
    """Another employee must confirm (S25)."""


class ProcessMutation(MutationCommand[MutationDecided]):
    """The back office processes a change, or some lines of it (ST-18, SP-18)."""

    takes_away: ClassVar[bool] = True

    organisation_ids: tuple[UUID, ...] = Field(default=(), max_length=50)
    """The lines; none: all that are open."""


class RefuseMutation(MutationCommand[MutationDecided]):
    """The back office refuses a change, or some lines of it (ST-19, SP-17)."""

    reason: str = Field(min_length=1, max_length=1000)
    organisation_ids: tuple[UUID, ...] = Field(default=(), max_length=50)


class ApplyDowngrade(CredentialCommand[Done]):
    """The contract period before a downgrade is over (SP-12); sent by the clock's tick."""

    takes_away: ClassVar[bool] = True
