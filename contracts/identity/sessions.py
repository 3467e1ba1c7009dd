"""Commands of login and sessions, and of machine clients (ID.14, GW.1)."""

__all__ = (
    "ClientRegistered",
    "ClientToken",
    "CompleteLogin",
    "EndSession",
    "IssueClientToken",
    "LoginStarted",
    "RefreshSession",
    "RegisterMachineClient",
    "StartLogin",
    "SwitchOrganisation",
    "Tokens",
)

from datetime import datetime
from typing import ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand
from contracts.identity.values import Destination, SecondFactor, account_key
from contracts.message import Done, Model, Sealed
from contracts.values import Oin

R = TypeVar("R", bound=Model)


class LoginStarted(Model):
    """User name and password were right; the second step is open (ID-179)."""

    login_id: UUID
    second_factor: SecondFactor | None
    """None: the level has no second factor, any code completes the login (CF-02)."""

    expires_at: datetime


class StartLogin(IdentityCommand[LoginStarted]):
    """The first step: user name and password (ID-178)."""

    user_name: str = Field(min_length=1, max_length=64)
    password: Sealed
    device: str | None = Field(default=None, max_length=64)
    """The device cookie: failures are counted per device (S11)."""

    network: str | None = Field(default=None, max_length=64)
    """The network that the request comes from: codes by SMS are counted per network (S8)."""

    destination: Destination | None = None
    """The page that the person was on the way to; kept with the login (GW-22)."""

    @property
    def key(self) -> str:
        """The account, hashed: a key holds no personal data."""
        return account_key(self.user_name)


class Tokens(Model):
    """What opens a session: short access token, rotating refresh token."""

    access_token: Sealed
    refresh_token: Sealed
    expires_in: int
    """Seconds until the access token ends."""

    destination: Destination | None = None
    """The page that the login was begun for; None: any."""


class CompleteLogin(IdentityCommand[Tokens]):
    """The second step: the code by SMS or of the OTP device (ID-179 to ID-182)."""

    opens_session: ClassVar[bool] = True

    login_id: UUID
    code: Sealed
    organisation_id: UUID | None = None
    """Which of the person's organisations; None: the first."""

    @property
    def key(self) -> str:
        """The login."""
        return str(self.login_id)


class _SessionCommand(IdentityCommand[R]):
    session_id: UUID

    @property
    def key(self) -> str:
        """The session."""
        return str(self.session_id)


class RefreshSession(_SessionCommand[Tokens]):
    """Exchange a refresh token for new tokens; reuse ends the session (S15)."""

    opens_session: ClassVar[bool] = True

    refresh_token: Sealed


class SwitchOrganisation(_SessionCommand[Tokens]):
    """Choose another of the person's organisations (GW-01)."""

    opens_session: ClassVar[bool] = True

    organisation_id: UUID


class EndSession(_SessionCommand[Done]):
    """Log out (ID-192)."""


class ClientRegistered(Model):
    """A machine client and the id that it names as issuer and subject."""

    client_id: UUID


class RegisterMachineClient(IdentityCommand[ClientRegistered]):
    """Register a service provider's or broker's system, by the back office."""

    oin: Oin
    name: str = Field(min_length=1, max_length=100)
    public_key: dict[str, str]
    """The public JWK (Ed25519 or P-256) whose private half signs the assertions."""

    @property
    def key(self) -> str:
        """The service provider."""
        return self.oin


class ClientToken(Model):
    """A token of 5 minutes with scope `decisions`."""

    access_token: Sealed
    expires_in: int


class IssueClientToken(IdentityCommand[ClientToken]):
    """Exchange a signed assertion (private_key_jwt, RFC 7523) for a token."""

    opens_session: ClassVar[bool] = True

    client_id: UUID
    assertion: Sealed

    @property
    def key(self) -> str:
        """The client."""
        return str(self.client_id)
