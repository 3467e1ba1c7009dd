"""How an identity document is shown to the back office."""

from datetime import datetime
from uuid import UUID

from contracts.identity import CopyView, DocumentView
from contracts.values import local_date
from services.identity.domain.documents import IdentityDocument, number_place, too_short
from services.identity.tools import Tools


def document_view(
    document: IdentityDocument, tools: Tools, now: datetime, message_id: UUID, place: str = "document"
) -> DocumentView:
    """Return the identity data with the number sealed into a place of the answer to a message (ID-45)."""
    number = tools.fields.decrypt(document.number, number_place(document.id))
    return DocumentView(
        type=document.type,
        number=tools.sealer.seal(number, to="gateway", message_id=message_id, field=f"{place}.number"),
        expires_on=document.expires_on,
        issuing_country=document.issuing_country,
        files=tuple(
            CopyView(file_id=copy.file.id, sides=copy.sides, media_type=copy.file.media_type, size=copy.file.size)
            for copy in document.copies
        ),
        removed=document.removed_at is not None,
        too_short=too_short(document.expires_on, tools.profile, local_date(now)),
    )
