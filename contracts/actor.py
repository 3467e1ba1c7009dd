"""Who asks: put into the body of commands and queries by the gateway, from the verified token."""

from uuid import UUID

from contracts.message import Model
from contracts.values import Language, Level, Oin, Role
from contracts.values.terms import Term


class ActorKind(Term):
    """On which ground the actor acts."""

    PERSON = "person"
    STAFF = "staff"
    CLIENT = "client"
    ANYONE = "anyone"
    SYSTEM = "system"


class StaffRole(Term):
    """What an employee of the supplier's back office may do (SP-128)."""

    HANDLER = "handler"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"


class Actor(Model):
    """A person at an organisation, an employee of the supplier, a machine client, a visitor or the system itself."""

    kind: ActorKind
    person_id: UUID | None = None
    organisation_id: UUID | None = None
    role: Role | None = None
    level: Level | None = None
    staff_roles: frozenset[StaffRole] = frozenset()
    session_id: UUID | None = None
    client_id: UUID | None = None
    oin: Oin | None = None
    language: Language = Language.NL


ANYONE = Actor(kind=ActorKind.ANYONE)
SYSTEM = Actor(kind=ActorKind.SYSTEM)
