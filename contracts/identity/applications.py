"""Commands on applications and credentials, up to activation and end (ID.2, ID.14, SM 1)."""

__all__ = (
    "ActivationStarted",
    "Applicant",
    "ApplicationReceived",
    "ApproveApplication",
    "CompleteActivation",
    "EndCredential",
    "ExpireActivation",
    "LegalRepresentative",
    "RecordIdentification",
    "RejectApplication",
    "StartActivation",
    "SubmitApplication",
)

from datetime import date
from typing import ClassVar, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand
from contracts.identity.documents import IdentityDocumentEntry
from contracts.identity.requests import RejectionGround
from contracts.identity.values import CredentialType, EndMoment, PersonName, SecondFactor
from contracts.message import Done, Model, Sealed
from contracts.values import BranchNumber, EmailAddress, KvkNumber, Language, Level, PhoneNumber, Role

R = TypeVar("R", bound=Model)


class Applicant(Model):
    """A person for whom a credential is applied for (ID.4, SP-20)."""

    name: PersonName
    birth_date: date
    email: EmailAddress
    mobile: Sealed
    """E.164; sealed under the field name `applicants.<index>.mobile`; the empty text with an OTP device is right."""

    level: Level
    role: Role
    second_factor: SecondFactor | None = None
    """From the profile's level on (ID-58)."""

    language: Language = Language.NL
    identification_address: Sealed | None = None
    """Sealed under `applicants.<index>.identification_address`, lines parted by a newline; from EH3 on (ID-54)."""

    type: CredentialType = CredentialType.REGULAR
    """Belastingdienst: only for the representative in person, who may sign alone (ID-138, SP-34)."""

    birth_place: str | None = Field(default=None, max_length=100)
    nationality: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    document: IdentityDocumentEntry | None = None
    """But for a user at EH2 (ID-43, ID-44); the number sealed under `applicants.<index>.document.number`."""


class LegalRepresentative(Model):
    """Who signs for the organisation according to the trade register (ID-15)."""

    name: PersonName
    birth_date: date


class ApplicationReceived(Model):
    """The application waits for the back office."""

    application_id: UUID


class SubmitApplication(IdentityCommand[ApplicationReceived]):
    """The first application of an organisation, by its legal representative (ID-13)."""

    kvk_number: KvkNumber
    branch_number: BranchNumber | None = None
    representative: LegalRepresentative
    co_representatives: tuple[LegalRepresentative, ...] = Field(default=(), max_length=10)
    """Who sign along, where the register lets nobody sign alone (ID-15)."""

    applicants: tuple[Applicant, ...] = Field(min_length=1, max_length=50)
    phone: PhoneNumber | None = None
    """The organisation's telephone number, which the register does not know (ID-01)."""

    years: Literal[1, 3] | None = None
    """The contract term of all its credentials (ID-62); without one it is refused."""

    agreed: bool = False
    """The representative agrees with the application and its costs (ID-63)."""

    quotation: str = ""
    """The token of the quotation that was shown (SP-111)."""

    @property
    def key(self) -> str:
        """One application at a time for a number."""
        return self.kvk_number


class _ApplicationCommand(IdentityCommand[R]):
    application_id: UUID

    @property
    def key(self) -> str:
        """The application."""
        return str(self.application_id)


class ApproveApplication(_ApplicationCommand[Done]):
    """The back office finds the application complete and correct (ST-02)."""


class RejectApplication(_ApplicationCommand[Done]):
    """The back office rejects the application (ST-03)."""

    reason: str = Field(min_length=1, max_length=1000)
    ground: RejectionGround | None = None
    """What it is about; covering what the profile lets be covered is no ground (ID-53, CF-08)."""


class _CredentialCommand(IdentityCommand[R]):
    credential_id: UUID

    @property
    def key(self) -> str:
        """The credential."""
        return str(self.credential_id)


class RecordIdentification(_CredentialCommand[Done]):
    """The back office records that the holder was identified in person (ST-76)."""


class ExpireActivation(_CredentialCommand[Done]):
    """The 30 days to activate are over (TI-01); sent by the clock's tick."""


class EndCredential(_CredentialCommand[Done]):
    """End a credential: at once, after a day, or with the contract period, here and elsewhere (ST-08 to ST-13)."""

    takes_away: ClassVar[bool] = True

    moment: EndMoment = EndMoment.NOW
    on: date | None = None
    """The last day, with the moment `date` (SP-01)."""

    organisation_ids: tuple[UUID, ...] = Field(default=(), max_length=50)
    """Other organisations at which the person's credential ends as well (ID-156)."""

    confirmed: bool = False
    """'Ja, eHerkenning opzeggen' (ID-157)."""


class ActivationStarted(Model):
    """A validation code is on its way by e-mail, with SMS one to the number; an OTP holder gets the seed to enrol."""

    activation_id: UUID
    second_factor: SecondFactor | None
    """None: the level has no second factor (CF-02)."""

    otp_uri: Sealed | None = None


class StartActivation(IdentityCommand[ActivationStarted]):
    """The holder enters the code of the activation letter (ST-04)."""

    letter_code: Sealed
    letter_code_hash: str
    """SHA-256 of the code (`letter_code_key`): the look-up, and the key."""

    @property
    def key(self) -> str:
        """The letter."""
        return self.letter_code_hash


class CompleteActivation(IdentityCommand[Done]):
    """The holder proves the e-mail address, chooses user name and password, confirms the second factor (ST-05)."""

    activation_id: UUID
    validation_code: Sealed
    user_name: str = Field(min_length=3, max_length=64, pattern=r"^[A-Za-z0-9._@+-]+$")
    password: Sealed
    second_factor_code: Sealed | None = None
    """The first code of the OTP device, or the one that came by SMS: the second factor is confirmed (ST-05)."""

    @property
    def key(self) -> str:
        """The activation."""
        return str(self.activation_id)
