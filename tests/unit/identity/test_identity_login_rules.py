"""Rules of logins, sessions and tokens, as tables."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.identity import CredentialStatus, SecondFactor
from contracts.values import Level
from services.identity.crypto.tokens import Tokens
from services.identity.crypto.totp import new_seed, used_step
from services.identity.domain.logins import CODE_LIFE, Attempts, Login, decide_second_step, failed, pause_refusal
from services.identity.domain.people import Account, Authenticator, texted, with_device, with_factor
from services.identity.domain.recovery import LINK_LIFE, Recovery, code_counts, with_code
from services.identity.domain.sessions import Presented, Session, presented
from services.identity.domain.texting import full_until

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORGANISATION = uuid4()
STAFF = Actor(kind=ActorKind.STAFF, person_id=uuid4(), staff_roles=frozenset({StaffRole.HANDLER}))
FOUR_EYES = frozenset({Level.EH3, Level.EH4})
STATUSES = list(CredentialStatus)
GOOD = {"code_right": True, "factor_step": 5, "factor_needed": True, "name_taken": False, "password_fault": None}
ACTIVE, WAITING = CredentialStatus.ACTIVE, CredentialStatus.WAITING_ACTIVATION


@pytest.mark.rule("SP-39")
def test_pauses_start_at_the_fifth_failure_and_stay_below_an_hour():
    attempts, lengths = Attempts("x"), []
    for _ in range(14):
        attempts = failed(attempts, NOW)
        lengths.append((attempts.paused_until - NOW).total_seconds() if attempts.paused_until else 0)
    assert lengths == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert pause_refusal(attempts, NOW + timedelta(hours=1)) is None
    assert pause_refusal(attempts, NOW + timedelta(minutes=59)).code == "too_many_attempts"


def test_codes_by_sms_are_three_in_ten_minutes_and_ten_a_day():
    authenticator, sent = Authenticator("x", "hash", None), 0
    for minute in range(24 * 60):
        now = NOW + timedelta(minutes=minute)
        if full_until(authenticator.codes_sent, now) is None:
            authenticator, sent = texted(authenticator, now), sent + 1
        if minute == 9:
            assert sent == 3
    assert sent == 10
    tomorrow = NOW + timedelta(days=1)
    assert full_until(authenticator.codes_sent, tomorrow - timedelta(minutes=1)) == tomorrow
    assert full_until(authenticator.codes_sent, tomorrow) is None


def test_the_newest_twenty_devices_are_known():
    authenticator = Authenticator("x", "hash", None)
    for number in range(25):
        authenticator = with_device(authenticator, f"d{number}")
    assert authenticator.devices == tuple(f"d{number}" for number in range(5, 25))
    assert with_device(with_device(authenticator, "d24"), None) == authenticator


@pytest.mark.parametrize(
    ("counter", "seconds", "kind"),
    [
        (5, 0, Presented.CURRENT),
        (5, 600, Presented.CURRENT),
        (4, 10, Presented.PREDECESSOR),
        (4, 10.001, Presented.REUSED),
        (3, 0, Presented.REUSED),
        (0, 0, Presented.REUSED),
        (6, 0, Presented.FALSE),
        (None, 0, Presented.FALSE),
    ],
)
def test_only_the_immediate_predecessor_has_a_grace(counter, seconds, kind):
    session = Session(uuid4(), uuid4(), "a", None, NOW, NOW, NOW + timedelta(hours=8), counter=5)
    assert presented(session, counter, NOW + timedelta(seconds=seconds)) is kind


def an_account(changes=0):
    return Account("a", uuid4(), "anna", SecondFactor.SMS, factor_changes=changes)


@pytest.mark.rule("ID-179", "SP-40")
@pytest.mark.security("S16")
@pytest.mark.parametrize(("begun", "present", "code"), [(0, 0, None), (3, 3, None), (0, 1, "login_expired")])
def test_a_login_is_completed_with_the_factor_that_it_was_begun_with(begun, present, code):
    login = Login(
        uuid4(), "a", uuid4(), "a:unknown", None, SecondFactor.SMS, "hash", NOW + CODE_LIFE, factor_changes=begun
    )
    judged = {"right": True, "reaches": True, "now": NOW}
    assert getattr(decide_second_step(login, an_account(present), Attempts("x"), **judged), "code", None) == code
    assert decide_second_step(login, None, Attempts("x"), **judged).code == "login_expired"


@pytest.mark.security("S9", "S16")
def test_another_factor_of_the_same_kind_is_another_factor():
    after = with_factor(an_account(), SecondFactor.SMS)
    assert (after.second_factor, after.factor_changes) == (SecondFactor.SMS, 1)
    recovery = with_code(Recovery("r", "a", NOW + LINK_LIFE), an_account(), uuid4(), "hash", NOW + CODE_LIFE)
    assert code_counts(recovery, an_account(), NOW)
    assert not code_counts(recovery, after, NOW)
    assert not code_counts(recovery, an_account(), NOW + CODE_LIFE)
    assert not code_counts(Recovery("r", "a", NOW + LINK_LIFE), an_account(), NOW)


def test_a_refresh_token_belongs_to_one_session_and_is_always_the_same():
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
           "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "kid": "k"}  # fmt: skip
    tokens, session = Tokens(key, "c2VjcmV0", "test"), UUID(int=1)
    token = tokens.refresh(session, 7)
    assert token == tokens.refresh(session, 7)
    assert tokens.counter(session, token) == 7
    assert tokens.counter(UUID(int=2), token) is None
    assert tokens.counter(session, token.replace("7.", "8.")) is None
    assert len(token) >= 43


@pytest.mark.rule("SP-40", "ID-182")
def test_the_test_vectors_of_the_standard_count_in_their_step_and_the_next():
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = datetime.fromtimestamp(1111111109, tz=UTC)
    step = 1111111109 // 30
    assert used_step(seed, "081804", at, 0) == step
    assert used_step(seed, "081804", at, step) is None
    assert used_step(seed, "081804", at + timedelta(seconds=30), 0) == step
    assert used_step(seed, "081804", at + timedelta(seconds=60), 0) is None
    for wrong in ("", "81804", "081805", "\uff10\uff18\uff11\uff18\uff10\uff14"):
        assert used_step(seed, wrong, at, 0) is None
    assert len(new_seed()) * 5 == 160
