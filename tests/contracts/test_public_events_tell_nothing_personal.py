"""Public events hold no personal data: no such field, and no free text in which some could stand."""

import pytest

from contracts.chain import Contact, Sender
from contracts.message import Kind, State
from contracts.values import EmailAddress, KvkNumber
from stack.describe import described

PUBLIC = [each.message for each in described() if each.message.kind is Kind.PUBLIC_EVENT]
PERSONAL = {
    "name", "names", "initials", "infix", "surname", "birth", "email", "mail", "phone", "mobile", "address", "street",
    "person", "persons", "contact", "sender", "actor", "bsn", "fiscal", "user", "users", "token", "reference",
}  # fmt: skip
LIMITED = {"pattern", "format", "enum", "const"}


def fields(node, path=""):
    """Yield each field of a schema with the schemas that it may be."""
    if isinstance(node, list):
        for value in node:
            yield from fields(value, path)
    if isinstance(node, dict):
        for name, value in node.get("properties", {}).items():
            yield name, value
        for key, value in node.items():
            yield from fields(value, f"{path}/{key}")


def strings(node):
    """Yield each place where text may stand."""
    if isinstance(node, list):
        for value in node:
            yield from strings(value)
    if isinstance(node, dict):
        if node.get("type") == "string":
            yield node
        for key, value in node.items():
            if key not in {"enum", "const", "default", "required"}:
                yield from strings(value)


def personal(schema) -> list[str]:
    """Return the fields whose name says a person, and places for e-mail addresses or free text."""
    named = {name for name, _ in fields(schema) if PERSONAL & set(name.split("_"))}
    texts = [text for text in strings(schema) if not LIMITED & text.keys() or text.get("format") == "email"]
    return sorted(named) + [f"text {text}" for text in texts]


@pytest.mark.parametrize("event", PUBLIC, ids=lambda event: event.type)
def test_a_public_event_has_no_field_for_personal_data(event):
    schema = event.model_json_schema()
    assert len(list(fields(schema))) > 1
    assert personal(schema) == []


def test_there_are_public_events_to_look_at():
    assert PUBLIC


class WithContact(State):
    contact: Contact | None = None


class WithSender(State):
    by: tuple[Sender, ...]


class WithText(State):
    remark: str


class WithAddress(State):
    reach: EmailAddress


class WithPersons(State):
    person_ids: tuple[KvkNumber, ...]


@pytest.mark.parametrize("state", [WithContact, WithSender, WithText, WithAddress, WithPersons])
def test_a_field_for_personal_data_is_found(state):
    assert personal(state.model_json_schema())
