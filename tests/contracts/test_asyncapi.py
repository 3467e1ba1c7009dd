"""The AsyncAPI documents: valid, complete, and true to what stands on the wire."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from jsonschema import Draft7Validator

from chassis import replying
from chassis.asyncapi import of_public_events, of_service
from chassis.describe import ANY, REPLY_TYPE
from chassis.envelope import Envelope, schema, topic
from contracts.message import Kind
from stack.describe import described, generated
from tests.contracts import goldens
from tests.harness import NOW

STANDARD = json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text())
FOUND = described()
DOCUMENTS = {path: json.loads(text) for path, text in generated().items() if path.startswith("asyncapi/")}
ID = UUID("01a0c000-0000-7000-8000-000000000002")


def faults(document) -> list[str]:
    return [error.json_path for error in Draft7Validator(STANDARD).iter_errors(document)]


def fits(document, name, value) -> list[str]:
    """Check a value against the schema at a place of a document."""
    where = {"$ref": f"#/components/{name}", "components": document["components"]}
    return [error.message for error in Draft7Validator(where).iter_errors(value)]


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    if isinstance(node, list):
        for value in node:
            yield from references(value)


def follow(document, reference):
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_is_valid_asyncapi(path):
    assert faults(DOCUMENTS[path]) == []


@pytest.mark.parametrize("part", ["info", "channels", "operations"])
def test_a_document_that_is_not_asyncapi_is_refused(part):
    document = {**DOCUMENTS["asyncapi/public.json"], part: {"x": 1}}
    assert faults(document)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_each_reference_leads_somewhere(path):
    document = DOCUMENTS[path]
    found = list(references(document))
    assert found
    assert all(follow(document, reference) is not None for reference in found)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_says_who_licence_and_what_each_message_means(path):
    info = DOCUMENTS[path]["info"]
    assert info["contact"]["name"]
    assert info["license"]["name"] == "EUPL-1.2"
    assert info["tags"]
    for message in DOCUMENTS[path]["components"]["messages"].values():
        assert message["title"]
        assert len(message["description"]) > 10
        assert message["headers"]
        assert message["payload"]


def test_each_message_stands_in_the_document_of_its_service_on_its_topic():
    for each in FOUND:
        service = "chain" if each.message.service == ANY else each.message.service
        document = DOCUMENTS[f"asyncapi/{service}.json"]
        operation = document["operations"][each.name]
        channel = follow(document, operation["channel"]["$ref"])
        assert channel["address"].format(deployment="zlogin") == topic("zlogin", service, each.message.kind)
        assert each.name in channel["messages"]
        assert operation["action"] == ("send" if each.result is None else "receive")


def test_each_request_names_its_reply_and_the_reply_its_result():
    for each in (each for each in FOUND if each.result is not None and each.message.service != ANY):
        document = DOCUMENTS[f"asyncapi/{each.message.service}.json"]
        reply = document["operations"][each.name]["reply"]
        assert follow(document, reply["channel"]["$ref"])["address"] == "{deployment}.gateway.replies.v1"
        message = follow(document, follow(document, reply["messages"][0]["$ref"])["$ref"])
        assert f"#/components/schemas/{each.result.__name__}" in references(message["payload"])


def test_the_public_document_holds_public_events_and_nothing_else():
    public = {each.name for each in FOUND if each.message.kind is Kind.PUBLIC_EVENT}
    assert public
    assert set(DOCUMENTS["asyncapi/public.json"]["components"]["messages"]) == public
    assert list(DOCUMENTS["asyncapi/public.json"]["channels"]) == ["chain-public"]


@pytest.mark.parametrize("each", FOUND, ids=lambda each: each.message.type)
def test_what_is_sent_fits_what_is_described(each):
    service = "chain" if each.message.service == ANY else each.message.service
    document = DOCUMENTS[f"asyncapi/{service}.json"]
    assert fits(document, f"messages/{each.name}/payload", goldens.written(each.message.type)) == []
    if each.result is not None:
        golden = goldens.written(f"{each.message.type}.reply")
        assert fits(document, f"messages/{each.name}Reply/payload", golden) == []


@pytest.mark.parametrize("each", FOUND, ids=lambda each: each.message.type)
def test_the_headers_that_are_sent_are_described(each):
    event = each.message.kind in (Kind.EVENT, Kind.PUBLIC_EVENT)
    asked = each.result is not None
    envelope = Envelope(
        id=ID, source="urn:nld:kvknr:90000013:systeem:chain", type=each.message.type, time=NOW,
        dataschema=schema(each.message), sequence=1 if event else None, correlationid=str(ID), causationid=str(ID),
        replyto=3 if asked else None, deadline=NOW + timedelta(seconds=5) if asked else None,
        digest="ab" * 32 if asked else None, aggregatetype=each.message.aggregate_type if event else None,
    )  # fmt: skip
    headers = {name: value.decode() for name, value in envelope.headers()}
    service = "chain" if each.message.service == ANY else each.message.service
    document = DOCUMENTS[f"asyncapi/{service}.json"]
    assert fits(document, f"messages/{each.name}/headers", headers) == []
    assert fits(document, f"messages/{each.name}/headers", {**headers, "ce_type": "nl.other.v1"}) != []
    assert fits(document, f"messages/{each.name}/headers", {**headers, "ce_dataschema": "urn:other"}) != []


def test_the_reply_is_called_as_the_chassis_calls_it():
    assert REPLY_TYPE == replying.REPLY_TYPE


def test_messages_of_tests_are_in_no_document():
    assert not [each for each in FOUND if not each.message.__module__.startswith("contracts")]
    assert of_service("gateway", FOUND, "1")["channels"] == {}
    assert of_public_events([], "1")["operations"] == {}
