"""Files of OTP devices over HTTP: what is wrong in them, and the key that opens them (ID-61, SP-42)."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chassis.sealed import Sealer
from contracts.identity import (
    AssignDevice,
    DeviceDecided,
    DeviceFault,
    DeviceReviewPage,
    DeviceReviewView,
    DevicesImported,
    ImportDevices,
    ListDeviceReviews,
    PersonName,
    WithdrawDeviceReview,
)
from contracts.message import Done, Refusal
from gateway.faults import DEVICE_FILE

FILE = {"file": ("devices.csv", b"serial,type,seed\n", "text/csv")}


def opened(gate, sealed, envelope):
    sealer = Sealer(gate.gateway.settings.sealing_keys, "identity")
    return sealer.open(sealed, message_id=envelope.id, field="transport_key")


@pytest.mark.parametrize(
    ("language", "text"), [("nl", "staat tweemaal in het bestand"), ("en", "stands in the file twice")]
)
async def test_what_is_wrong_in_a_file_of_devices_is_told_as_faults_of_the_input(gate, language, text):
    faults = {"file.3.serial": "serial_twice", "file.7.seed": "seed_invalid"}
    gate.peer.answers[ImportDevices] = lambda *_: Refusal(code="invalid_device_file", details=faults)
    headers = {**gate.staff(), "Accept-Language": language}
    answer = await gate.client.post("/v1/otp-devices", files=FILE, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_device_file")
    assert "details" not in answer.json()
    first, second = answer.json()["errors"]
    assert first == {"location": "file.3.serial", "code": "serial_twice", "text": text}
    assert second["location"] == "file.7.seed"


@pytest.mark.security("S37")
async def test_the_key_of_a_file_of_devices_travels_sealed_and_may_be_left_out(gate):
    gate.peer.answers[ImportDevices] = lambda *_: DevicesImported(imported=1, known=0)
    for form, expected in (({}, None), ({"form": '{"transportKey": "qwerty"}'}, "qwerty")):
        answer = await gate.client.post("/v1/otp-devices", files=FILE, data=form, headers=gate.staff())
        assert (answer.status_code, answer.json()["imported"]) == (201, 1)
        envelope, command = gate.peer.heard[-1]
        assert "qwerty" not in command.model_dump_json()
        sealed = command.transport_key
        assert (sealed and opened(gate, sealed, envelope)) == expected
    unknown = await gate.client.post("/v1/otp-devices", files=FILE, data={"form": '{"key": 1}'}, headers=gate.staff())
    (fault,) = unknown.json()["errors"]
    assert (fault["location"], "transportKey" in fault["allowed"]) == ("form", True)


@pytest.mark.security("S25")
async def test_the_back_office_learns_that_another_employee_must_give_a_device_as_well(gate):
    person, first = uuid4(), uuid4()
    row = DeviceReviewView(
        review_id=person, step="assignment", serial="AB-1001", person_id=person,
        name=PersonName(initials="A.", surname="Jansen"), reviewed_by=first,
        submitted_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )  # fmt: skip
    gate.peer.answers[AssignDevice] = lambda *_: DeviceDecided(awaits_second=True)
    gate.peer.answers[ListDeviceReviews] = lambda *_: DeviceReviewPage(rows=(row,))
    body = {"personId": str(person)}
    answer = await gate.client.put("/v1/otp-devices/AB-1001/holder", json=body, headers=gate.staff())
    assert (answer.status_code, answer.json()) == (200, {"awaitsSecond": True})
    listed = (await gate.client.get("/v1/otp-devices/reviews", headers=gate.staff())).json()
    (shown,) = listed["rows"]
    assert (shown["serial"], shown["personId"], shown["reviewedBy"]) == ("AB-1001", str(person), str(first))
    assert (shown["reviewId"], shown["step"]) == (str(person), "assignment")
    gate.peer.answers[WithdrawDeviceReview] = lambda *_: Done()
    withdrawn = await gate.client.delete(f"/v1/otp-devices/reviews/{person}", headers=gate.staff())
    assert (withdrawn.status_code, withdrawn.content) == (204, b"")
    ((_, command),) = gate.peer.of(WithdrawDeviceReview)
    assert command.review_id == person


def test_each_fault_of_a_file_of_devices_has_its_text():
    assert {*DEVICE_FILE} == {*DeviceFault}
