"""Mails as bytes: our own composer of headers, so that no text of a person becomes a header (S28, SP-117)."""

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import format_datetime

from contracts.values import Language

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
"""Control characters, line and paragraph separators, marks of direction, halves of characters."""

_ATOM = r"""[^\x00-\x20\x7f-\x9f\u2028\u2029<>"(),:;\\\[\]@]+"""
_ADDRESS = re.compile(f"{_ATOM}@{_ATOM}")
_PLAIN = re.compile(r"[A-Za-z0-9 .,:'/()+&-]*")
_LONGEST_TEXT = 200
_LONGEST_WORD = 45
"""Bytes in one encoded word, so that a word stays under 75 characters (RFC 2047)."""

_LINE = 76
HEADERS = (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Language", "Auto-Submitted",
    "Content-Type",
)  # fmt: skip


class UnsafeAddressError(ValueError):
    """An e-mail address holds what an address header must not hold."""


class InjectionError(RuntimeError):
    """A text of a person became a header: this process must not send mail (S28)."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail before it is composed; the same one always gives the same bytes."""

    message_id: str
    """Without angle brackets: the notification's id, at the sender's domain (R22)."""

    sender_name: str
    sender: str
    to_name: str
    to: str
    subject: str
    text: str
    html: str
    language: Language
    date: datetime
    reply_to: str = ""


def compose(mail: Mail) -> bytes:
    """Return a mail with text and HTML as alternatives; UnsafeAddressError for an address that is none."""
    boundary = f"=_{mail.message_id.partition('@')[0]}"
    values = {
        "From": mailbox(mail.sender_name, mail.sender),
        "To": mailbox(mail.to_name, mail.to),
        "Reply-To": mailbox("", mail.reply_to) if mail.reply_to else "",
        "Subject": words(mail.subject),
        "Date": format_datetime(mail.date.astimezone(UTC)),
        "Message-ID": f"<{mail.message_id}>",
        "MIME-Version": "1.0",
        "Content-Language": mail.language.value,
        "Auto-Submitted": "auto-generated",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    head = [f"{name}: {values[name]}" for name in HEADERS if values[name]]
    body = [*_part(boundary, "plain", mail.text), *_part(boundary, "html", mail.html), f"--{boundary}--", ""]
    return "\r\n".join([*head, "", *body]).encode()


def one_line(text: str) -> str:
    """Return text that cannot leave its line nor its header: no control characters, no `=?` (S28)."""
    return " ".join(_UNSAFE.sub(" ", text).split()).replace("=?", "= ?")[:_LONGEST_TEXT]


def words(text: str) -> str:
    """Return header text: as it is when it is plain, else in encoded words of UTF-8 (RFC 2047)."""
    clean = one_line(text)
    if _PLAIN.fullmatch(clean):
        return clean
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _pieces(clean))


def mailbox(name: str, address: str) -> str:
    """Return an address header: a name, where there is one, and an address."""
    if not _ADDRESS.fullmatch(address) or "=?" in address:
        raise UnsafeAddressError("this is no e-mail address")
    clean = words(name)
    if not clean:
        return address
    first = clean.partition("\r\n")[0]  # some readers put spaces between the words of a name, so it gets one
    phrase = first if first.startswith("=?") else f'"{first}"'
    return f"{phrase}\r\n <{address}>"


def _pieces(text: str) -> list[bytes]:
    """Cut text into pieces of UTF-8 that fit one encoded word, never inside a character."""
    pieces = [b""]
    for character in text:
        encoded = character.encode()
        if len(pieces[-1]) + len(encoded) > _LONGEST_WORD:
            pieces.append(b"")
        pieces[-1] += encoded
    return pieces


def _part(boundary: str, subtype: str, text: str) -> list[str]:
    encoded = b64encode(text.encode(errors="replace")).decode()
    lines = [encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)]
    return [
        f"--{boundary}",
        f'Content-Type: text/{subtype}; charset="utf-8"',
        "Content-Transfer-Encoding: base64",
        "",
        *lines,
    ]


_ATTACKS = (
    "A =?UTF-8?Q?=0ABcc:_injected@example.com?= b",
    "a\r\nBcc: injected@example.com",
    "a\nBcc: injected@example.com",
    "a\u2028Bcc: injected@example.com",
    "a\x00\r\n\r\n<script>",
    '"a" <injected@example.com>, b',
    "=?utf-8?b?YQpCY2M6IGluamVjdGVkQGV4YW1wbGUuY29t?=",
    "=\x00?utf-8?q?=0ABcc:_injected@example.com?=",
    "é" * 70 + "\r\nBcc: injected@example.com",
)
_HARMLESS = Mail(
    "id@example.com", "", "from@example.com", "", "to@example.com", "", "t", "<p>t</p>", Language.NL,
    datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


def refuse_if_it_injects() -> None:
    """Compose mails with hostile texts and read them back; InjectionError when one gained a header (S28)."""
    for attack in _ATTACKS:
        hostile = replace(_HARMLESS, sender_name=attack, to_name=attack, subject=attack, reply_to="r@example.com")
        check(compose(hostile))


def check(raw: bytes) -> None:
    """Refuse a mail whose headers are not exactly ours, once each, also after another program has written it again."""
    for again in (raw, message_from_bytes(raw, policy=policy.compat32).as_bytes()):
        found = message_from_bytes(again, policy=policy.default)
        try:
            to = [address.addr_spec for address in found["To"].addresses]
        except ValueError as error:
            raise InjectionError("the composer of mails lets a line break into an address") from error
        if sorted(found.keys()) != sorted(HEADERS) or to != [_HARMLESS.to]:
            raise InjectionError("the composer of mails lets a text become a header")
