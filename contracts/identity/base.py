"""What commands and queries of identity have in common."""

from typing import ClassVar, TypeVar

from contracts.actor import Actor
from contracts.message import Command, Model, Query

R = TypeVar("R", bound=Model)


class IdentityCommand(Command[R]):
    """A command to identity."""

    service: ClassVar[str] = "identity"
    domain: ClassVar[str] = "identities"

    actor: Actor


class IdentityQuery(Query[R]):
    """A question to identity."""

    service: ClassVar[str] = "identity"
    domain: ClassVar[str] = "identities"

    actor: Actor
