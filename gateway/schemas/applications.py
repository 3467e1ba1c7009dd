"""First applications over HTTP: their persons, what they cost."""

from typing import Annotated

from pydantic import Field

from contracts.identity import CredentialType, SecondFactor
from contracts.values import BranchNumber, EmailAddress, KvkNumber, Language, Level, PhoneNumber, Role
from gateway.schemas.base import Day, Flag, In, Text, Years
from gateway.schemas.documents import IdentityDocumentIn
from gateway.schemas.identity import PersonNameIn, RepresentativeIn


class ApplicantIn(In):
    """A person for whom a credential is applied for; `mobile` in E.164, empty with an OTP device.

    `identificationAddress` in lines, from EH3 on; `document` but for a user at EH2; `credentialType` belastingdienst
    for the representative in person.
    """

    name: PersonNameIn
    birth_date: Day
    birth_place: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    nationality: Annotated[Text, Field(pattern=r"^[A-Z]{2}$")] | None = None
    email: EmailAddress
    mobile: Text = Field(default="", max_length=20)
    level: Level
    role: Role
    second_factor: SecondFactor | None = None
    language: Language = Language.NL
    identification_address: tuple[Text, ...] = Field(default=(), max_length=6)
    credential_type: CredentialType = CredentialType.REGULAR
    document: IdentityDocumentIn | None = None


class ApplicationIn(In):
    """The first application of an organisation; `quotation` is the token of its costs, agreed to with `agreed`."""

    kvk_number: KvkNumber
    branch_number: BranchNumber | None = None
    representative: RepresentativeIn
    co_representatives: tuple[RepresentativeIn, ...] = Field(default=(), max_length=10)
    applicants: tuple[ApplicantIn, ...] = Field(min_length=1, max_length=50)
    phone: PhoneNumber | None = None
    """The organisation's telephone number."""

    years: Years
    agreed: Flag
    quotation: Text = Field(min_length=1, max_length=32768)


class CredentialWantedIn(In):
    """A credential of a first application, to be quoted."""

    level: Level
    second_factor: SecondFactor | None = None
    credential_type: CredentialType = CredentialType.REGULAR


class ApplicationQuotationIn(In):
    """What to quote: the credentials in the order of the application's persons."""

    kvk_number: KvkNumber
    years: Years
    credentials: tuple[CredentialWantedIn, ...] = Field(min_length=1, max_length=50)
