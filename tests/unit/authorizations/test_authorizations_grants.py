"""Granting: who may, to whom, for what, until when; all or nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.actor import ActorKind
from contracts.authorizations import GrantAuthorizations
from contracts.identity import CredentialStatus, CredentialType
from contracts.message import Refusal
from contracts.values import Level, Role
from profiles.model import load_profile
from services.authorizations.domain.grants import MOST_AT_ONCE, decide_ended, decide_grants, grant_id, grant_state
from tests.unit.authorizations.builders import (
    BOSS,
    COLLEAGUE,
    NOW,
    ORGANISATION,
    PERSON,
    SERVICE,
    TODAY,
    a_credential,
    a_grant,
    an_actor,
    an_id,
    an_offer,
    an_organisation,
    grant_facts,
)

OTHER = an_id("other service")


def a_command(**changes):
    given = {"actor": an_actor(), "person_ids": (PERSON,), "service_uuids": (SERVICE,)}
    return GrantAuthorizations(**{**given, **changes})


def grants(facts=None, now=NOW, max_years=5, **changes):
    outcome = decide_grants(a_command(**changes), facts or grant_facts(), max_years=max_years, now=now)
    assert not isinstance(outcome, Refusal), outcome
    return outcome


def refused(facts=None, now=NOW, **changes):
    outcome = decide_grants(a_command(**changes), facts or grant_facts(), max_years=5, now=now)
    assert isinstance(outcome, Refusal), outcome
    return outcome.code


def with_credential(**changes):
    """Facts in which the person's credential differs."""
    boss, _, colleague = grant_facts().credentials
    return grant_facts(credentials=(boss, a_credential(**changes), colleague))


@pytest.mark.rule("AU-08", "AU-11", "AU-14", "ST-31")
@pytest.mark.parametrize("profile", ["zlogin", "weid"])
def test_a_new_authorization_starts_today_and_runs_five_years(profile):
    (grant,) = grants(max_years=load_profile(profile).authorizations.max_years)

    assert (grant.start, grant.end, grant.granted_at) == (TODAY, date(2031, 11, 22), NOW)
    assert (grant.organisation_id, grant.person_id, grant.service_uuid) == (ORGANISATION, PERSON, SERVICE)


@pytest.mark.rule("AU-14", "SP-01")
def test_today_is_the_day_in_amsterdam():
    (grant,) = grants(now=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))

    assert grant.start == date(2026, 11, 23)


@pytest.mark.rule("AU-27", "AU-35", "AU-20", "SP-02")
@pytest.mark.parametrize(
    ("end", "code"),
    [
        (TODAY - timedelta(days=1), "end_date_too_early"),
        (TODAY, "end_date_too_early"),
        (TODAY + timedelta(days=1), None),
        (date(2031, 11, 22), None),
        (date(2031, 11, 23), "end_date_too_late"),
    ],
)
def test_the_end_lies_between_the_next_day_and_five_years(end, code):
    if code is None:
        assert [grant.end for grant in grants(end=end)] == [end]
    else:
        assert refused(end=end) == code


@pytest.mark.rule("AU-18", "AU-23", "AU-24")
def test_every_chosen_user_gets_every_chosen_service_once():
    facts = grant_facts(offers={SERVICE: an_offer(), OTHER: an_offer(service_uuid=OTHER)})

    made = grants(facts, person_ids=(PERSON, COLLEAGUE, PERSON), service_uuids=(SERVICE, OTHER, SERVICE))

    pairs = [(grant.person_id, grant.service_uuid) for grant in made]
    assert pairs == [(PERSON, SERVICE), (PERSON, OTHER), (COLLEAGUE, SERVICE), (COLLEAGUE, OTHER)]
    assert len({grant.id for grant in made}) == 4


@pytest.mark.rule("AU-15")
@pytest.mark.parametrize(
    "actor",
    [
        an_actor(role=Role.USER),
        an_actor(kind=ActorKind.STAFF),
        an_actor(kind=ActorKind.SYSTEM),
        an_actor(person_id=PERSON),
        an_actor(organisation_id=None),
        an_actor(person_id=None),
    ],
)
def test_only_an_administrator_may_grant_whatever_the_token_says(actor):
    assert refused(actor=actor) == "not_allowed"


@pytest.mark.rule("AU-15", "SP-125")
def test_an_administrator_whose_credential_ended_may_not_grant_with_an_old_token():
    boss, person, _ = grant_facts().credentials
    ended = replace(boss, status=CredentialStatus.ENDED)

    assert refused(grant_facts(credentials=(ended, person))) == "not_allowed"


@pytest.mark.parametrize("organisation", [None, an_organisation(active=False)])
def test_an_organisation_that_is_no_customer_grants_nothing(organisation):
    assert refused(grant_facts(organisation=organisation)) == "not_allowed"


@pytest.mark.rule("SP-57")
def test_an_administrator_may_authorise_himself():
    assert [grant.person_id for grant in grants(person_ids=(BOSS,))] == [BOSS]


@pytest.mark.rule("AU-09")
@pytest.mark.parametrize("status", [status for status in CredentialStatus if status is not CredentialStatus.ACTIVE])
def test_a_credential_in_any_other_status_than_active_is_refused(status):
    assert refused(with_credential(status=status)) == "credential_not_active"


