"""Copies of identity documents on their way: an upload gives a signed token, which the request names (S26)."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from fastapi import Request
from pydantic import ValidationError

from contracts.message import BlobReference
from gateway.caller import Caller
from gateway.errors import invalid
from gateway.schemas.documents import CopyOut, IdentityDocumentIn
from gateway.uploads import SCANS, read_upload


async def take_copy(request: Request, caller: Caller) -> CopyOut:
    """Store an upload, and tell the token by which its uploader names it."""
    upload = await read_upload(request, caller, *SCANS)
    file = await upload.store(caller)
    return CopyOut(file=token_of(caller, file), name=file.name, media_type=file.media_type, size=file.size)


def token_of(caller: Caller, file: BlobReference) -> str:
    """Return the token of a file: only requests of who has uploaded it can name it.

    A visitor is known by a proof, a cookie whose name the token tells (S32).
    """
    text = urlsafe_b64encode(file.model_dump_json().encode()).decode().rstrip("=")
    if caller.visits:
        return _signed(caller, caller.uploader.owner, f"{caller.uploader.id}.{text}")
    return _signed(caller, str(caller.actor.person_id), text)


def file_of(caller: Caller, token: str, location: str) -> BlobReference:
    """Return the file of a token; raise a problem for one that this caller was not given."""
    _, _, text = token.partition(".")
    proof, _, content = text.rpartition(".")
    try:
        owners = caller.owners(UUID(proof)) if caller.visits else (str(caller.actor.person_id),)
        if not any(compare_digest(token.encode(), _signed(caller, owner, text).encode()) for owner in owners):
            raise invalid(location, "copy_unknown", caller.language)
        return BlobReference.model_validate_json(urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    except (ValueError, ValidationError) as error:
        raise invalid(location, "copy_unknown", caller.language) from error


def _signed(caller: Caller, owner: str, text: str) -> str:
    signature = hmac.new(caller.gateway.digest_key, f"copy:{owner}:{text}".encode(), sha256).hexdigest()[:32]
    return f"{signature}.{text}"


def sealed_document(
    caller: Caller, document: IdentityDocumentIn | None, place: str = "document"
) -> dict[str, object] | None:
    """Return the document at a place of the body with its number sealed, and the files behind the tokens."""
    if document is None:
        return None
    files = [
        {"file": file_of(caller, copy.file, f"body.{place}.files.{index}.file"), "sides": copy.sides}
        for index, copy in enumerate(document.files)
    ]
    number = caller.seal(document.number, "identity", f"{place}.number")
    return {**document.model_dump(), "number": number, "files": files}
