"""The caller of a request: who asks, under which command id, and the way to the services."""

import hmac
import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar
from uuid import NAMESPACE_URL, UUID

from fastapi import Request, Response

from chassis import traces
from chassis.asking import NoAnswerError
from chassis.ids import derived, fresh
from contracts.actor import Actor, ActorKind
from contracts.message import Command, Model, Query, Reply, SealedText
from contracts.values import Localized
from gateway.addresses import caller_address, network_of
from gateway.cookies import Proof, give_device, proofs_in
from gateway.errors import ProblemError, RefusedError, invalid
from gateway.language import language_of

if TYPE_CHECKING:
    from gateway.process import Gateway

R = TypeVar("R", bound=Model)
_COMMANDS = derived(NAMESPACE_URL, "urn:volmacht:commands")
_KEY_FORM = re.compile(r"[\x21-\x7e]{1,255}")
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_PROCESSING = Localized(nl="wordt verwerkt", en="being processed")
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class LaterError(Exception):
    """No outcome yet: the request is stored, and can be read under this id (202)."""

    def __init__(self, id_: UUID) -> None:
        super().__init__(str(id_))
        self.id = id_


class Caller:
    """Who asks. `id` is the id of the command that the request becomes: the same for a repeated Idempotency-Key."""

    def __init__(
        self, gateway: "Gateway", request: Request, actor: Actor, path: str, *, device: str, device_is_new: bool
    ) -> None:
        self.gateway = gateway
        self.actor = actor
        self.language = language_of(request.scope)
        self.device = device
        self._device_is_new = device_is_new
        self._request = request
        self._digest = hmac.new(gateway.digest_key, digestmod=sha256)
        self.mix(request.method, request.scope["path"], request.scope["query_string"])
        self.id = self._command_id(request, path)

    @property
    def network(self) -> str:
        """The network that the request comes from (S8)."""
        return network_of(caller_address(self._request.scope, self.gateway.settings.trusted_proxies))

    @property
    def principal(self) -> str:
        """Who asks: person at organisation, client, or a visitor's device."""
        return self._name(self.device)

    def owners(self, id_: UUID) -> tuple[str, ...]:
        """Whose stored request the caller may read under an id: the own, and the visitor's that it has the proof of."""
        proof = proofs_in(self._request.cookies).get(id_)
        return (self.principal, proof.owner) if proof else (self.principal,)

    @property
    def owner(self) -> str:
        """Whose request this one is, when it is stored.

        A visitor's device is no name for that: a browser whose first requests go out at once keeps the cookie of one.
        """
        return self._proof.owner if self.visits else self.principal

    @property
    def uploader(self) -> Proof:
        """The proof by which a visitor's upload is known: one that the browser holds, else that of this request.

        One cookie for all uploads: with one for each, those of some fifty persons are more than a proxy takes.
        """
        return next(iter(proofs_in(self._request.cookies).values()), self._proof)

    @property
    def visits(self) -> bool:
        """Whether the caller has no session."""
        return self.actor.kind is ActorKind.ANYONE

    @property
    def _proof(self) -> Proof:
        """What only who has made this very request gets: a repetition the same, the same key with another body not."""
        text = f"proof:{self.id}:{self.digest}"
        return Proof(self.id, hmac.new(self.gateway.digest_key, text.encode(), sha256).hexdigest())

    def _name(self, device: str) -> str:
        actor = self.actor
        who = device if self.visits else actor.person_id or actor.client_id
        return f"{actor.kind}:{who}:{actor.organisation_id or '-'}"

    def _command_id(self, request: Request, path: str) -> UUID:
        key = request.headers.get("idempotency-key")
        if key is None or request.method not in _CHANGING:
            return fresh()
        if not _KEY_FORM.fullmatch(key):
            raise invalid("header.Idempotency-Key", "string_pattern_mismatch", self.language)
        # A repetition may never have seen the cookie of a device that is new with this very request.
        who = self._name("-" if self._device_is_new else self.device)
        return derived(_COMMANDS, who, request.method, path, key)

    # the body

    def mix(self, *parts: str | bytes) -> None:
        """Take a part of the request into the digest by which the same key with another body is noticed."""
        for part in parts:
            data = part.encode() if isinstance(part, str) else part
            self._digest.update(len(data).to_bytes(8, "big") + data)

    @property
    def digest(self) -> str:
        """HMAC of what was asked, so far."""
        return self._digest.hexdigest()

    async def read_body(self, request: Request) -> None:
        """Read a JSON body within its limits; other bodies are read by their route."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method not in _CHANGING or kind != "application/json":
            return
        body = await request.body()
        if _depth(body) > self.gateway.settings.json_depth:
            raise ProblemError("too_deep")
        if not body:
            return
        try:
            content = await request.json()
        except (ValueError, RecursionError) as error:
            raise invalid("body", "json_invalid", self.language) from error
        self.mix(json.dumps(content, sort_keys=True, separators=(",", ":")))

    # cursors of lists: signed, so that a service only ever reads what a service has written

    def give_cursor(self, cursor: str | None) -> str | None:
        """Return a service's cursor in the form that goes out."""
        return None if cursor is None else f"{self._signature(cursor)}.{cursor}"

    def take_cursor(self, given: str | None) -> str | None:
        """Return the service's cursor; raise a problem for one that this route has not given."""
        if given is None:
            return None
        signature, _, cursor = given.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(cursor).encode()):
            raise invalid("query.cursor", "cursor_invalid", self.language)
        return cursor

    def _signature(self, cursor: str) -> str:
        text = f"cursor:{self._request.scope['path']}:{cursor}"
        return hmac.new(self.gateway.digest_key, text.encode(), sha256).hexdigest()[:32]

    # the way to the services

    def seal(self, text: str, to: str, field: str, *, id_: UUID | None = None) -> SealedText:
        """Return a secret for a field of the command that the request becomes, or of the message `id_`."""
        return self.gateway.sealer.seal(text, to=to, message_id=id_ or self.id, field=field)

    def seal_lines(self, lines: Iterable[str], to: str, field: str) -> SealedText:
        """Return an address in lines, the empty ones left out, as one secret."""
        return self.seal("\n".join(line.strip() for line in lines if line.strip()), to, field)

    def open(self, sealed: SealedText, field: str, *, id_: UUID | None = None) -> str:
        """Return a secret of the answer."""
        return self.gateway.sealer.open(sealed, message_id=id_ or self.id, field=field)

    async def ask(self, query: Query[R], *, id_: UUID | None = None) -> R:
        """Return the answer to a query; raise RefusedError, or NoAnswerError when none comes in time."""
        gateway, patient = self.gateway, type(query).patient
        limit = gateway.settings.patient_limit_s if patient else gateway.settings.query_limit_s
        answer = await gateway.asker.ask(
            query, id_=id_ or fresh(), time=gateway.clock.now(), limit_s=limit,
            traceparent=traces.current_traceparent(),
        )  # fmt: skip
        return _result(answer)

    async def command(self, command: Command[R]) -> R:
        """Return the outcome of a command; raise RefusedError, or LaterError once the command is stored."""
        gateway, limit = self.gateway, self.gateway.settings.command_limit_s
        question = gateway.asker.question(
            command, id_=self.id, time=gateway.clock.now(), limit_s=limit, digest=self.digest,
            traceparent=traces.current_traceparent(),
        )  # fmt: skip
        try:
            reply = await gateway.asker.put(question, limit, command.reply_type())
        except NoAnswerError as error:
            await gateway.requests.keep(question, command, self.owner)
            raise LaterError(self.id) from error
        result = _result(reply)
        if command.takes_away and not await gateway.requests.applied(reply.wrote):
            await gateway.requests.keep_answered(question, command, self.owner, reply)
            raise LaterError(self.id)
        return result

    async def being_processed(self, *ids: UUID) -> frozenset[UUID]:
        """Return which of these records an accepted request changes whose owner has not confirmed it (SP-07)."""
        return await self.gateway.requests.unconfirmed(self.actor.organisation_id, ids)

    def processing(self, *, unconfirmed: bool) -> str | None:
        """Return the label of a record that is being processed."""
        return _PROCESSING.in_(self.language) if unconfirmed else None

    # the answer

    def dress(self, response: Response) -> None:
        """Give a visitor a device cookie, by which an own browser is told from others' guesses (S11)."""
        if self._device_is_new and self.visits and self._request.method in _CHANGING:
            give_device(response, self.device)

    def prove(self, response: Response) -> None:
        """Give a visitor the proof of a stored request, by which its outcome is read; never in an address (S32)."""
        if self.visits:
            self._proof.give(response)

    def prove_upload(self, response: Response) -> None:
        """Give a visitor the proof by which a file is used that was uploaded; the day of one held begins anew."""
        if self.visits:
            self.uploader.give(response)


def _result(answer: Reply[R]) -> R:
    if answer.refusal is not None:
        raise RefusedError(answer.refusal)
    assert answer.result is not None, "a reply holds a result or a refusal"
    return answer.result


def _depth(body: bytes) -> int:
    """Return how deep a JSON text is nested, without parsing it."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(body):
        match found[0]:
            case b"[" | b"{":
                depth += 1
                deepest = max(deepest, depth)
            case b"]" | b"}":
                depth -= 1
    return deepest
