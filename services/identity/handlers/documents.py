"""Copies of identity documents: kept, looked at by the back office, removed (SP-24, S26, S41)."""

from uuid import UUID

from chassis.work import Work
from contracts.identity import DocumentOpened, IdentityRefusal, KeepCopies, RemoveCopies, ViewDocument
from contracts.message import Done, Refusal
from services.identity.domain.authority import DECIDERS, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.documents import DocumentLook, copy_of, removed
from services.identity.store import DOCUMENT_LOOKS, IDENTITY_DOCUMENTS
from services.identity.tools import Tools


class DocumentHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def view(self, command: ViewDocument, work: Work) -> DocumentOpened | Refusal:
        """Let an employee look at a file; the look stands in the audit trail with its reason."""
        if not is_staff(command.actor, DECIDERS) or command.actor.person_id is None:
            return NOT_ALLOWED
        document = await work.get(IDENTITY_DOCUMENTS, command.application_id)
        if document is None:
            return UNKNOWN
        copy = copy_of(document.copies, command.file_id)
        if copy is None:
            return Refusal(code=IdentityRefusal.FILE_MISSING)
        look = DocumentLook(
            id=work.new_id(), organisation_id=document.organisation_id, application_id=document.id,
            file_id=copy.file.id, by=command.actor.person_id, reason=command.reason, at=work.now,
        )  # fmt: skip
        await work.put(DOCUMENT_LOOKS, look)
        return DocumentOpened(blob=copy.file)

    async def keep_files(self, command: KeepCopies, message_id: UUID) -> None:
        """Keep the files for good: one that nobody claims goes after a day."""
        del message_id  # claiming twice does no harm
        document = await self._tools.reads.one(IDENTITY_DOCUMENTS, command.application_id)
        for copy in document.copies if document else ():
            await self._tools.blobs.claim(copy.file)

    async def keep(self, command: KeepCopies, work: Work, outcome: None) -> Done:
        """Nothing is left to record."""
        del command, work, outcome
        return Done()

    async def remove_files(self, command: RemoveCopies, message_id: UUID) -> None:
        """Remove the files from the blob store."""
        del message_id  # removing twice does no harm
        document = await self._tools.reads.one(IDENTITY_DOCUMENTS, command.application_id)
        for copy in document.copies if document else ():
            await self._tools.blobs.delete(copy.file)

    async def remove(self, command: RemoveCopies, work: Work, outcome: None) -> Done:
        """Forget where the files lay; that there was a document stays."""
        del outcome
        document = await work.get(IDENTITY_DOCUMENTS, command.application_id)
        if document is not None and document.removed_at is None:
            await work.put(IDENTITY_DOCUMENTS, removed(document, work.now))
        return Done()
