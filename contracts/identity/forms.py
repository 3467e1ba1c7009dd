"""Change forms (wijzigingsformulieren): what cannot be changed in the module is asked of the back office (ID.13)."""

__all__ = (
    "CompanyDataEntry",
    "FormAttachment",
    "FormFieldView",
    "FormHandled",
    "FormPage",
    "FormStatus",
    "FormSubmitted",
    "FormTypeView",
    "FormTypes",
    "FormView",
    "GetFormAttachment",
    "HandleForm",
    "KeepAttachment",
    "ListFormTypes",
    "ListForms",
    "PersonDataEntry",
    "RefuseForm",
    "SubmitForm",
    "SubmitOpenForm",
)

from datetime import datetime
from typing import Annotated, ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.applications import LegalRepresentative
from contracts.identity.base import IdentityCommand, IdentityQuery
from contracts.message import BlobReference, Done, Model, Page, Sealed
from contracts.values import EmailAddress, KnownEmailAddress, KvkNumber, Localized, PhoneNumber, Role
from contracts.values.terms import Term

R = TypeVar("R", bound=Model)
FormCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]


class FormStatus(Term):
    """How far a form got (SM 10, ST-84)."""

    SUBMITTED = "submitted"
    HANDLED = "handled"
    REFUSED = "refused"


class FormFieldView(Model):
    """A field of a form; a field of kind `bsn` travels sealed, apart from the others."""

    name: str
    label: Localized
    kind: str
    required: bool


class FormTypeView(Model):
    """A form that the supplier takes (CF-19)."""

    code: FormCode
    title: Localized
    without_session: bool
    fields: tuple[FormFieldView, ...]


class FormTypes(Model):
    """The forms of the supplier, in the order of its page."""

    rows: tuple[FormTypeView, ...]


class ListFormTypes(IdentityQuery[FormTypes]):
    """The page of change forms; without a session the forms that are taken without one (ID-10, ID-162)."""


class FormSubmitted(Model):
    """The form waits for the back office."""

    form_id: UUID


class SubmitForm(IdentityCommand[FormSubmitted]):
    """An administrator submits a form for the own organisation (ID-162)."""

    code: FormCode
    values: dict[str, Sealed] = Field(max_length=30)
    """By the name of the field; each sealed for identity, for the field `values.<name>` (S40)."""

    bsn: Sealed | None = None
    """The field of kind `bsn`, sealed for identity (ID-168)."""

    attachment: BlobReference | None = None

    @property
    def key(self) -> str:
        """The organisation: its forms come in order."""
        return str(self.actor.organisation_id)


class SubmitOpenForm(IdentityCommand[FormSubmitted]):
    """A legal representative submits a form without a session, with the signed form as proof (ID-10, SP-37)."""

    code: FormCode
    kvk_number: KvkNumber
    representative: LegalRepresentative
    email: EmailAddress
    values: dict[str, Sealed] = Field(max_length=30)
    """By the name of the field; each sealed for identity, for the field `values.<name>` (S40)."""

    attachment: BlobReference

    @property
    def key(self) -> str:
        """The company."""
        return self.kvk_number


class KeepAttachment(IdentityCommand[Done]):
    """Keep the signed form for good; sent by the service to itself, for a file that nobody claims goes after a day."""

    form_id: UUID

    @property
    def key(self) -> str:
        """The form."""
        return str(self.form_id)


class _FormCommand(IdentityCommand[R]):
    form_id: UUID

    @property
    def key(self) -> str:
        """The form."""
        return str(self.form_id)


class CompanyDataEntry(Model):
    """The company data that the back office enters for a form; None leaves as it is (ID-169)."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    address: str | None = Field(default=None, min_length=1, max_length=300)
    phone: PhoneNumber | None = None


class PersonDataEntry(Model):
    """What the back office enters of a person for 'Overige wijzigingen'; None leaves as it is (ID-29, ID-94, ID-97)."""

    role: Role | None = None
    mobile: Sealed | None = None
    """E.164; sealed for the field `person.mobile`."""

    email: EmailAddress | None = None


class FormHandled(Model):
    """What became of a form that was handled (ST-84)."""

    by_hand: bool = False
    """True: it asks what the module does not hold; nothing was changed here."""

    awaits_second: bool = False
    """True: nothing was changed yet; another employee has to enter the same (S9, S25)."""


class HandleForm(_FormCommand[FormHandled]):
    """The back office has handled a form: what it leads to is carried out with it, or refused (ST-84, ID-177).

    Carried out here: company data (as entered), KvK number, branch number, BSN of an owner, ending of an agreement or
    of a credential, a new activation letter, an OTP device, the own mobile number, a person's role, mobile number and
    e-mail address (as entered). The rest is free text, or of another service, and is done by hand.
    """

    takes_away: ClassVar[bool] = True

    company: CompanyDataEntry | None = None
    credential_id: UUID | None = None
    """Whose credential is meant, where the form names the person in words (ID-163 to ID-166)."""

    person: PersonDataEntry | None = None
    """What the form for other changes asks in words; without it the form is done by hand (ID-165)."""

    agreed: bool = False
    """Whether the form agrees to the fee of what it asks, where there is one (ID-86, BI-16)."""

    note: str = Field(default="", max_length=1000)


class RefuseForm(_FormCommand[Done]):
    """The back office refuses a form with a reason (ST-84)."""

    reason: str = Field(min_length=1, max_length=1000)


class FormView(Model):
    """A form in the back office's queue, or of the own organisation; a BSN is never in it (ID-168)."""

    form_id: UUID
    code: FormCode
    title: Localized
    kvk_number: KvkNumber
    organisation_id: UUID | None
    """None: the company is no customer here."""

    values: dict[str, Sealed]
    """By the name of the field; each sealed for the gateway, for the field `rows.<place>.values.<name>` (S40)."""

    representative: str | None = None
    """Who signed, of a form without a session."""

    representative_checked: bool = True
    """False: the register names no signatories, so the back office checks who signed."""

    email: KnownEmailAddress | None = None
    has_attachment: bool
    has_bsn: bool
    submitted_at: datetime
    status: FormStatus
    reason: str | None = None
    by_hand: bool = False
    """Of a handled form: it was done by hand, outside the module."""

    awaits_second: bool = False
    """One employee has entered what it asks; another has to enter the same (S9, S25)."""


class FormPage(Page):
    """A part of the forms."""

    rows: tuple[FormView, ...] = ()


class ListForms(IdentityQuery[FormPage]):
    """Forms: for the back office the queue, oldest first; for an administrator those of the organisation."""

    status: FormStatus = FormStatus.SUBMITTED
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class FormAttachment(Model):
    """The signed form."""

    blob: BlobReference


class GetFormAttachment(IdentityQuery[FormAttachment]):
    """The signed form, for the back office."""

    form_id: UUID
