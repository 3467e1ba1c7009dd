"""Employees of the back office over HTTP: what reaches identity, and which secret is told to whom (SP-128, S25)."""

from uuid import uuid4

import pytest

from contracts.identity import (
    AddStaff,
    ApplicationPage,
    ConfirmStaff,
    ListApplications,
    ListStaff,
    PersonName,
    RemoveStaff,
    StaffAdded,
    StaffConfirmed,
    StaffMemberView,
    StaffPage,
    StaffRemoved,
)
from contracts.message import Refusal
from tests.gateway.people import HEADER, bearer, claims_of, compact

BODY = {
    "userName": "nieuw", "name": {"initials": "B.", "surname": "Kantoor"}, "email": "nieuw@supplier.example",
    "staffRoles": ["handler", "reviewer"],
}  # fmt: skip
NAME = PersonName(initials="B.", surname="Kantoor")


def sealed(gate, envelope, field, text):
    return gate.gateway.sealer.seal(text, to="gateway", message_id=envelope.id, field=field)


@pytest.mark.rule("SP-128")
@pytest.mark.security("S25")
async def test_the_device_is_told_to_who_adds_and_the_password_to_who_confirms(gate):
    id_, reviewer = uuid4(), gate.staff(staff_roles=["reviewer"])
    gate.peer.answers[AddStaff] = lambda _, envelope: StaffAdded(
        person_id=id_, otp_uri=sealed(gate, envelope, "otp_uri", "otpauth://totp/x?secret=ABC")
    )
    gate.peer.answers[ConfirmStaff] = lambda _, envelope: StaffConfirmed(
        password=sealed(gate, envelope, "password", "een lang wachtwoord")
    )
    added = await gate.client.post("/v1/employees", json=BODY, headers=reviewer)
    assert (added.status_code, added.json()) == (
        201, {"personId": str(id_), "otpUri": "otpauth://totp/x?secret=ABC"},
    )  # fmt: skip
    ((_, command),) = gate.peer.of(AddStaff)
    assert (command.user_name, command.name, command.staff_roles) == ("nieuw", NAME, {"handler", "reviewer"})
    confirmed = await gate.client.post(f"/v1/employees/{id_}/confirmations", headers=reviewer)
    assert (confirmed.status_code, confirmed.json()) == (201, {"password": "een lang wachtwoord"})
    for wrong in ({"staffRoles": []}, {"staffRoles": ["boss"]}, {"email": "x"}, {"userName": "x"}, {"password": "x"}):
        refused = await gate.client.post("/v1/employees", json={**BODY, **wrong}, headers=reviewer)
        assert refused.status_code == 400, wrong
    assert len(gate.peer.of(AddStaff)) == 1


@pytest.mark.rule("SP-128")
async def test_employees_are_listed_and_let_go(gate):
    id_ = uuid4()
    view = StaffMemberView(
        person_id=id_, user_name="nieuw", name=NAME, email="nieuw@supplier.example", staff_roles=("auditor",),
        awaits_second=True,
    )  # fmt: skip
    gate.peer.answers[ListStaff] = lambda *_: StaffPage(rows=(view,), next="more")
    gate.peer.answers[RemoveStaff] = lambda *_: StaffRemoved()
    listed = (await gate.client.get("/v1/employees", headers=gate.staff(staff_roles=["auditor"]))).json()
    assert listed["rows"] == [
        {
            "personId": str(id_), "userName": "nieuw", "name": {"initials": "B.", "infix": None, "surname": "Kantoor"},
            "email": "nieuw@supplier.example", "staffRoles": ["auditor"], "awaitsSecond": True,
        }
    ]  # fmt: skip
    reviewer = gate.staff(staff_roles=["reviewer"])
    await gate.client.get("/v1/employees", params={"cursor": listed["next"]}, headers=reviewer)
    assert gate.peer.of(ListStaff)[-1][1].cursor == "more"
    assert (await gate.client.delete(f"/v1/employees/{id_}", headers=reviewer)).status_code == 204
    ((_, command),) = gate.peer.of(RemoveStaff)
    assert command.person_id == id_
    gate.peer.answers[RemoveStaff] = lambda *_: Refusal(code="own_roles")
    own = await gate.client.delete(f"/v1/employees/{uuid4()}", headers=reviewer)
    assert (own.status_code, own.json()["code"]) == (403, "own_roles")


@pytest.mark.rule("SP-128")
@pytest.mark.security("S16")
async def test_who_was_let_go_is_refused_from_the_answer_on(gate):
    leaver = claims_of(gate.deployment, "staff", staff_roles=["handler"])
    headers = bearer(compact(HEADER, leaver))
    gate.peer.answers[ListApplications] = lambda *_: ApplicationPage()
    gate.peer.answers[RemoveStaff] = lambda *_: StaffRemoved(session_ids=(leaver["sid"],))
    assert (await gate.client.get("/v1/applications", headers=headers)).status_code == 200
    reviewer = gate.staff(staff_roles=["reviewer"])
    gone = await gate.client.delete(f"/v1/employees/{leaver['sub']}", headers=reviewer)
    assert gone.status_code == 204
    refused = await gate.client.get("/v1/applications", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")
    assert (await gate.client.get("/v1/applications", headers=reviewer)).status_code == 200
