"""New activation letters (ST-07, SP-08)."""

from chassis.work import Work
from contracts.identity import CredentialStatus, IdentityRefusal, IssueActivationLetter
from contracts.message import Done, Refusal
from services.identity.domain.identification import again
from services.identity.domain.letters import Asked, decide_letter, fee_of
from services.identity.handlers.inviting import Inviting
from services.identity.store import APPLICATIONS, CREDENTIALS, Issuing
from services.identity.store.claims import QUOTATION
from services.identity.tools import Tools

_RENEWED = frozenset({CredentialStatus.ACTIVATION_EXPIRED, CredentialStatus.WAITING_ACTIVATION})


class LetterHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, inviting: Inviting) -> None:
        self._tools = tools
        self._inviting = inviting

    async def issue(self, command: IssueActivationLetter, work: Work) -> Done | Refusal:
        """Send a new letter: the old one is void, 30 days begin, a failed identification is ordered anew."""
        profile, issuing = self._tools.profile, Issuing(self._tools.store(work))
        credential = await work.get(CREDENTIALS, command.credential_id)
        quotation = self._tools.quotations.read(command.quotation) if command.quotation else None
        asked = Asked(command.actor, await issuing.store.acting(command.actor), quotation, command.agreed)
        if refusal := decide_letter(credential, asked, profile, work.now):
            return refusal
        assert credential is not None, "refused otherwise"
        application = await work.get(APPLICATIONS, credential.application_id)
        assert application is not None, "a credential has an application"
        if quotation is not None and not await work.reserve(QUOTATION, str(quotation.id), work.id):
            return Refusal(code=IdentityRefusal.QUOTATION_USED)
        held = [other for other in await issuing.siblings(credential) if other.status in _RENEWED]
        await self._inviting.again(issuing, application, held, fee_of(profile, work.now))
        ordered = await issuing.identification(credential)
        if ordered is not None:
            await issuing.save_identification(again(ordered, work.now))
        return Done()
