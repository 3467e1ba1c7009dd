"""What commands and queries of identity have in common."""

from typing import ClassVar, TypeVar
from uuid import UUID

from contracts.actor import Actor
from contracts.message import Command, Model, Query

R = TypeVar("R", bound=Model)


class IdentityCommand(Command[R]):
    """A command to identity."""

    service: ClassVar[str] = "identity"
    domain: ClassVar[str] = "identities"

    actor: Actor


class CredentialCommand(IdentityCommand[R]):
    """A command on a credential."""

    credential_id: UUID

    @property
    def key(self) -> str:
        """The credential."""
        return str(self.credential_id)


class IdentityQuery(Query[R]):
    """A question to identity."""

    service: ClassVar[str] = "identity"
    domain: ClassVar[str] = "identities"

    actor: Actor
