"""A change of a message that breaks its readers or writers is told; an addition is not."""

import json
from copy import deepcopy

import pytest

from contracts.message import Kind
from stack.compatibility import breaks
from stack.describe import breaking, described, drift, generated, public_types, write, written

BEFORE = {
    "$id": "urn:x",
    "$defs": {
        "Colour": {"type": "string", "enum": ["red", "blue"], "title": "Colour"},
        "Node": {
            "type": "object",
            "title": "Node",
            "properties": {
                "size": {"type": "integer"},
                "child": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
            },
            "required": ["size"],
        },
        "Leaf": {"type": "object", "title": "Leaf", "properties": {"kind": {"const": "leaf", "type": "string"}}},
    },
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 10, "minLength": 1, "pattern": "^a"},
        "colour": {"$ref": "#/$defs/Colour"},
        "node": {"$ref": "#/$defs/Node"},
        "either": {"oneOf": [{"$ref": "#/$defs/Node"}, {"$ref": "#/$defs/Leaf"}]},
        "numbers": {"type": "array", "items": {"type": "integer", "minimum": 0}, "maxItems": 5},
        "texts": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {"type": "object"},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        "when": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
    },
    "required": ["name", "when"],
}  # fmt: skip


def changed(path: str, value) -> dict:
    """Return the schema with one place set to another value; None: taken away."""
    after = deepcopy(BEFORE)
    *steps, last = path.split("/")
    node = after
    for step in steps:
        node = node[int(step) if isinstance(node, list) else step]
    if value is None:
        del node[last]
    else:
        node[int(last) if isinstance(node, list) else last] = value
    return after


BREAKING = [
    ("properties/name", None, "the message lost its field name."),
    ("required", ["name", "when", "node"], "The field node of the message became required."),
    ("properties/name", {"type": "integer"}, "name changed its type from string to integer."),
    ("properties/name/maxLength", 9, "name is narrower: maxLength went from 10 to 9."),
    ("properties/name/minLength", 2, "name is narrower: minLength went from 1 to 2."),
    ("properties/name/pattern", "^b", "name has another pattern: from ^a to ^b."),
    ("properties/name/format", "email", "name has another format: from none to email."),
    ("properties/name/enum", ["a"], "name is now limited to the values a."),
    ("$defs/Colour/enum", ["red"], "colour lost the value blue."),
    ("$defs/Node/properties/size", None, "node lost its field size."),
    ("$defs/Node/properties/size/type", "string", "node.size changed its type from integer to string."),
    ("$defs/Node/properties/child", {"type": "null"}, "node.child may no longer be Node."),
    ("properties/either/oneOf", [{"$ref": "#/$defs/Node"}], "either may no longer be Leaf."),
    ("$defs/Leaf/properties/kind/const", "leave", "either.kind lost the value leaf."),
    ("properties/numbers/items/minimum", 1, "numbers[] is narrower: minimum went from 0 to 1."),
    ("properties/numbers/maxItems", 4, "numbers is narrower: maxItems went from 5 to 4."),
    ("properties/numbers/minItems", 1, "numbers is narrower: minItems went from none to 1."),
    ("properties/texts/additionalProperties/type", "integer", "texts{} changed its type from string to integer."),
    ("properties/free/additionalProperties", False, "free{} may no longer be anything."),
    ("properties/pair/prefixItems/1/type", "string", "pair[1] changed its type from integer to string."),
    ("properties/pair/prefixItems/1", None, "pair has another number of parts: 1 instead of 2."),
    ("properties/when", {"type": "string", "format": "date"}, "when may no longer be null."),
    ("properties/when/anyOf/0/format", "date-time", "when has another format: from date to date-time."),
    ("$id", "urn:y", "The schema is another one: urn:x became urn:y."),
]


@pytest.mark.parametrize(("path", "value", "told"), BREAKING, ids=[told for *_, told in BREAKING])
def test_a_breaking_change_is_told_in_a_sentence(path, value, told):
    if path.endswith("prefixItems/1") and value is None:
        after = changed("properties/pair/prefixItems", [{"type": "string"}])
    else:
        after = changed(path, value)
    assert told in breaks(BEFORE, after)


