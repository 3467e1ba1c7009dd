"""Words of identity: refusals, statuses, names, the key of an account."""

__all__ = (
    "CredentialStatus",
    "CredentialType",
    "Destination",
    "EndMoment",
    "IdentityRefusal",
    "MutationAction",
    "MutationKind",
    "MutationStatus",
    "PersonName",
    "SecondFactor",
    "account_key",
    "letter_code_key",
)

from hashlib import sha256

from pydantic import Field

from contracts.message import Model
from contracts.values.terms import Term


class IdentityRefusal(Term):
    """Why identity refuses."""

    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"
    WRONG_CREDENTIALS = "wrong_credentials"
    WRONG_CODE = "wrong_code"
    LOGIN_EXPIRED = "login_expired"
    SESSION_ENDED = "session_ended"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    COMPANY_UNKNOWN = "company_unknown"
    COMPANY_INACTIVE = "company_inactive"
    REGISTER_UNAVAILABLE = "register_unavailable"
    NOT_LEGAL_REPRESENTATIVE = "not_legal_representative"
    NO_ADMINISTRATOR = "no_administrator"
    ORGANISATION_INACTIVE = "organisation_inactive"
    ALREADY_CUSTOMER = "already_customer"
    ALREADY_REQUESTED = "already_requested"
    INVALID_MOBILE = "invalid_mobile"
    BIRTH_DATE_IN_FUTURE = "birth_date_in_future"
    LEVEL_NOT_OFFERED = "level_not_offered"
    WRONG_STATUS = "wrong_status"
    FOUR_EYES = "four_eyes"
    ACTIVATION_EXPIRED = "activation_expired"
    ACTIVATION_VOID = "activation_void"
    LETTER_REPLACED = "letter_replaced"
    IDENTIFICATION_MISSING = "identification_missing"
    USER_NAME_TAKEN = "user_name_taken"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 (a code)
    AUTHENTICATOR_OFF = "authenticator_off"
    RECOVERY_EXPIRED = "recovery_expired"
    REAUTHENTICATION_NEEDED = "reauthentication_needed"
    LANGUAGE_NOT_OFFERED = "language_not_offered"
    INVALID_DEVICE_FILE = "invalid_device_file"
    DEVICE_TAKEN = "device_taken"
    LAST_ADMINISTRATOR = "last_administrator"
    INVALID_ASSERTION = "invalid_assertion"
    INVALID_KEY = "invalid_key"
    NO_BRANCH_NUMBER = "no_branch_number"
    SEVERAL_BRANCHES = "several_branches"
    NOT_OFFERED = "not_offered"
    CONSENT_MISSING = "consent_missing"
    OWN_DATA_UNCHECKED = "own_data_unchecked"
    ONLY_BY_POST = "only_by_post"
    NOT_SIGNED = "not_signed"
    RECEIVED_EARLIER = "received_earlier"
    RECEIVED_LATER = "received_later"
    CONTRACT_NOT_READY = "contract_not_ready"
    ALREADY_ADDED = "already_added"
    FORM_NOT_OFFERED = "form_not_offered"
    INVALID_FORM = "invalid_form"
    NO_SOLE_PROPRIETOR = "no_sole_proprietor"
    STALE_VERSION = "stale_version"
    ABOVE_OWN_LEVEL = "above_own_level"
    AGREEMENT_MISSING = "agreement_missing"
    SECOND_FACTOR_MISSING = "second_factor_missing"
    IDENTITY_DATA_MISSING = "identity_data_missing"
    DOCUMENT_EXPIRES = "document_expires"
    DOCUMENT_SIDE_MISSING = "document_side_missing"
    ADDRESS_MISSING = "address_missing"
    BELASTINGDIENST_PERSONAL = "belastingdienst_personal"
    BELASTINGDIENST_RULES = "belastingdienst_rules"
    BELASTINGDIENST_TAKEN = "belastingdienst_taken"
    QUOTATION_INVALID = "quotation_invalid"
    QUOTATION_EXPIRED = "quotation_expired"
    QUOTATION_USED = "quotation_used"
    NO_GROUND = "no_ground"
    FORM_ONLY = "form_only"
    FILE_MISSING = "file_missing"
    CHANGE_AT_PARTNER = "change_at_partner"
    METHOD_NOT_OFFERED = "method_not_offered"
    INVALID_REPORT = "invalid_report"
    TOO_LATE = "too_late"
    CONFIRMATION_MISSING = "confirmation_missing"
    CHANGE_PENDING = "change_pending"
    OWN_CREDENTIAL = "own_credential"
    OWN_ROLES = "own_roles"
    ROLE_NOT_POSSIBLE = "role_not_possible"
    NO_MOBILE_FACTOR = "no_mobile_factor"
    ALREADY_LINKED = "already_linked"
    WRONG_LEVEL = "wrong_level"
    ALREADY_PLANNED = "already_planned"
    ALREADY_ORDERED = "already_ordered"
    DATA_FIXED = "data_fixed"
    ACTION_REQUIRED = "action_required"
    END_DATE_TOO_EARLY = "end_date_too_early"
    CONVERSION_NOT_OFFERED = "conversion_not_offered"


class CredentialStatus(Term):
    """SM 1 of the catalogue; the labels are in docs/glossary.md."""

    WAITING_APPROVAL = "waiting_approval"
    WAITING_ACTIVATION = "waiting_activation"
    ACTIVATION_EXPIRED = "activation_expired"
    ACTIVE = "active"
    ENDING_SCHEDULED = "ending_scheduled"
    ENDED = "ended"
    REJECTED = "rejected"


class CredentialType(Term):
    """Regular, or restricted to the tax authority (ID.11)."""

    REGULAR = "regular"
    BELASTINGDIENST = "belastingdienst"


class Destination(Term):
    """A page that a login can lead to; a closed list, never an address (GW-22, S32)."""

    ISSUED_CHAIN_AUTHORIZATIONS = "issued-chain-authorizations"


class SecondFactor(Term):
    """How the code of the second login step reaches the holder (ID-184)."""

    SMS = "sms"
    OTP = "otp"


class EndMoment(Term):
    """When a credential ends: one of exactly three options (ID-151)."""

    NOW = "now"
    DATE = "date"
    CONTRACT_END = "contract_end"


class MutationKind(Term):
    """What a change in treatment does (SM 2)."""

    LINK = "link"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    CONVERSION = "conversion"


class MutationStatus(Term):
    """How far a change in treatment is (SM 2); cancelled: the credential was ended meanwhile (SP-16)."""

    SUBMITTED = "submitted"
    PROCESSED = "processed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class MutationAction(Term):
    """What must be done before a change can be processed."""

    IDENTIFICATION = "identification"
    DEVICE = "device"
    DECLARATION = "declaration"


class PersonName(Model):
    """A person's name as on the identity document (SP-20)."""

    initials: str = Field(min_length=1, max_length=30)
    infix: str | None = Field(default=None, max_length=20)
    surname: str = Field(min_length=1, max_length=100)

    @property
    def full(self) -> str:
        """The name in one line."""
        return " ".join(part for part in (self.initials, self.infix, self.surname) if part)


def account_key(user_name: str) -> str:
    """Return the key of an account: user names ignore case (SP-38)."""
    return sha256(user_name.casefold().encode()).hexdigest()


def letter_code_key(code: str) -> str:
    """Return the key of an activation letter: its code as typed, without regard to case, spaces and dashes."""
    return sha256(code.replace("-", "").replace(" ", "").upper().encode()).hexdigest()
