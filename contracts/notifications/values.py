"""What notifications tells apart: refusals, how far a delivery got, what it is for."""

from contracts.values.terms import Term


class NotificationsRefusal(Term):
    """Why notifications refuses."""

    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"
    WRONG_STATUS = "wrong_status"
    NOT_SENT_AGAIN = "not_sent_again"
    CONTENT_GONE = "content_gone"
    SUPERSEDED = "superseded"


class DeliveryStatus(Term):
    """How far a notification got (R22)."""

    PLANNED = "planned"
    SENT = "sent"
    FAILED = "failed"


class Purpose(Term):
    """What a delivery or document is for."""

    INVITATION = "invitation"
    LOGIN_CODE = "login_code"
    VALIDATION_CODE = "validation_code"
    ACTIVATION_LETTER = "activation_letter"
    DEVICE_LETTER = "device_letter"
    APPLICATION_REJECTED = "application_rejected"
    AGREEMENT = "agreement"
    CONTRACT = "contract"
    NOTICE = "notice"
    RECOVERY = "recovery"
    ACCOUNT_NOTICE = "account_notice"


class AfterFailure(Term):
    """What is possible after an identification that did not succeed (ST-77)."""

    APPOINTMENT = "appointment"
    """Another appointment within the days of the activation letter, or another letter."""

    LETTER = "letter"
    """Another letter: the days of the last one are over."""

    UPGRADE = "upgrade"
    """Another appointment while the upgrade is in treatment; the credential stays as it is (SP-15)."""


class AccountNotice(Term):
    """What the holder of an account is told by e-mail, so that a stranger's doing does not go unseen (S7, S10, S12)."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a code)
    DEVICE_ASSIGNED = "device_assigned"
    LOGIN_OFF = "login_off"
    SESSION_REUSED = "session_reused"
    EMAIL_CHANGED = "email_changed"
    """Goes to the old address."""
