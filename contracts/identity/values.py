"""Words of identity: refusals, statuses, names, the key of an account."""

from enum import StrEnum
from hashlib import sha256

from pydantic import Field

from contracts.message import Model


class IdentityRefusal(StrEnum):
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
    ALREADY_CUSTOMER = "already_customer"
    ALREADY_REQUESTED = "already_requested"
    INVALID_MOBILE = "invalid_mobile"
    LEVEL_NOT_OFFERED = "level_not_offered"
    WRONG_STATUS = "wrong_status"
    FOUR_EYES = "four_eyes"
    ACTIVATION_EXPIRED = "activation_expired"
    IDENTIFICATION_MISSING = "identification_missing"
    USER_NAME_TAKEN = "user_name_taken"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 (a code)
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
    CONTRACT_NOT_READY = "contract_not_ready"
    ALREADY_ADDED = "already_added"
    FORM_NOT_OFFERED = "form_not_offered"
    INVALID_FORM = "invalid_form"
    NO_SOLE_PROPRIETOR = "no_sole_proprietor"
    STALE_VERSION = "stale_version"


class CredentialStatus(StrEnum):
    """SM 1 of the catalogue; the labels are in docs/glossary.md."""

    WAITING_APPROVAL = "waiting_approval"
    WAITING_ACTIVATION = "waiting_activation"
    ACTIVATION_EXPIRED = "activation_expired"
    ACTIVE = "active"
    ENDING_SCHEDULED = "ending_scheduled"
    ENDED = "ended"
    REJECTED = "rejected"


class CredentialType(StrEnum):
    """Regular, or restricted to the tax authority (ID.11)."""

    REGULAR = "regular"
    BELASTINGDIENST = "belastingdienst"


class SecondFactor(StrEnum):
    """How the code of the second login step reaches the holder (ID-184)."""

    SMS = "sms"
    OTP = "otp"


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
