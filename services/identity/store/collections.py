"""The collections of identity: what is audited, what is found by which fields, what goes away by itself."""

from typing import Any, Final

from chassis.mongo import Collection, Index
from services.identity.domain.activation import Activation, Letter
from services.identity.domain.additions import Addition
from services.identity.domain.applications import Application, Organisation
from services.identity.domain.clients import MachineClient, UsedAssertion
from services.identity.domain.credentials import Credential
from services.identity.domain.devices import Device, DeviceReview
from services.identity.domain.documents import DocumentLook, IdentityDocument
from services.identity.domain.forms import ChangeForm
from services.identity.domain.identification import Identification
from services.identity.domain.listing import found_by
from services.identity.domain.logins import Attempts, Login, LoginRecord
from services.identity.domain.mutations import Mutation
from services.identity.domain.orders import DeviceOrder
from services.identity.domain.organisations import SignalsRead
from services.identity.domain.people import Account, Authenticator, Person
from services.identity.domain.recovery import Links, Recovery
from services.identity.domain.sessions import Session
from services.identity.domain.texting import SmsCount

_DAY_S: Final = 24 * 3600
_HISTORY_S: Final = 397 * _DAY_S
"""13 months (SP-44)."""

_QUEUED: Final = (("status", 1), ("submitted_at", 1), ("_id", 1))
"""The order of changes that wait."""

_OVERVIEW: Final = (("organisation_id", 1), ("open", 1))
"""What the overview of users begins with."""

OVERVIEW_INDEX: Final = (*_OVERVIEW, ("order", 1), ("text", 1), ("status", 1), ("role", 1), ("level", 1))
"""The order of the overview, with the text searched and what narrows it behind (SP-118)."""

LOCKED_INDEX: Final = (("_id", 1), ("mutation_id", 1))
"""The persons of whom a change is pending (ID-111): few, so that none of a page is found soon."""

