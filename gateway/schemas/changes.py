"""Changes to credentials over HTTP: roles, data, endings, and changes in treatment."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from contracts.identity import (
    CredentialType,
    EndMoment,
    IdentificationMethod,
    MutationAction,
    MutationKind,
    MutationStatus,
    SecondFactor,
)
from contracts.values import EmailAddress, Level, Role
from gateway.schemas.authorizations import ServiceOut
from gateway.schemas.base import Day, Flag, In, Out, Text, Years
from gateway.schemas.chain import RelationOut
from gateway.schemas.documents import DocumentViewOut, IdentityDocumentIn


class RoleIn(In):
    """The role that the person is to have."""

    role: Role


class MobileIn(In):
    """The new mobile number, in E.164."""

    mobile: Text = Field(min_length=1, max_length=20)


class EmailIn(In):
    """The new e-mail address."""

    email: EmailAddress


class EndingIn(In):
    """When and where a credential ends; `on` is its last day, with the moment `date`."""

    moment: EndMoment
    on: Day | None = None
    organisation_ids: tuple[UUID, ...] = Field(default=(), max_length=50)
    """Other organisations at which it ends as well."""

    confirmed: Flag
    """'Ja, eHerkenning opzeggen'."""


class EndingChoiceOut(Out):
    """An organisation at which the credential can be ended."""

    organisation_id: UUID
    name: str
    here: bool
    ends_organisation: bool
    """Whether that organisation ends with it, as nothing else is open there."""


class EndingOptionsOut(Out):
    """What is shown before the confirmation; nothing is refunded of a paid term."""

    contract_end: date | None
    organisations: tuple[EndingChoiceOut, ...]
    ends_organisation: bool


class ConsequencesOut(Out):
    """What ends with a lower level or another type; of each at most 500 are shown."""

    services: tuple[ServiceOut, ...]
    services_total: int
    relations: tuple[RelationOut, ...]
    relations_total: int


class LinkToIn(In):
    """An organisation to link the person to, and the role there."""

    organisation_id: UUID
    role: Role


class LinkIn(In):
    """The organisations to link the person to; the level and the e-mail address are those of the credential."""

    to: tuple[LinkToIn, ...] = Field(min_length=1, max_length=50)
    agreed: Flag
    """With the tariffs."""


class UpgradeIn(In):
    """The new level, role and term; data that are missing for the level, none that are there already."""

    level: Level
    role: Role | None = None
    years: Years
    agreed: Flag
    """With the costs."""

    to: tuple[LinkToIn, ...] = Field(default=(), max_length=50)
    second_factor: SecondFactor | None = None
    mobile: Text | None = Field(default=None, max_length=20)
    birth_date: Day | None = Field(default=None, json_schema_extra={"format": "date"})
    document: IdentityDocumentIn | None = None
    identification_address: tuple[Text, ...] = Field(default=(), max_length=6)
    """In lines."""


class DowngradeIn(In):
    """The lower level, in force after the contract period."""

    level: Level
    agreed: Flag
    """With what ends at that moment."""


class ConversionIn(In):
    """The other type, and the term of the new subscription."""

    type: CredentialType
    years: Years
    consent: Flag
    """'Ik ben mij bewust van de gevolgen van deze veranderingen en ga hiermee akkoord'."""


class MutationReceivedOut(Out):
    """The change was received; the back office treats it."""

    mutation_id: UUID


class MutationLineOut(Out):
    """What a change brings at one organisation."""

    organisation_id: UUID
    organisation_name: str
    role: Role
    status: MutationStatus
    reason: str | None
    awaits_second: bool


class MutationOut(Out):
    """A change in treatment ('mutatie in behandeling')."""

    mutation_id: UUID
    kind: MutationKind
    status: MutationStatus
    person_id: UUID
    name: str
    credential_id: UUID
    organisation_id: UUID
    submitted_at: datetime
    level: Level
    type: CredentialType
    years: int | None
    lines: tuple[MutationLineOut, ...]
    required_actions: tuple[MutationAction, ...]
    identification_method: IdentificationMethod | None


class MutationDetailOut(Out):
    """A change with the data to check."""

    mutation: MutationOut
    birth_date: date | None = Field(json_schema_extra={"format": "date"})
    document: DocumentViewOut | None
    identification_address: tuple[str, ...] | None


class LinesIn(In):
    """The lines of a change, by organisation; none: all that are open."""

    organisation_ids: tuple[UUID, ...] = Field(default=(), max_length=50)


class RefusedLinesIn(LinesIn):
    """The lines that are refused, and why; the administrator reads the reason."""

    reason: Text = Field(min_length=1, max_length=1000)


class MutationDecidedOut(Out):
    """How far a change is; `awaitsSecond`: another employee must confirm."""

    status: MutationStatus
    awaits_second: bool


class DeviceOut(Out):
    """The address with which an OTP device is enrolled, given once."""

    otp_uri: str


class DeviceCodeIn(In):
    """A code that the device shows."""

    code: Text = Field(min_length=1, max_length=16, json_schema_extra={"format": "password"})
