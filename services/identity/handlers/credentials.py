"""Ending of credentials (ST-08, ST-12, ST-13)."""

from dataclasses import replace

from chassis.work import Work
from contracts.identity import CredentialEnded, EndCredential
from contracts.message import Done, Refusal
from services.identity.domain.credentials import decide_end
from services.identity.handlers.tools import Tools
from services.identity.store import ACTIVATIONS, CREDENTIALS, ORGANISATIONS, Issuing


class CredentialHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def end(self, command: EndCredential, work: Work) -> Done | Refusal:
        """End a credential at once, with its sessions; the last one ends the organisation (ID-154, ID-159)."""
        store = self._tools.store(work)
        acting = await store.acting(command.actor)
        credential = await work.get(CREDENTIALS, command.credential_id)
        all_open = await store.open_at(acting.organisation_id) if acting else []
        ending = decide_end(acting, credential, all_open)
        if isinstance(ending, Refusal):
            return ending
        assert credential is not None, "refused otherwise"
        organisation = await work.get(ORGANISATIONS, credential.organisation_id)
        assert organisation is not None, "who acts has an organisation"
        await store.forget_letter(credential)
        if credential.activation_id is not None:
            await work.remove(ACTIVATIONS, credential.activation_id)
        await store.save(ending.credential, CredentialEnded)
        await Issuing(store).withdraw(ending.credential, was=credential.status)
        await store.end_sessions(credential.id)
        # Two administrators who end each other at the same moment both write the organisation: one of them conflicts.
        after = replace(organisation, active=not ending.organisation_ends, revision=organisation.revision + 1)
        await store.save_organisation(after, ends=ending.organisation_ends)
        return Done()
