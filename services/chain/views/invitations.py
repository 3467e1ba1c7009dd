"""What the relation reads behind its personal link, without an account (SP-63, SP-117)."""

from datetime import datetime
from uuid import UUID

from chassis.sealed import Sealer, SealError
from contracts.chain import InvitationView, ReadInvitation
from contracts.message import Refusal
from services.chain.domain.answers import refuse_link
from services.chain.domain.authorization import ChainAuthorization
from services.chain.invitations import token_hash
from services.chain.store import AUTHORIZATIONS
from services.chain.views.reading import Reading


class InvitationViews:
    """Questions of relations."""

    def __init__(self, reading: Reading, sealer: Sealer) -> None:
        self._reading = reading
        self._sealer = sealer

    async def read(self, query: ReadInvitation, now: datetime, message_id: UUID) -> InvitationView | Refusal:
        """Return the request behind a link while an answer is possible or being judged."""
        try:
            hashed = token_hash(self._sealer.open(query.token, message_id=message_id, field="token"))
        except SealError:
            hashed = ""
        document = await self._reading.one(AUTHORIZATIONS, {"token_hash": hashed})
        found: ChainAuthorization | None = AUTHORIZATIONS.value(document) if document else None
        if (refusal := refuse_link(found, hashed, now)) is not None:
            return refusal
        assert found is not None, "refuse_link has seen it"
        relation = self._reading.numbers.relation(found, message_id, "relation")
        return InvitationView(
            chain_authorization_id=found.id, status=found.status, relation=relation,
            intermediary_name=found.intermediary_name, sender=found.sender, scope=found.scope,
            years=None if found.end else found.years, end=found.end, language=found.language,
            answer_by=found.answer_by, agreement=found.document,
        )  # fmt: skip
