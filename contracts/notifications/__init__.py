"""Messages of notifications: message box (berichtenbox), e-mail, SMS, letters and documents."""

from datetime import date, datetime
from typing import ClassVar, TypeVar
from uuid import UUID

from contracts.actor import Actor
from contracts.chain import Contact, NamedRelation, Scope, Sender
from contracts.identity import FormStatus, PersonName
from contracts.message import BlobReference, Command, Done, Event, Model, Sealed, State
from contracts.notifications.reading import (
    BoxMessage as BoxMessage,
    BoxPage as BoxPage,
    FailedDelivery as FailedDelivery,
    FailedDeliveryPage as FailedDeliveryPage,
    ListFailedDeliveries as ListFailedDeliveries,
    ListMessages as ListMessages,
    MarkRead as MarkRead,
    NotificationsQuery as NotificationsQuery,
)
from contracts.notifications.values import (
    AccountNotice as AccountNotice,
    AfterFailure as AfterFailure,
    DeliveryStatus as DeliveryStatus,
    NotificationsRefusal as NotificationsRefusal,
    Purpose as Purpose,
)
from contracts.values import EmailAddress, KvkNumber, Language, Localized

R = TypeVar("R", bound=Model)


class DeliveryState(State):
    """A message to somebody outside; the id is the notification's."""

    subject_id: UUID
    """What it is about: the chain authorization, the credential, the login."""

    purpose: Purpose
    status: DeliveryStatus


class DocumentState(State):
    """A document that was made for a subject."""

    subject_id: UUID
    purpose: Purpose
    blob: BlobReference


class NotificationsEvent(Event):
    """A fact of notifications."""

    service: ClassVar[str] = "notifications"
    domain: ClassVar[str] = "notifications"


class DeliveryEvent(NotificationsEvent):
    """A fact of a delivery."""

    state: DeliveryState


class DeliveryFailed(DeliveryEvent):
    """A notification cannot be delivered (NO-21, SP-116)."""


class DeliverySnapshot(DeliveryEvent):
    """The present state of a delivery that had events."""

    snapshot: ClassVar[bool] = True


class DocumentEvent(NotificationsEvent):
    """A fact of a document."""

    state: DocumentState


class DocumentMade(DocumentEvent):
    """A document lies ready in the blob store."""


class DocumentSnapshot(DocumentEvent):
    """The present state of a document."""

    snapshot: ClassVar[bool] = True


class NotificationsCommand(Command[R]):
    """A command to notifications; senders are services."""

    service: ClassVar[str] = "notifications"
    domain: ClassVar[str] = "notifications"

    actor: Actor
    notification_id: UUID

    @property
    def key(self) -> str:
        """The notification."""
        return str(self.notification_id)


class SendInvitation(NotificationsCommand[Done]):
    """Invite the contact person of a relation by e-mail (NO-17 to NO-19)."""

    chain_authorization_id: UUID
    contact: Contact
    sender: Sender
    intermediary_name: str
    relation: NamedRelation
    scope: Scope
    service_names: tuple[str, ...]
    """In the invitation's language."""

    language: Language
    answer_by: datetime
    link: Sealed


class SendLoginCode(NotificationsCommand[Done]):
    """Send the code of a login by SMS (NO-12); never again after its end."""

    login_id: UUID
    mobile: Sealed
    code: Sealed
    language: Language
    expires_at: datetime


class SendValidationCode(NotificationsCommand[Done]):
    """Send the validation code of an activation by e-mail (NO-11)."""

    credential_id: UUID
    email: EmailAddress
    name: PersonName
    code: Sealed
    language: Language


class SendRecoveryLink(NotificationsCommand[Done]):
    """Send user name and recovery link by e-mail (ID-188); never again after its end."""

    person_id: UUID
    email: EmailAddress
    name: PersonName
    user_name: Sealed
    link: Sealed
    language: Language
    expires_at: datetime


class SendAccountNotice(NotificationsCommand[Done]):
    """Tell the holder of an account by e-mail what happened to it (S7, S10, S12, S15)."""

    person_id: UUID
    email: EmailAddress
    name: PersonName
    notice: AccountNotice
    language: Language


class SendFormOutcome(NotificationsCommand[Done]):
    """Tell who has submitted a change form by e-mail that it was handled, or refused and why (ST-84, SP-37)."""

    form_id: UUID
    email: EmailAddress
    name: str
    title: Localized
    kvk_number: KvkNumber
    status: FormStatus
    reason: str = ""
    language: Language


class SendIdentificationFailed(NotificationsCommand[Done]):
    """Tell a holder by e-mail that the identification did not succeed, and what is possible now (ST-77)."""

    credential_id: UUID
    email: EmailAddress
    name: PersonName
    organisation_name: str
    after: AfterFailure
    appoint_by: date | None = None
    """The last day of an appointment for a credential that is to be activated."""

    by_partner: bool
    """The partner makes the appointment; otherwise the supplier does."""

    language: Language


class SendNumberNotice(NotificationsCommand[Done]):
    """Tell a mobile number by SMS that login codes do not come to it any more (S7)."""

    person_id: UUID
    mobile: Sealed
    language: Language


class SendActivationLetter(NotificationsCommand[Done]):
    """Send the activation letter by the profile's channels (NO-08, CF-11)."""

    credential_id: UUID
    name: PersonName
    email: EmailAddress
    organisation_name: str
    address: str
    """The company's address at the trade register, lines parted by a newline."""

    code: Sealed
    language: Language
    activate_by: datetime


class SendDeviceLetter(NotificationsCommand[Done]):
    """Send an OTP device by post, with a letter that says how to use it (NO-14, MS-06)."""

    order_id: UUID
    name: PersonName
    organisation_name: str
    address: Sealed
    """Lines parted by a newline."""

    serial: str
    """The device that the print house encloses."""

    language: Language


class Deliver(NotificationsCommand[Done]):
    """Make the planned delivery; sent by the service to itself, so that the outside call stands apart (R22)."""


class SendAgain(NotificationsCommand[Done]):
    """The back office has an e-mail or letter that could not be delivered sent again, as it was (SP-116)."""


class RecordDocument(Command[Done]):
    """Record a document that is made; sent by the service to itself, under an id of the document (ST-46, R22)."""

    service: ClassVar[str] = "notifications"
    domain: ClassVar[str] = "notifications"

    actor: Actor
    document_id: UUID
    blob: BlobReference

    @property
    def key(self) -> str:
        """The document."""
        return str(self.document_id)