def test_a_new_required_field_breaks():
    after = changed("properties/extra", {"type": "string"})
    after["required"] = ["name", "when", "extra"]
    assert breaks(BEFORE, after) == ["The field extra of the message is new and required."]


ADDITIVE = [
    ("properties/extra", {"type": "string", "default": "x"}),
    ("$defs/Node/properties/extra", {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}),
    ("properties/name/description", "How it is called."),
    ("$defs/Colour/title", "Color"),
]
WIDENING = [
    ("$defs/Colour/enum", ["red", "blue", "green"], "colour got the value green, which readers do not know."),
    ("required", ["when"], "The field name of the message may now be absent, and readers count on it."),
    ("properties/name/maxLength", 11, "name is wider than readers know: maxLength went from 10 to 11."),
    ("properties/name/maxLength", None, "name is wider than readers know: maxLength went from 10 to none."),
    ("properties/name/pattern", None, "name has another pattern: from ^a to none."),
    ("properties/numbers/items/minimum", -1, "numbers[] is wider than readers know: minimum went from 0 to -1."),
    ("properties/texts/additionalProperties", True, "texts{} may now be more than readers know."),
    ("properties/node", {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
     "node may now also be null, which readers do not know."),
]  # fmt: skip


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("path", "value"), ADDITIVE, ids=[path for path, _ in ADDITIVE])
def test_an_addition_breaks_nobody(path, value, strict):
    assert breaks(BEFORE, changed(path, value), strict=strict) == []


@pytest.mark.parametrize(("path", "value", "told"), WIDENING, ids=[told for *_, told in WIDENING])
def test_a_wider_value_breaks_the_readers_elsewhere_only(path, value, told):
    assert breaks(BEFORE, changed(path, value)) == []
    assert breaks(BEFORE, changed(path, value), strict=True) == [told]


def test_every_schema_is_compatible_with_itself():
    for text in (text for path, text in generated().items() if path.startswith("schemas/")):
        assert breaks(json.loads(text), json.loads(text), strict=True) == []


def test_no_message_has_changed_in_a_breaking_way():
    faults = breaking(generated(), written(), public_types())
    assert faults == [], "a breaking change needs a message of a new version (vN) beside the old one"


def test_the_documents_are_what_the_contracts_say():
    assert drift(generated(), written()) == [], "run make docs"


def test_each_way_in_which_a_document_can_differ_is_told(tmp_path):
    new = {"schemas/nl.a.v1.json": '{"$id": "a"}', "schemas/nl.b.v1.json": '{"$id": "b"}'}
    write({**new, "schemas/nl.b.v1.json": "{}", "asyncapi/c.json": "{}"}, tmp_path)
    (tmp_path / "schemas/nl.a.v1.json").unlink()

    assert drift(new, written(tmp_path)) == [
        "docs/schemas/nl.a.v1.json is missing.",
        "docs/asyncapi/c.json describes nothing that exists.",
        "docs/schemas/nl.b.v1.json is out of date.",
    ]
    write(new, tmp_path)
    assert drift(new, written(tmp_path)) == []


def test_a_message_that_is_gone_is_told():
    old = {"schemas/nl.a.v1.json": '{"$id": "a"}', "asyncapi/a.json": "{}"}
    assert breaking({}, old, set()) == ["nl.a.v1: the message is gone, and somebody may still send or read it."]


def test_for_public_events_a_new_value_is_told_too():
    old = {"schemas/nl.a.v1.json": '{"type": "string", "enum": ["x"]}'}
    new = {"schemas/nl.a.v1.json": '{"type": "string", "enum": ["x", "y"]}'}
    assert breaking(new, old, set()) == []
    assert len(breaking(new, old, {"nl.a.v1"})) == 1
    assert public_types() == {each.message.type for each in described() if each.message.kind is Kind.PUBLIC_EVENT}