ORGANISATIONS: Final = Collection(
    "organisations",
    Organisation,
    indexes=(Index((("kvk_number", 1),)),),
    audited=True,
    audit_scope=lambda organisation: organisation.id,
)
APPLICATIONS: Final = Collection(
    "applications",
    Application,
    indexes=(Index((("status", 1), ("submitted_at", 1), ("_id", 1))),),
    audited=True,
    audit_scope=lambda application: application.organisation_id,
)
CREDENTIALS: Final = Collection(
    "credentials",
    Credential,
    indexes=(
        Index(OVERVIEW_INDEX),
        Index((*_OVERVIEW, ("grams", 1))),
        Index((("organisation_id", 1), ("marks", 1))),
    ),
    audited=True,
    audit_scope=lambda credential: credential.organisation_id,
    audit_person=lambda credential: credential.person_id,
    found_by=found_by,
)
MUTATIONS: Final = Collection(
    "mutations",
    Mutation,
    indexes=(
        Index(_QUEUED),
        Index((("organisation_id", 1), *_QUEUED)),
        Index((("lines.organisation_id", 1), *_QUEUED)),
    ),
    audited=True,
    audit_scope=lambda mutation: mutation.organisation_id,
    audit_person=lambda mutation: mutation.person_id,
)
PERSONS: Final = Collection(
    "persons",
    Person,
    indexes=(Index((("email", 1),), any_case=True), Index(LOCKED_INDEX, partial={"mutation_id": {"$type": "binData"}})),
    audited=True,
    audit_person=lambda person: person.id,
)
ACCOUNTS: Final = Collection(
    "accounts",
    Account,
    indexes=tuple(Index(((roles, 1),), partial={roles: {"$gt": ""}}) for roles in ("staff_roles", "asked_roles")),
    audited=True,
    audit_person=lambda account: account.person_id,
)
AUTHENTICATORS: Final = Collection("authenticators", Authenticator)
LETTERS: Final = Collection("letters", Letter)
ACTIVATIONS: Final = Collection("activations", Activation, indexes=(Index((("expires_at", 1),), ttl_s=_DAY_S),))
ATTEMPTS: Final = Collection("attempts", Attempts, indexes=(Index((("last_at", 1),), ttl_s=30 * _DAY_S),))
LOGINS: Final = Collection(
    "logins", Login, indexes=(Index((("expires_at", 1),), ttl_s=_DAY_S), Index((("account_id", 1),)))
)
HISTORY: Final = Collection(
    "login_history",
    LoginRecord,
    indexes=(Index((("person_id", 1), ("at", -1))), Index((("at", 1),), ttl_s=_HISTORY_S)),
    audited=True,
    audit_scope=lambda record: record.organisation_id,
    audit_person=lambda record: record.person_id,
)
SESSIONS: Final = Collection(
    "sessions",
    Session,
    indexes=(
        Index((("credential_id", 1),), partial={"ended": False}),
        Index((("ends_at", 1),), ttl_s=_DAY_S),
        Index((("person_id", 1),), partial={"ended": False}),
    ),
    audited=True,
    audit_person=lambda session: session.person_id,
)
IDENTITY_DOCUMENTS: Final = Collection(
    "identity_documents", IdentityDocument, audited=True, audit_scope=lambda document: document.organisation_id
)
DOCUMENT_LOOKS: Final = Collection(
    "document_looks", DocumentLook, audited=True, audit_scope=lambda look: look.organisation_id
)
IDENTIFICATIONS: Final = Collection(
    "identifications",
    Identification,
    indexes=(Index((("status", 1), ("ordered_at", 1), ("_id", 1))),),
    audited=True,
    audit_scope=lambda identification: identification.organisation_id,
)
RECOVERIES: Final = Collection("recoveries", Recovery, indexes=(Index((("expires_at", 1),), ttl_s=_DAY_S),))
LINKS: Final = Collection("recovery_links", Links)
SMS_COUNTS: Final = Collection("sms_counts", SmsCount, indexes=(Index((("last_at", 1),), ttl_s=2 * _DAY_S),))
DEVICES: Final = Collection("otp_devices", Device, indexes=(Index((("person_id", 1), ("imported_at", 1), ("_id", 1))),))
DEVICE_REVIEWS: Final = Collection(
    "device_reviews",
    DeviceReview,
    indexes=(Index((("submitted_at", 1), ("_id", 1))),),
    audited=True,
    audit_person=lambda review: review.person_id,
)
DEVICE_ORDERS: Final = Collection(
    "device_orders",
    DeviceOrder,
    indexes=(
        Index((("status", 1), ("submitted_at", 1), ("_id", 1))),
        Index((("credential_id", 1),), partial={"status": "waiting"}),
    ),
    audited=True,
    audit_scope=lambda order: order.organisation_id,
)
ADDITIONS: Final = Collection(
    "additions",
    Addition,
    indexes=(
        Index((("status", 1), ("submitted_at", 1), ("_id", 1))),
        Index((("person_id", 1), ("submitted_at", 1), ("_id", 1))),
    ),
    audited=True,
    audit_scope=lambda addition: addition.requested_from,
)
FORMS: Final = Collection(
    "forms",
    ChangeForm,
    indexes=(
        Index((("status", 1), ("submitted_at", 1), ("_id", 1))),
        Index((("organisation_id", 1), ("status", 1), ("submitted_at", 1), ("_id", 1))),
    ),
    audited=True,
    audit_scope=lambda form: form.organisation_id,
)
SIGNALS_READ: Final = Collection("signals_read", SignalsRead)
CLIENTS: Final = Collection("machine_clients", MachineClient, audited=True)
USED_ASSERTIONS: Final = Collection(
    "used_assertions", UsedAssertion, indexes=(Index((("expires_at", 1),), ttl_s=_DAY_S),)
)

COLLECTIONS: Final[tuple[Collection[Any], ...]] = (
    ORGANISATIONS,
    APPLICATIONS,
    CREDENTIALS,
    MUTATIONS,
    PERSONS,
    ACCOUNTS,
    AUTHENTICATORS,
    LETTERS,
    ACTIVATIONS,
    ATTEMPTS,
    LOGINS,
    HISTORY,
    SESSIONS,
    IDENTITY_DOCUMENTS,
    DOCUMENT_LOOKS,
    IDENTIFICATIONS,
    RECOVERIES,
    LINKS,
    SMS_COUNTS,
    DEVICES,
    DEVICE_REVIEWS,
    DEVICE_ORDERS,
    ADDITIONS,
    FORMS,
    SIGNALS_READ,
    CLIENTS,
    USED_ASSERTIONS,
)
