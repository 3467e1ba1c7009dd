"""Machine clients: registered by the back office, a token for a signed assertion (RFC 7523)."""

from chassis.work import Work
from contracts.identity import ClientRegistered, ClientToken, IssueClientToken, RegisterMachineClient
from contracts.message import Refusal
from services.identity.crypto.assertions import public_key, verified_claims
from services.identity.crypto.tokens import ACCESS_LIFE_S
from services.identity.domain.authority import DECIDERS, NOT_ALLOWED, is_staff
from services.identity.domain.claims import client_claims
from services.identity.domain.clients import INVALID_ASSERTION, INVALID_KEY, MachineClient, decide_assertion
from services.identity.store import CLIENTS, USED_ASSERTIONS
from services.identity.tools import Tools


class ClientHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def register(self, command: RegisterMachineClient, work: Work) -> ClientRegistered | Refusal:
        """Register a system with its public key; one provider may have several, so that keys can be changed."""
        if not is_staff(command.actor, DECIDERS):
            return NOT_ALLOWED
        key = public_key(command.public_key)
        if key is None:
            return INVALID_KEY
        client = MachineClient(work.new_id(), command.oin, command.name, key)
        await work.put(CLIENTS, client)
        return ClientRegistered(client_id=client.id)

    async def issue(self, command: IssueClientToken, work: Work) -> ClientToken | Refusal:
        """Give a token for an assertion that this client signed and that was never taken before."""
        client = await work.get(CLIENTS, command.client_id)
        assertion = self._tools.open(command.assertion, work.id, "assertion")
        claims = verified_claims(assertion, client.public_key) if client else None
        if client is None or claims is None:
            return INVALID_ASSERTION
        used = decide_assertion(client.id, claims, self._tools.settings.token_url, work.now)
        if isinstance(used, Refusal):
            return used
        if await work.get(USED_ASSERTIONS, used.id) is not None:
            return INVALID_ASSERTION
        await work.put(USED_ASSERTIONS, used)
        token = self._tools.tokens.access(client_claims(client), work.new_id(), work.now)
        return ClientToken(access_token=self._tools.answer(token, work, "access_token"), expires_in=ACCESS_LIFE_S)
