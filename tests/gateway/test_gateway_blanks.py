"""Blanks are no answer: a reason or a name of blanks alone is as missing as none, and those around a text go."""

from uuid import uuid4

import pytest

from contracts.identity import RejectApplication
from contracts.message import Done
from tests.gateway.samples import full, placed, sample
from tests.gateway.test_gateway_input import cases, headers_for
from tests.gateway.test_gateway_matrix import filled

PASSWORD = {"type": "string", "format": "password", "minLength": 1, "maxLength": 1024}
"""What holds for a password is the domain's to say; blanks may be part of one."""


@pytest.mark.rule("ID-73", "ST-19", "ST-84", "SP-20")
async def test_no_text_that_must_be_there_may_be_blank(gate):
    document, found = await cases(gate)
    tried, taken = [], []
    for method, path, operation, schema in found:
        body, headers = sample(document, schema), headers_for(gate, operation)
        for place, part in full(document, schema, ()):
            if not part.get("minLength") or part.items() >= PASSWORD.items():
                continue
            blank = placed(body, place, "  \t ")
            if blank is None:
                continue
            answer = await gate.client.request(method, filled(path), json=blank, headers=headers)
            tried.append(place[-1])
            if answer.status_code != 400:
                taken.append((method, path, place, answer.status_code))
    assert taken == []
    assert tried.count("reason") >= 9
    assert {"surname", "initials", "userName"} <= set(tried)


async def test_blanks_around_a_text_are_left_out(gate):
    gate.peer.answers[RejectApplication] = lambda *_: Done()
    path = f"/v1/applications/{uuid4()}/rejections"
    answer = await gate.client.post(path, json={"reason": " Onleesbaar \n"}, headers=gate.staff())
    assert answer.status_code == 204
    ((_, command),) = gate.peer.of(RejectApplication)
    assert command.reason == "Onleesbaar"


async def test_a_faulty_member_does_not_make_its_list_too_short(gate):
    applicant = {"level": "EH9", "secondFactor": "otp", "credentialType": "regular"}
    wanted = {"kvkNumber": "69599084", "years": 1, "credentials": [applicant]}
    answer = await gate.client.post("/v1/application-quotations", json=wanted)
    assert [error["location"] for error in answer.json()["errors"]] == ["body.credentials.0.level"]
    answer = await gate.client.post("/v1/application-quotations", json={**wanted, "credentials": []})
    assert [error["code"] for error in answer.json()["errors"]] == ["too_short"]
