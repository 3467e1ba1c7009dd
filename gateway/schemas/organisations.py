"""Organisations, change forms, additions and users over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.identity import (
    AdditionStatus,
    BranchRemoval,
    ContractChannel,
    FormStatus,
)
from contracts.values import BranchNumber, EmailAddress, KvkNumber, Language, Level, PhoneNumber, Role
from gateway.schemas.authorizations import TextsOut
from gateway.schemas.base import Day, Flag, In, Out, Page, Secret, Text, Years
from gateway.schemas.identity import RepresentativeIn


class OrganisationOut(Out):
    """The company data; `editableFields` can be changed in the module, which are none."""

    organisation_id: UUID
    name: str
    kvk_number: str
    branch_number: str | None
    rsin: str | None
    address: str
    phone: str | None
    editable_fields: tuple[str, ...]
    branch_removal: BranchRemoval
    ends_on: date | None


class SettingsOut(Out):
    """What the settings of the organisation hold."""

    sections: tuple[str, ...]
    sender_defaults: bool
    self_add: bool


class SupplierOut(Out):
    """The supplier: login page, recovery of login data, help, languages."""

    name: TextsOut
    login_url: str
    login_entry: TextsOut
    recovery_path: str
    support_url: str
    languages: tuple[Language, ...]
    invitation_languages: tuple[Language, ...]


class FormFieldOut(Out):
    """A field of a form; the one of kind `bsn` is given apart."""

    name: str
    label: TextsOut
    kind: str
    required: bool


class FormTypeOut(Out):
    """A form that the supplier takes."""

    code: str
    title: TextsOut
    without_session: bool
    fields: tuple[FormFieldOut, ...]


class FormTypesOut(Out):
    """The forms of the supplier."""

    rows: tuple[FormTypeOut, ...]


FormCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]


class FormValueIn(In):
    """What a field of a form holds."""

    name: FormCode
    value: Text = Field(max_length=2000)


class FormIn(In):
    """A change form; `bsn` where the form asks it."""

    code: FormCode
    values: tuple[FormValueIn, ...] = Field(max_length=30)
    bsn: Secret | None = None


class OpenFormIn(In):
    """The field `form` of a change form without a session."""

    code: FormCode
    kvk_number: KvkNumber
    representative: RepresentativeIn
    email: EmailAddress
    values: tuple[FormValueIn, ...] = Field(max_length=30)


class FormSubmittedOut(Out):
    """The form waits for the back office."""

    form_id: UUID


class FormOut(Out):
    """A form that was submitted; a BSN is never shown."""

    form_id: UUID
    code: str
    title: TextsOut
    kvk_number: str
    organisation_id: UUID | None
    values: dict[str, str]
    representative: str | None
    representative_checked: bool
    email: str | None
    has_attachment: bool
    has_bsn: bool
    submitted_at: datetime
    status: FormStatus
    reason: str | None
    by_hand: bool
    awaits_second: bool


class CompanyDataIn(In):
    """Company data as the back office enters them; what is left out stays."""

    name: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    address: Annotated[Text, Field(min_length=1, max_length=300)] | None = None
    phone: PhoneNumber | None = None


class PersonDataIn(In):
    """What the form for other changes asks of a person, as the back office enters it; what is left out stays."""

    role: Role | None = None
    mobile: PhoneNumber | None = None
    email: EmailAddress | None = None
    """Before the activation; afterwards only the holder can change it."""


class HandlingIn(In):
    """How a form was handled."""

    company: CompanyDataIn | None = None
    credential_id: UUID | None = None
    """Whose credential is meant, where the form names the person in words."""

    person: PersonDataIn | None = None
    """Without it the form for other changes is done by hand."""

    agreed: Flag = False
    """Whether the form agrees to the fee of what it asks."""

    note: Text = Field(default="", max_length=1000)


class FormHandledOut(Out):
    """What became of the form; `byHand`: nothing was changed here; `awaitsSecond`: not yet, another employee enters it.

    A form that awaits a second employee stays in the queue.
    """

    by_hand: bool
    awaits_second: bool


class AdditionIn(In):
    """The five steps of adding an organisation."""

    kvk_number: KvkNumber | None = None
    """Or a branch number alone: the register tells whose it is."""

    branch_number: BranchNumber | None = None
    level: Level
    email: EmailAddress
    own_data_checked: Flag
    representative: RepresentativeIn
    co_representatives: tuple[RepresentativeIn, ...] = Field(default=(), max_length=10)
    """Those who sign with the representative, where they may only sign together."""

    phone: PhoneNumber
    years: Years = 1
    terms_accepted: Flag
    authority_declared: Flag


class AdditionReceivedOut(Out):
    """The organisation is added; download its contract, and send it in signed."""

    addition_id: UUID


class AdditionOut(Out):
    """An added organisation; `awaitsSecond`: another employee must accept the contract as well."""

    addition_id: UUID
    kvk_number: str
    branch_number: str | None
    name: str
    level: Level
    years: int
    administrator: str
    representative: str
    representative_checked: bool
    submitted_at: datetime
    remove_on: date
    status: AdditionStatus
    contract_ready: bool
    awaits_second: bool
    reason: str | None


class ContractIn(In):
    """The signed contract as it came in."""

    received_on: Day
    channel: ContractChannel
    signed_by_representative: Flag


class HolderGrantOut(Out):
    """An active authorization of a person."""

    authorization_id: UUID
    service_uuid: UUID
    name: TextsOut
    provider_name: TextsOut
    start: date
    end: date
    processing: str | None = None
    """"wordt verwerkt", in the caller's language: a change was accepted that is not confirmed yet (SP-07)."""


class HolderGrantsOut(Page[HolderGrantOut]):
    """The active authorizations of a person."""

    processing: str | None = None
    """"wordt verwerkt", in the caller's language: a change was accepted that is not confirmed yet (SP-07)."""
