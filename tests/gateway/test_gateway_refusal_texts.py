"""A refusal says what is wrong with what was sent, not only that something is (SP-131)."""

from typing import get_args
from uuid import uuid4

import pytest

from contracts.identity import ChangeMobile, ChangePassword
from contracts.message import Refusal
from contracts.values import Language
from gateway.errors import problem_body
from gateway.refusal_texts import PASSWORD_FAULTS
from gateway.refusals import TABLE
from services.identity.domain.passwords import Fault

pytestmark = pytest.mark.rule("SP-131")


@pytest.mark.security("S1", "S2")
def test_each_fault_of_a_password_has_a_text_of_its_own():
    assert set(PASSWORD_FAULTS) == set(get_args(Fault))
    for language in Language:
        texts = {problem_body("weak_password", language, {"details": {"fault": fault}})["detail"]
                 for fault in PASSWORD_FAULTS}  # fmt: skip
        assert len(texts | {TABLE["weak_password"].text.in_(language)}) == len(PASSWORD_FAULTS) + 1


@pytest.mark.parametrize(("language", "word"), [("nl", "over uzelf"), ("en", "about you")])
async def test_a_personal_password_is_refused_as_that(gate, language, word):
    gate.peer.answers[ChangePassword] = lambda *_: Refusal(code="weak_password", details={"fault": "personal"})
    body = {"present": "het oude wachtwoord", "password": "janssen-janssen-9"}
    headers = gate.person() | {"Accept-Language": language}
    refused = await gate.client.put("/v1/sessions/current/password", json=body, headers=headers)
    assert refused.status_code == 400
    assert word in refused.json()["detail"]
    assert refused.json()["details"] == {"fault": "personal"}


@pytest.mark.parametrize(
    ("details", "nl", "en"),
    [({}, "landcode, zoals +31612345678.", "country code, such as +31612345678."),
     ({"field": "phone"}, "landcode, zoals +31301234567.", "country code, such as +31301234567."),
     ({"applicant": 0}, "landcode, zoals +31612345678.", "country code, such as +31612345678.")],
)  # fmt: skip
async def test_a_refused_number_is_asked_in_the_international_form(gate, details, nl, en):
    gate.peer.answers[ChangeMobile] = lambda *_: Refusal(code="invalid_mobile", details=details)
    for language, end in (("nl", nl), ("en", en)):
        headers = gate.person() | {"Accept-Language": language}
        url = f"/v1/credentials/{uuid4()}/mobile"
        refused = await gate.client.put(url, json={"mobile": "0611110098"}, headers=headers)
        assert refused.status_code == 400
        assert refused.json()["detail"].endswith(end)


@pytest.mark.parametrize(("language", "words"), [("nl", "landcode, zoals +316"), ("en", "country code, such as +316")])
async def test_a_national_telephone_number_is_told_the_form_that_is_wanted(gate, language, words):
    headers = gate.person() | {"Accept-Language": language}
    refused = await gate.client.post("/v1/organisation-additions", json={"phone": "0301234567"}, headers=headers)
    found = {fault["location"]: fault for fault in refused.json()["errors"]}
    assert words in found["body.phone"]["text"]
    assert found["body.phone"]["code"] == "string_pattern_mismatch"
    kvk = {"phone": "+31301234567", "kvkNumber": "1"}
    other = await gate.client.post("/v1/organisation-additions", json=kvk, headers=headers)
    texts = {fault["location"]: fault["text"] for fault in other.json()["errors"]}
    assert words not in texts["body.kvkNumber"]


@pytest.mark.rule("ID-115")
def test_a_branch_of_another_company_is_told_apart_from_an_unknown_company():
    branch = {"details": {"branch_number": "000012345678"}}
    assert problem_body("company_unknown", Language.NL, branch)["detail"] == (
        "Dit vestigingsnummer hoort niet bij dit KvK-nummer."
    )
    assert "branch number" in problem_body("company_unknown", Language.EN, branch)["detail"]
    assert "Handelsregister" in problem_body("company_unknown", Language.NL)["detail"]
