"""Copies of identity documents: kept, looked at by the back office, removed (SP-24, S26, S41)."""

from uuid import UUID

from chassis.blobs import BlobMissingError
from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    DocumentOpened,
    IdentityDocumentEntry,
    IdentityRefusal,
    KeepCopies,
    RemoveCopies,
    ViewDocument,
)
from contracts.message import BlobReference, Done, Refusal
from services.identity.domain.authority import DECIDERS, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.documents import Copy, DocumentLook, IdentityDocument, copy_of, number_place, removed
from services.identity.store import APPLICATIONS, DOCUMENT_LOOKS, IDENTITY_DOCUMENTS
from services.identity.tools import Tools


async def files_whole(tools: Tools, entry: IdentityDocumentEntry | None) -> bool:
    """Say whether the files of a copy are in the blob store, whole."""
    return all([await _whole(tools, copy.file) for copy in entry.files]) if entry else True


async def _whole(tools: Tools, file: BlobReference) -> bool:
    try:
        async for _ in tools.blobs.stream(file):
            pass
    except BlobMissingError:
        return False
    return True


async def save_document(
    tools: Tools, work: Work, entry: IdentityDocumentEntry, number: str, id_: UUID, organisation_id: UUID
) -> None:
    """Save the identity data of an application or change; their copies are kept from now on (ID-43, SP-24)."""
    document = IdentityDocument(
        id=id_, organisation_id=organisation_id, type=entry.type, expires_on=entry.expires_on,
        number=tools.fields.encrypt(number, number_place(id_)), issuing_country=entry.issuing_country,
        copies=tuple(Copy(copy.file, copy.sides) for copy in entry.files),
    )  # fmt: skip
    await work.put(IDENTITY_DOCUMENTS, document)
    work.send(KeepCopies(actor=SYSTEM, document_id=id_))


class DocumentHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def view(self, command: ViewDocument, work: Work) -> DocumentOpened | Refusal:
        """Let an employee look at a file; the look stands in the audit trail with its reason."""
        if not is_staff(command.actor, DECIDERS) or command.actor.person_id is None:
            return NOT_ALLOWED
        documents = await self._documents(command.document_id, work)
        if not documents:
            return UNKNOWN
        found = [(one, copy) for one in documents if (copy := copy_of(one.copies, command.file_id))]
        if not found:
            return Refusal(code=IdentityRefusal.FILE_MISSING)
        ((document, copy),) = found
        look = DocumentLook(
            id=work.new_id(), organisation_id=document.organisation_id, document_id=document.id,
            file_id=copy.file.id, by=command.actor.person_id, reason=command.reason, at=work.now,
        )  # fmt: skip
        await work.put(DOCUMENT_LOOKS, look)
        return DocumentOpened(blob=copy.file)

    @staticmethod
    async def _documents(id_: UUID, work: Work) -> list[IdentityDocument]:
        """Return the documents of an application, a first one's as many as it has persons, or of a change."""
        application = await work.get(APPLICATIONS, id_)
        ids = application.documents if application else (id_,)
        return [found for one in ids if (found := await work.get(IDENTITY_DOCUMENTS, one)) is not None]

    async def keep_files(self, command: KeepCopies, message_id: UUID) -> None:
        """Keep the files for good: one that nobody claims goes after a day."""
        del message_id  # claiming twice does no harm
        document = await self._tools.reads.one(IDENTITY_DOCUMENTS, command.document_id)
        for copy in document.copies if document else ():
            await self._tools.blobs.claim(copy.file)

    async def keep(self, command: KeepCopies, work: Work, outcome: None) -> Done:
        """Nothing is left to record."""
        del command, work, outcome
        return Done()

    async def remove_files(self, command: RemoveCopies, message_id: UUID) -> None:
        """Remove the files from the blob store."""
        del message_id  # removing twice does no harm
        document = await self._tools.reads.one(IDENTITY_DOCUMENTS, command.document_id)
        for copy in document.copies if document else ():
            await self._tools.blobs.delete(copy.file)

    async def remove(self, command: RemoveCopies, work: Work, outcome: None) -> Done:
        """Forget where the files lay; that there was a document stays."""
        del outcome
        document = await work.get(IDENTITY_DOCUMENTS, command.document_id)
        if document is not None and document.removed_at is None:
            await work.put(IDENTITY_DOCUMENTS, removed(document, work.now))
        return Done()
