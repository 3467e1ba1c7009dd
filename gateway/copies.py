"""Copies of identity documents on their way: an upload gives a signed token, which the request names (S26)."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from pydantic import ValidationError

from contracts.message import BlobReference
from gateway.caller import Caller
from gateway.errors import invalid
from gateway.schemas.documents import IdentityDocumentIn


def token_of(caller: Caller, file: BlobReference) -> str:
    """Return the token of a file that this person has uploaded; nobody else's request can name it."""
    text = urlsafe_b64encode(file.model_dump_json().encode()).decode().rstrip("=")
    return f"{_signature(caller, text)}.{text}"


def file_of(caller: Caller, token: str, location: str) -> BlobReference:
    """Return the file of a token; raise a problem for one that this person was not given."""
    signature, _, text = token.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(caller, text).encode()):
        raise invalid(location, "copy_unknown", caller.language)
    try:
        return BlobReference.model_validate_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, ValidationError) as error:
        raise invalid(location, "copy_unknown", caller.language) from error


def _signature(caller: Caller, text: str) -> str:
    signed = f"copy:{caller.actor.person_id}:{text}"
    return hmac.new(caller.gateway.digest_key, signed.encode(), sha256).hexdigest()[:32]


def sealed_document(caller: Caller, document: IdentityDocumentIn | None) -> dict[str, object] | None:
    """Return the document with its number sealed, and the files behind the tokens."""
    if document is None:
        return None
    files = [
        {"file": file_of(caller, copy.file, f"body.document.files.{index}.file"), "sides": copy.sides}
        for index, copy in enumerate(document.files)
    ]
    number = caller.seal(document.number, "identity", "document.number")
    return {**document.model_dump(), "number": number, "files": files}
