"""Admission of a request: address, token, session, policy and rate limits, in that order."""

import logging
from typing import TYPE_CHECKING

from fastapi import Request

from contracts.actor import ANYONE, Actor, ActorKind
from gateway.addresses import caller_address
from gateway.caller import Caller
from gateway.cookies import device_of
from gateway.errors import ProblemError
from gateway.language import language_of
from gateway.limits import retry_after
from gateway.policy import Policy, check
from gateway.tokens import InvalidTokenError

if TYPE_CHECKING:
    from gateway.process import Gateway

log = logging.getLogger(__name__)
_INVALID = {"WWW-Authenticate": 'Bearer realm="volmacht", error="invalid_token"'}


class Admission:
    """Lets requests in, or raises the problem that refuses them."""

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._settings = gateway.settings

    async def admit(self, request: Request, declared: Policy, path: str) -> Caller:
        """Return the caller of a request that the policy admits."""
        address = caller_address(request.scope, self._settings.trusted_proxies)
        await self._limit({f"address:{address}": self._settings.rate_address})
        actor = self._actor(request, declared)
        try:
            check(actor, declared)
        except ProblemError as refused:
            log.info("denied", extra={"route": path, "why": refused.code, "actor": _name(actor)})
            raise
        device, is_new = device_of(request.cookies)
        caller = Caller(self._gateway, request, actor, path, device=device, device_is_new=is_new)
        await self._limit(self._rates(actor, caller.principal))
        return caller

    async def limit_lookup(self, request: Request) -> None:
        """Raise the problem for an address that looks companies up too often without a session."""
        address = caller_address(request.scope, self._settings.trusted_proxies)
        await self._limit({f"lookup:{address}": self._settings.rate_lookup})

    def _actor(self, request: Request, declared: Policy) -> Actor:
        """Return who speaks; a route for visitors alone looks at no token."""
        header = request.headers.get("authorization")
        if header is None or declared.who == {ActorKind.ANYONE}:
            return ANYONE.model_copy(update={"language": language_of(request.scope)})
        scheme, _, token = header.partition(" ")
        try:
            actor = self._gateway.tokens.read(token if scheme.lower() == "bearer" else "", self._gateway.clock.now())
        except InvalidTokenError as error:
            raise ProblemError("invalid_token", headers=_INVALID) from error
        if actor.session_id in self._gateway.ended:
            raise ProblemError("session_ended", headers=_INVALID)
        return actor

    def _rates(self, actor: Actor, principal: str) -> dict[str, float]:
        if actor.kind is ActorKind.CLIENT:
            return {principal: self._settings.rate_organisation}
        rates = {principal: self._settings.rate_principal} if actor.kind is not ActorKind.ANYONE else {}
        if actor.organisation_id is not None:
            rates[f"organisation:{actor.organisation_id}"] = self._settings.rate_organisation
        return rates

    async def _limit(self, rates: dict[str, float]) -> None:
        if rates and (wait := await self._gateway.limits.take(rates)) > 0:
            raise ProblemError("rate_limited", headers={"Retry-After": str(retry_after(wait))})


def _name(actor: Actor) -> str:
    return f"{actor.kind}:{actor.person_id or actor.client_id or '-'}"
