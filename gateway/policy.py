"""Who may use a route: declared at each, checked before anything of the request's body is read (S19)."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from chassis import traces
from contracts.actor import Actor, ActorKind, StaffRole
from contracts.values import Level, Role
from gateway.errors import ProblemError

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_MARK = "__policy__"


class UndeclaredPolicyError(TypeError):
    """A route says not who may use it: the gateway does not start."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may use a route. Services check again, with what they know of organisation and objects."""

    who: frozenset[ActorKind]
    role: Role | None = None
    level: Level | None = None
    staff_roles: frozenset[StaffRole] = frozenset()
    member: bool = False
    """Only a person who acts for an organisation."""

    @property
    def open(self) -> bool:
        """Whether no token is needed."""
        return ActorKind.ANYONE in self.who

    def refusal(self, actor: Actor) -> str | None:
        """Return the code with which an actor is refused; None for who may pass."""
        if self.open:
            return None
        if actor.kind is ActorKind.ANYONE:
            return "unauthenticated"
        if actor.kind not in self.who:
            return "not_allowed"
        if actor.kind is ActorKind.STAFF:
            return None if not self.staff_roles or actor.staff_roles & self.staff_roles else "not_allowed"
        return self._refuses_person(actor) if actor.kind is ActorKind.PERSON else None

    def _refuses_person(self, actor: Actor) -> str | None:
        if self.role is not None and actor.role is not self.role:
            return "not_allowed"
        if self.member and actor.organisation_id is None:
            return "not_allowed"
        if self.level is not None and (actor.level is None or actor.level < self.level):
            return "level_too_low"
        return None

    def describe(self) -> dict[str, Any]:
        """Return the policy as data, for the description of the interface."""
        return {
            "who": sorted(self.who),
            "role": self.role,
            "level": self.level,
            "staffRoles": sorted(self.staff_roles),
            "member": self.member or self.role is not None,
        }


def policy(
    *who: ActorKind,
    role: Role | None = None,
    level: Level | None = None,
    staff: tuple[StaffRole, ...] = (),
    member: bool = False,
) -> Callable[[Endpoint], Endpoint]:
    """Declare who may use a route."""
    declared = Policy(frozenset(who), role, level, frozenset(staff), member)

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, declared)
        return endpoint

    return declare


def policy_of(endpoint: Callable[..., Any]) -> Policy:
    """Return the policy of a route; raise UndeclaredPolicyError when it has none."""
    found = getattr(endpoint, _MARK, None)
    if not isinstance(found, Policy) or not found.who:
        raise UndeclaredPolicyError(f"{getattr(endpoint, '__name__', endpoint)} declares no policy")
    return found


ANY_STAFF = (StaffRole.HANDLER, StaffRole.REVIEWER, StaffRole.AUDITOR)
DECIDING_STAFF = (StaffRole.HANDLER, StaffRole.REVIEWER)

anyone = policy(ActorKind.ANYONE)
everybody = policy(ActorKind.ANYONE, ActorKind.PERSON, ActorKind.STAFF, ActorKind.CLIENT)
signed_in = policy(ActorKind.PERSON, ActorKind.STAFF)
person = policy(ActorKind.PERSON)
administrator = policy(ActorKind.PERSON, role=Role.ADMINISTRATOR, level=Level.EH2_PLUS)
member = policy(ActorKind.PERSON, member=True)
chain_user = policy(ActorKind.PERSON, level=Level.EH3, member=True)
chain_administrator = policy(ActorKind.PERSON, role=Role.ADMINISTRATOR, level=Level.EH3)
staff_reading = policy(ActorKind.STAFF, staff=ANY_STAFF)
staff_overseeing = policy(ActorKind.STAFF, staff=(StaffRole.REVIEWER, StaffRole.AUDITOR))
staff_managing = policy(ActorKind.STAFF, staff=(StaffRole.REVIEWER,))
staff_deciding = policy(ActorKind.STAFF, staff=DECIDING_STAFF)
machine_client = policy(ActorKind.CLIENT)


class PolicyRoute(APIRoute):
    """A route that cannot be made without a policy, and admits by it before it reads the body."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.policy = policy_of(endpoint)
        super().__init__(path, endpoint, **{**options, "operation_id": to_camel(endpoint.__name__)})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of requests."""
        handle = super().get_route_handler()
        declared, path = self.policy, self.path_format

        async def admit_first(request: Request) -> Response:
            gateway = request.app.state.gateway
            with traces.start_request(request.headers, f"{request.method} {path}"):
                request.state.caller = caller = await gateway.admission.admit(request, declared, path)
                await caller.read_body(request)
                response = await handle(request)
            caller.dress(response)
            return response

        return admit_first


def check(actor: Actor, declared: Policy) -> None:
    """Raise a problem when the policy refuses the actor."""
    if (code := declared.refusal(actor)) is not None:
        raise ProblemError(code)
