"""Recovery of password and user name by a link in an e-mail (ID-188, ID-189, SP-43, S9, S10)."""

__all__ = (
    "CompleteRecovery",
    "OpenRecovery",
    "RecoveryOpened",
    "SendRecovery",
    "StartRecovery",
    "recovery_key",
)

from datetime import datetime
from hashlib import sha256

from pydantic import Field

from contracts.identity.base import IdentityCommand
from contracts.identity.values import SecondFactor
from contracts.message import Done, Model, Sealed
from contracts.values import EmailAddress


def recovery_key(token: str) -> str:
    """Return what is kept of a recovery link."""
    return sha256(token.encode()).hexdigest()


class _ByAddress(IdentityCommand[Done]):
    email: EmailAddress

    @property
    def key(self) -> str:
        """The address, hashed: a key holds no personal data."""
        return sha256(self.email.casefold().encode()).hexdigest()


class StartRecovery(_ByAddress):
    """Ask for user name and recovery link by e-mail; the answer is the same whether there is an account (ID-189)."""


class SendRecovery(_ByAddress):
    """Send the e-mail where the address has an account; identity to itself, so that asking takes equally long (S4)."""


class RecoveryOpened(Model):
    """The link counts; with SMS a code is on its way."""

    second_factor: SecondFactor | None
    """None: the level has no second factor, the link alone counts (CF-02)."""

    expires_at: datetime


class OpenRecovery(IdentityCommand[RecoveryOpened]):
    """Show which second factor the link asks for, and send the code where it is SMS (SP-43)."""

    token_hash: str = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def key(self) -> str:
        """The link."""
        return self.token_hash


class CompleteRecovery(IdentityCommand[Done]):
    """Choose a new password with link and second factor; this opens no session (S9, S10)."""

    token_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    code: Sealed | None = None
    password: Sealed
    end_sessions: bool = True

    @property
    def key(self) -> str:
        """The link."""
        return self.token_hash