@pytest.mark.rule("AU-21", "AU-22", "AU-10", "SP-49")
@pytest.mark.parametrize("held", Level)
def test_the_highest_service_decides_and_one_level_too_low_refuses_the_whole(held):
    facts = with_credential(level=held)
    offers = {SERVICE: an_offer(level=Level.EH2), OTHER: an_offer(service_uuid=OTHER, level=Level.EH2_PLUS)}
    both = {"service_uuids": (SERVICE, OTHER), "person_ids": (COLLEAGUE, PERSON)}

    if held is Level.EH2:
        assert refused(replace(facts, offers=offers), **both) == "level_too_low"
    else:
        assert len(grants(replace(facts, offers=offers), **both)) == 4


@pytest.mark.rule("AU-16")
def test_a_belastingdienst_credential_gets_only_belastingdienst_services():
    facts = with_credential(type=CredentialType.BELASTINGDIENST)

    assert refused(facts) == "belastingdienst_only"
    assert len(grants(replace(facts, offers={SERVICE: an_offer(belastingdienst=True)}))) == 1


@pytest.mark.rule("AU-16", "AU-21")
def test_the_level_for_other_services_must_come_of_a_regular_credential():
    boss, _, _ = grant_facts().credentials
    low = a_credential(id=an_id(1), level=Level.EH2_PLUS)
    tax = a_credential(id=an_id(2), level=Level.EH3, type=CredentialType.BELASTINGDIENST)

    assert refused(grant_facts(credentials=(boss, low, tax))) == "belastingdienst_only"


def test_what_is_not_known_is_refused():
    assert refused(service_uuids=(SERVICE, OTHER)) == "unknown"
    assert refused(person_ids=(PERSON, an_id("stranger"))) == "unknown"


def test_more_pairs_than_a_transaction_carries_are_refused():
    persons = tuple(an_id(n) for n in range(50))

    assert refused(person_ids=persons, service_uuids=tuple(an_id(n) for n in range(51))) == "too_many"
    assert len(persons) * 50 == MOST_AT_ONCE


@pytest.mark.rule("AU-32", "SP-47", "ST-34", "AU-40")
@pytest.mark.parametrize("end", [date(2026, 12, 1), date(2030, 1, 1)])
def test_an_authorization_that_lives_keeps_its_start_and_gets_the_new_end(end):
    held = a_grant(start=date(2026, 1, 1), end=date(2027, 1, 1), granted_at=NOW - timedelta(days=300))

    assert grants(grant_facts(grants=(held,)), end=end) == (replace(held, end=end),)


def test_an_authorization_that_is_given_again_unchanged_changes_nothing():
    held = a_grant(end=date(2027, 1, 1))

    assert grants(grant_facts(grants=(held,)), end=date(2027, 1, 1)) == ()


@pytest.mark.rule("AU-42", "ST-40")
@pytest.mark.parametrize(
    "ended", [a_grant(withdrawn=True), a_grant(start=date(2021, 1, 1), end=TODAY - timedelta(days=1))]
)
def test_one_that_ended_does_not_come_back_a_new_one_arises(ended):
    (grant,) = grants(grant_facts(grants=(ended,)))

    assert grant.id != ended.id
    assert (grant.generation, grant.start, grant.withdrawn) == (2, TODAY, False)


@pytest.mark.rule("SP-53")
def test_one_for_a_service_that_was_discontinued_meanwhile_is_no_more_overwritten():
    held = a_grant(granted_at=NOW - timedelta(days=9))
    returned = an_offer(since=NOW - timedelta(days=1))

    (grant,) = grants(grant_facts(grants=(held,), offers={SERVICE: returned}))

    assert grant.generation == 2


def test_the_newest_counts_whatever_the_order_in_which_they_were_read():
    ended, lives = a_grant(withdrawn=True), a_grant(id=an_id(2), generation=2)

    for read in ((ended, lives), (lives, ended)):
        assert [grant.id for grant in grants(grant_facts(grants=read), end=date(2028, 1, 1))] == [lives.id]


def test_the_id_tells_pairs_and_generations_apart():
    same, places = grant_id(ORGANISATION, PERSON, SERVICE, 1), (PERSON, SERVICE)

    assert same == grant_id(ORGANISATION, *places, 1)
    others = {grant_id(ORGANISATION, *places, 2), grant_id(OTHER, *places, 1), grant_id(ORGANISATION, *places[::-1], 1)}
    assert len({same, *others}) == 4


@pytest.mark.rule("SP-58", "ST-41")
def test_what_rests_on_a_credential_ends_with_it():
    ended = a_credential(status=CredentialStatus.ENDED)
    other = a_credential(id=an_id("other credential"))
    held = (a_grant(), a_grant(id=an_id(2), withdrawn=True))

    assert decide_ended(ended.id, [ended], held) == (replace(held[0], withdrawn=True),)
    assert decide_ended(ended.id, [a_credential()], held) == (replace(held[0], withdrawn=True),)
    assert decide_ended(ended.id, [ended, other], held) == ()


def test_the_state_tells_what_others_may_know():
    state = grant_state(a_grant(withdrawn=True))

    assert (state.person_id, state.organisation_id, state.service_uuid) == (PERSON, ORGANISATION, SERVICE)
    assert (state.start, state.end, state.withdrawn) == (TODAY, date(2031, 11, 22), True)
