"""Uploads: one file, its type proven by name and content, kept encrypted as it is, with a copy that is shown (S26)."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from typing import TypeVar
from zipfile import BadZipFile, ZipFile

import puremagic
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from contracts.message import BlobReference
from gateway.caller import Caller
from gateway.errors import ProblemError, faults, invalid

M = TypeVar("M", bound=BaseModel)
_FIELDS = 20
_NAME = 255
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that a route takes: its media type and the extensions of its names."""

    media_type: str
    extensions: frozenset[str]


PDF = FileType("application/pdf", frozenset({".pdf"}))
PNG = FileType("image/png", frozenset({".png"}))
JPEG = FileType("image/jpeg", frozenset({".jpg", ".jpeg"}))
XLSX = FileType(_XLSX, frozenset({".xlsx"}))
XML = FileType("application/xml", frozenset({".xml"}))
PHOTO = FileType("image/jpeg", frozenset({".pjp", ".jpeg", ".jpg", ".jfif", ".pipeg", ".pjpeg"}))
TIFF = FileType("image/tiff", frozenset({".tif", ".tiff"}))
BMP = FileType("image/bmp", frozenset({".bmp"}))
SCANS = (PDF, PNG, PHOTO, TIFF, BMP)
"""What the copy of an identity document may be (ID-48, SP-23)."""

_MAGIC = {PHOTO: ".jpg", TIFF: ".tif", BMP: ".bmp", PDF: ".pdf", PNG: ".png", JPEG: ".jpg"}
CSV = FileType("text/csv", frozenset({".csv"}))
_READ_BY_US = frozenset({XLSX, XML, CSV})
"""Tables and catalogues are parsed, and never shown to anybody as they came."""


class _InMemory(MultiPartParser):
    """A parser that writes no file to the disk: what is uploaded lies nowhere unencrypted."""

    spool_max_size = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded, and the text fields beside it."""

    data: bytes
    name: str
    kind: FileType
    fields: dict[str, str]

    def read(self, model: type[M], field: str, caller: Caller) -> M:
        """Return the JSON of a field as a model, as empty one where it is left out; raise a problem with its faults."""
        try:
            return model.model_validate_json(self.fields.get(field, "{}"))
        except ValidationError as error:
            placed = [{**fault, "loc": (field, *fault["loc"])} for fault in error.errors(include_input=False)]
            found = faults(placed, caller.language, {field: (model,)})
            raise ProblemError("invalid_input", {"errors": found}) from error

    async def store(self, caller: Caller) -> BlobReference:
        """Put the file and the copy that is shown in the blob store; return the reference for the command."""
        gateway = caller.gateway
        shown = None if self.kind in _READ_BY_US else await gateway.redrawing.draw(self.data)
        reference = await gateway.blobs.put(self.data, self.kind.media_type, self.name)
        if shown is not None:
            await gateway.blobs.put_shown(reference, *shown)
        return reference


async def read_upload(request: Request, caller: Caller, *types: FileType) -> Upload:
    """Read the part `file` of a multipart body; raise a problem for any other body or type, no content, and a virus."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ProblemError("unsupported_media_type")
    data, name, fields = await _parts(request, caller)
    if len(data) > caller.gateway.settings.upload_limit:
        raise ProblemError("too_large")
    if not data:  # nothing is of no type: what is wrong is not the type
        raise ProblemError("file_empty")
    caller.mix(sha256(data).digest(), name, *(f"{key}={value}" for key, value in sorted(fields.items())))
    kind = _type_of(data, name, types)
    await caller.gateway.quotas.take(caller, len(data))
    await caller.gateway.scanner.check(data)
    return Upload(data, name, kind, fields)


async def _parts(request: Request, caller: Caller) -> tuple[bytes, str, dict[str, str]]:
    """Return the file, its name and the text fields of a multipart body."""
    form = await _parse(request, caller)
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise invalid("body.file", "missing", caller.language)
        fields = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        return await file.read(), _plain_name(file.filename or ""), fields
    finally:
        await form.close()


async def _parse(request: Request, caller: Caller) -> FormData:
    parser = _InMemory(
        request.headers,
        _stream(request),
        max_files=1,
        max_fields=_FIELDS,
        max_part_size=caller.gateway.settings.body_limit,
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise invalid("body", "multipart_invalid", caller.language) from error
    except HTTPException:  # too large: what was read so far is let go at once
        for file in parser._files_to_close_on_error:  # noqa: SLF001 (the parser forgets it here)
            file.close()
        raise


async def _stream(request: Request) -> AsyncGenerator[bytes, None]:
    async for piece in request.stream():
        yield piece


def _plain_name(name: str) -> str:
    """Return the last part of a name, without what could be a path or a line of its own."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[-_NAME:]


def _type_of(data: bytes, name: str, types: tuple[FileType, ...]) -> FileType:
    """Return the allowed type that both the name and the content have; raise a problem when there is none."""
    extension = PurePath(name).suffix.lower()
    for type_ in types:
        if extension in type_.extensions and _holds(data, type_):
            return type_
    raise ProblemError("unsupported_media_type")


def _holds(data: bytes, type_: FileType) -> bool:
    """Tell whether the content is of a type: by its magic bytes, of the two text-like containers by their structure."""
    if type_ is XLSX:
        return _is_workbook(data)
    if type_ is XML:
        return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") or data.lstrip().startswith(b"<")
    if type_ is CSV:
        return _is_text(data)
    try:
        found = {match.extension for match in puremagic.magic_string(data)}
    except (puremagic.PureError, ValueError):
        return False
    return _MAGIC[type_] in found or bool(found & type_.extensions)


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t" for letter in text)


def _is_workbook(data: bytes) -> bool:
    try:
        with ZipFile(BytesIO(data)) as archive:
            return _WORKBOOK in archive.namelist()
    except (BadZipFile, ValueError, OSError):
        return False
