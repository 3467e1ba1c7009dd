"""Rules of credentials, logins, sessions and assertions, as tables."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.actor import ANYONE, SYSTEM, Actor, ActorKind, StaffRole
from contracts.identity import CredentialStatus, PersonName, SecondFactor
from contracts.values import Language, Level, Role
from services.identity.domain.activation import Activation, Completion, decide_completion, decide_start
from services.identity.domain.authority import is_staff
from services.identity.domain.credentials import (
    Credential,
    approved,
    decide_approval,
    decide_expiry,
    decide_identification,
    opens_session,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORGANISATION = uuid4()
STAFF = Actor(kind=ActorKind.STAFF, person_id=uuid4(), staff_roles=frozenset({StaffRole.HANDLER}))
FOUR_EYES = frozenset({Level.EH3, Level.EH4})
STATUSES = list(CredentialStatus)
GOOD = {"code_right": True, "factor_step": 5, "factor_needed": True, "name_taken": False, "password_fault": None}
ACTIVE, WAITING = CredentialStatus.ACTIVE, CredentialStatus.WAITING_ACTIVATION


def a_credential(status=CredentialStatus.ACTIVE, level=Level.EH3, role=Role.ADMINISTRATOR, **more):
    given = {
        "id": uuid4(), "application_id": uuid4(), "person_id": uuid4(), "organisation_id": ORGANISATION,
        "level": level, "role": role, "status": status, "name": PersonName(initials="A.", surname="Jansen"),
        "email": "a@x.example", "language": Language.NL, "second_factor": SecondFactor.OTP,
    }  # fmt: skip
    return Credential(**(given | more))


@pytest.mark.rule("ID-19", "ID-22", "ID-154", "ID-155")
@pytest.mark.parametrize("status", STATUSES)
def test_only_a_credential_in_use_opens_a_session(status):
    found = opens_session(a_credential(status), second_factor=True, factor_from=Level.EH2_PLUS)
    assert found is (status in {CredentialStatus.ACTIVE, CredentialStatus.ENDING_SCHEDULED})


@pytest.mark.rule("ID-19", "ID-183", "ID-27")
@pytest.mark.parametrize(
    ("level", "role", "factor", "opens"),
    [
        (Level.EH2, Role.ADMINISTRATOR, True, False),
        (Level.EH2, Role.USER, False, True),
        (Level.EH2_PLUS, Role.ADMINISTRATOR, True, True),
        (Level.EH2_PLUS, Role.USER, False, False),
        (Level.EH3, Role.USER, False, False),
        (Level.EH4, Role.ADMINISTRATOR, True, True),
    ],
)
def test_level_role_and_second_factor_decide_on_a_session(level, role, factor, opens):
    credential = a_credential(level=level, role=role)
    assert opens_session(credential, second_factor=factor, factor_from=Level.EH2_PLUS) is opens


@pytest.mark.rule("SP-04")
@pytest.mark.parametrize(
    ("moment", "last"),
    [
        (datetime(2026, 1, 31, 12, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), date(2026, 12, 23)),
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 31)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 8, 1)),
    ],
)
def test_the_last_day_to_activate_is_thirty_days_after_the_dutch_day_of_approval(moment, last):
    found = approved(a_credential(CredentialStatus.WAITING_APPROVAL), uuid4(), "letter", 30, moment)
    assert (found.activate_by, found.status) == (last, CredentialStatus.WAITING_ACTIVATION)


@pytest.mark.rule("ID-70", "ID-75")
@pytest.mark.parametrize(
    ("actor", "status", "code"),
    [
        (STAFF, "waiting", None),
        (STAFF, "approved", "wrong_status"),
        (STAFF, "rejected", "wrong_status"),
        (STAFF, None, "unknown"),
        (ANYONE, "waiting", "not_allowed"),
        (SYSTEM, "waiting", "not_allowed"),
    ],
)
def test_the_back_office_decides_on_what_waits(actor, status, code):
    refusal = decide_approval(actor, status, (), FOUR_EYES)
    assert (refusal.code if refusal else None) == code


@pytest.mark.rule("SP-128")
@pytest.mark.parametrize(
    ("level", "code"), [(Level.EH2_PLUS, None), (Level.EH3, "four_eyes"), (Level.EH4, "four_eyes")]
)
def test_who_identified_does_not_approve_at_levels_for_four_eyes(level, code):
    credential = a_credential(CredentialStatus.WAITING_APPROVAL, level, identified_by=STAFF.person_id)
    refusal = decide_approval(STAFF, "waiting", [credential], FOUR_EYES)
    assert (refusal.code if refusal else None) == code
    assert decide_approval(STAFF, "waiting", [credential], frozenset()) is None


@pytest.mark.rule("ID-89")
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("level", [Level.EH2_PLUS, Level.EH3])
def test_an_identification_is_recorded_before_the_credential_is_in_use(status, level):
    found = decide_identification(a_credential(status, level), STAFF, FOUR_EYES, NOW)
    waiting = status in {
        CredentialStatus.WAITING_APPROVAL,
        CredentialStatus.WAITING_ACTIVATION,
        CredentialStatus.ACTIVATION_EXPIRED,
    }
    if waiting and level is Level.EH3:
        assert (found.identified_by, found.identified_at, found.status) == (STAFF.person_id, NOW, status)
    else:
        assert found.code == "wrong_status"


def test_an_actor_without_a_person_or_a_role_is_no_staff():
    assert is_staff(STAFF)
    assert not is_staff(STAFF.model_copy(update={"person_id": None}))
    assert not is_staff(STAFF.model_copy(update={"staff_roles": frozenset()}))
    assert not is_staff(STAFF.model_copy(update={"kind": ActorKind.PERSON}))


@pytest.mark.rule("ID-82", "ST-06")
@pytest.mark.parametrize("status", STATUSES)
def test_only_what_waits_for_activation_expires(status):
    credential = a_credential(status, activate_by=date(2026, 11, 21), letter="x")
    found = decide_expiry(credential, NOW)
    assert (found is not None) is (status is CredentialStatus.WAITING_ACTIVATION)
    if found:
        assert (found.status, found.letter, found.activate_by) == (
            CredentialStatus.ACTIVATION_EXPIRED,
            None,
            date(2026, 11, 21),
        )
    assert decide_expiry(None, NOW) is None


@pytest.mark.rule("ID-82")
def test_a_day_that_is_not_over_expires_nothing():
    credential = a_credential(CredentialStatus.WAITING_ACTIVATION, activate_by=date(2026, 11, 22))
    assert decide_expiry(credential, NOW) is None


@pytest.mark.rule("SP-08", "ID-84")
def test_an_older_letter_says_that_there_is_a_newer():
    credential = a_credential(CredentialStatus.WAITING_ACTIVATION, activate_by=date(2026, 12, 22), letter="new")
    assert decide_start(credential, "old", NOW).code == "letter_replaced"
    assert decide_start(credential, "new", NOW) is None


@pytest.mark.rule("ST-05", "ID-89", "ID-79")
@pytest.mark.parametrize(
    ("facts", "more", "code"),
    [
        ({}, {}, None),
        ({"factor_needed": False, "factor_step": None}, {}, None),
        ({"code_right": False}, {}, "wrong_code"),
        ({"factor_step": None}, {}, "wrong_code"),
        ({"name_taken": True}, {}, "user_name_taken"),
        ({"password_fault": "common"}, {}, "weak_password"),
        ({}, {"identified_at": None}, "identification_missing"),
        ({}, {"identified_at": None, "level": Level.EH2_PLUS}, None),
        ({}, {"activate_by": date(2026, 11, 21)}, "activation_expired"),
        ({}, {"status": CredentialStatus.ACTIVE}, "wrong_status"),
        ({}, {"status": CredentialStatus.ACTIVATION_EXPIRED}, "activation_expired"),
        ({}, {"activation_id": uuid4()}, "unknown"),
        ({"code_right": False, "name_taken": True}, {}, "wrong_code"),
    ],
)
def test_activation_asks_everything(facts, more, code):
    activation = Activation(uuid4(), uuid4(), "hash", NOW + timedelta(hours=24), None)
    given = {
        "status": CredentialStatus.WAITING_ACTIVATION, "activate_by": date(2026, 12, 22), "identified_at": NOW,
        "activation_id": activation.id, "letter": "x",
    }  # fmt: skip
    refusal = decide_completion(activation, a_credential(**(given | more)), Completion(**(GOOD | facts)), NOW)
    assert (refusal.code if refusal else None) == code
