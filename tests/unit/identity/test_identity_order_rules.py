"""Who may order an OTP device by form, and at which costs (ID-61, ID-164, BI-16, CF-13)."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.identity import CredentialStatus, DeviceOrderStatus, DeviceStep, PersonName, SecondFactor
from contracts.message import Refusal
from contracts.values import Language, Level, Role
from profiles.identity import Delivery
from profiles.model import load_profile
from services.identity.domain.credentials import Credential
from services.identity.domain.devices import Algorithm, Device, DeviceKind, DeviceReview, decide_review
from services.identity.domain.orders import DeviceOrder, address_lines, decide_again, decide_order

STAFF = Actor(kind=ActorKind.STAFF, person_id=uuid4(), staff_roles=frozenset({StaffRole.HANDLER}))
HELD = Credential(
    id=uuid4(), application_id=uuid4(), person_id=uuid4(), organisation_id=uuid4(), level=Level.EH3, role=Role.USER,
    status=CredentialStatus.ACTIVE, name=PersonName(initials="A.", surname="Vries"), email="a@b.example",
    language=Language.NL, second_factor=SecondFactor.SMS,
)  # fmt: skip


def refused(credential=HELD, profile="weid", actor=STAFF, *, agreed=True, waiting=()):
    given = load_profile(profile) if isinstance(profile, str) else profile
    refusal = decide_order(credential, waiting, actor, given, agreed=agreed)
    return refusal and refusal.code


def without_post():
    profile = load_profile("weid")
    otp = profile.second_factor.otp.model_copy(update={"delivery": Delivery.EMAIL})
    return profile.model_copy(update={"second_factor": profile.second_factor.model_copy(update={"otp": otp})})


@pytest.mark.rule("ID-164", "BI-16")
@pytest.mark.parametrize(("profile", "code"), [("weid", "agreement_missing"), ("zlogin", None)])
def test_costs_are_agreed_to_where_there_are_any(profile, code):
    assert refused(profile=profile, agreed=False) == code
    assert refused(profile=profile) is None


@pytest.mark.rule("ID-61", "CF-13")
def test_a_supplier_that_posts_no_devices_takes_no_order():
    assert refused(profile=without_post()) == "form_not_offered"


@pytest.mark.rule("ID-60", "ID-164")
def test_only_a_credential_in_being_with_a_second_factor_gets_one():
    assert refused(None) == "unknown"
    assert refused(replace(HELD, level=Level.EH2)) == "wrong_status"
    assert refused(replace(HELD, status=CredentialStatus.ENDED)) == "wrong_status"


@pytest.mark.rule("ID-164", "MS-06")
@pytest.mark.parametrize(
    "written", ["Kade 2\n1000 AA Elders", " Kade 2 \r\n\r\n\t1000 AA Elders\n", "\nKade 2\n \n1000 AA Elders"]
)
def test_an_address_is_a_line_each_however_it_was_written(written):
    assert address_lines(written) == "Kade 2\n1000 AA Elders"


ORDER = DeviceOrder(
    id=uuid4(), credential_id=HELD.id, person_id=HELD.person_id, organisation_id=HELD.organisation_id, name=HELD.name,
    language=Language.NL, organisation_name="O", address="x", submitted_at=datetime(2026, 11, 22, tzinfo=UTC),
    status=DeviceOrderStatus.FAILED, serial="AB-1",
)  # fmt: skip
DEVICE = Device(
    id="AB-1", kind=DeviceKind.HOTP, seed="x", digits=6, step_s=30, algorithm=Algorithm.SHA1, next=0,
    person_id=HELD.person_id, given=True,
)  # fmt: skip


def refused_again(order=ORDER, credential=HELD, device=DEVICE, actor=STAFF):
    refusal = decide_again(order, credential, device, actor)
    return refusal and refusal.code


@pytest.mark.rule("MS-06", "SP-116")
def test_only_a_device_whose_letter_failed_is_sent_again():
    assert refused_again() is None
    assert refused_again(None) == "unknown"
    for status in set(DeviceOrderStatus) - {DeviceOrderStatus.FAILED}:
        assert refused_again(replace(ORDER, status=status)) == "wrong_status"


@pytest.mark.rule("MS-06", "SP-116")
def test_a_device_is_sent_again_only_to_who_still_has_and_needs_it():
    assert refused_again(credential=replace(HELD, status=CredentialStatus.ENDED)) == "wrong_status"
    for owner in (None, uuid4()):
        assert refused_again(device=replace(DEVICE, person_id=owner)) == "wrong_status"
    auditor = STAFF.model_copy(update={"staff_roles": frozenset({StaffRole.AUDITOR})})
    assert refused_again(actor=auditor) == "not_allowed"


FOUR_EYES = frozenset({Level.EH3, Level.EH4})
FIRST, SECOND, HOLDER = uuid4(), uuid4(), HELD.person_id


def given_by(employee, serial="AB-1"):
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    return DeviceReview(HOLDER, DeviceStep.ASSIGNMENT, HOLDER, serial, employee, at)


@pytest.mark.rule("SP-128")
@pytest.mark.security("S9", "S25")
@pytest.mark.parametrize(
    ("levels", "four_eyes", "two"),
    [
        ([Level.EH2_PLUS], FOUR_EYES, False),
        ([Level.EH2, Level.EH3], FOUR_EYES, True),
        ([Level.EH4], FOUR_EYES, True),
        ([Level.EH4], frozenset(), False),
        ([], FOUR_EYES, False),
    ],
)
def test_two_employees_give_a_device_where_the_holder_has_a_level_for_four_eyes_anywhere(levels, four_eyes, two):
    held = [replace(HELD, level=level) for level in levels]
    held.append(replace(HELD, level=Level.EH4, status=CredentialStatus.ENDED))
    given = given_by(FIRST)
    assert decide_review(None, given, held, four_eyes) == (given if two else None)


@pytest.mark.security("S25")
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, given_by(SECOND)),
        (given_by(FIRST, "AB-2"), given_by(SECOND)),
        (given_by(SECOND), Refusal(code="four_eyes")),
        (given_by(FIRST), None),
    ],
)
def test_the_second_employee_is_another_and_gives_the_same_device(before, expected):
    assert decide_review(before, given_by(SECOND), [HELD], FOUR_EYES) == expected
