"""Mails as bytes: no text of a person becomes a header, and other programs read what we meant."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given, strategies as st

from contracts.values import Language
from services.notifications.clients import composer
from services.notifications.clients.composer import (
    HEADERS,
    InjectionError,
    Mail,
    UnsafeAddressError,
    compose,
    refuse_if_it_injects,
)


def a_mail(**changes):
    values = {
        "message_id": "1@volmacht.example", "sender_name": "Z login", "sender": "noreply@volmacht.example",
        "to_name": "A. de Vries", "to": "a@b.example", "subject": "Uw code", "text": "Hallo\n", "html": "<p>Hallo</p>",
        "language": Language.NL, "date": datetime(2026, 11, 22, 12, tzinfo=UTC),
    }  # fmt: skip
    return Mail(**{**values, **changes})


def read(raw):
    return message_from_bytes(raw, policy=policy.default)


@pytest.mark.rule("SP-117")
@pytest.mark.security("S28")
def test_the_self_test_passes_with_our_composer():
    refuse_if_it_injects()


@pytest.mark.security("S28")
@pytest.mark.parametrize("broken", [lambda text: text, lambda text: text.replace("\r", "").replace("\n", "")])
def test_the_self_test_fails_with_a_composer_that_lets_text_through(monkeypatch, broken):
    monkeypatch.setattr(composer, "words", broken)

    with pytest.raises(InjectionError):
        refuse_if_it_injects()


@pytest.mark.rule("SP-117")
@pytest.mark.security("S28")
@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_adds_a_header(name, subject):
    raw = compose(a_mail(to_name=name, sender_name=name, subject=f"=?utf-8?q?{subject}?="))

    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    assert names == [header for header in HEADERS if header != "Reply-To"]
    assert all(len(line) <= 250 for line in head.split("\r\n"))
    assert [address.addr_spec for address in read(raw)["To"].addresses] == ["a@b.example"]


@pytest.mark.parametrize("text", ["Uw code", "Één code voor café “De Kroon” 🏰", "é" * 120, 'a "b" <c@d.example>, e'])
def test_other_programs_read_what_we_wrote(text):
    raw = compose(a_mail(subject=text, to_name=text, text=f"{text}\n", html=f"<p>{text}</p>"))

    message = read(raw)
    assert message["Subject"] == text
    assert text.startswith(message["To"].addresses[0].display_name)
    assert message["To"].addresses[0].display_name
    assert message.get_body(("plain",)).get_content().strip() == text
    assert text in message.get_body(("html",)).get_content()
    assert message["Message-ID"] == "<1@volmacht.example>"


@pytest.mark.security("R22")
def test_the_same_mail_gives_the_same_bytes():
    assert compose(a_mail()) == compose(a_mail())


@pytest.mark.security("S28")
@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: x@y.example",
        "a b@c.example",
        "<a@b.example>",
        "a@b.example,c@d.example",
        "a",
        "=?x?@b.example",
        "a@b\u2028.example",
    ],
)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(UnsafeAddressError):
        compose(a_mail(to=address))
