"""Decisions: each no has its reason, and a chain that is cut anywhere gives no."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.authorizations import Reason
from contracts.chain import ChainStatus
from contracts.identity import CredentialStatus, CredentialType
from contracts.values import Level
from services.authorizations.domain.decisions import decide
from tests.unit.authorizations.builders import (
    NOW,
    OIN,
    ORGANISATION,
    OTHER_OIN,
    TODAY,
    a_chain,
    a_credential,
    a_grant,
    an_id,
    an_offer,
    an_organisation,
    by_chain,
    direct,
)

YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
ELSEWHERE = an_id("elsewhere")


def reason(facts, now=NOW):
    decision = decide(facts, now)
    assert decision.permitted == (decision.reason in {Reason.DIRECT, Reason.CHAIN})
    assert (decision.level is not None) == decision.permitted
    return decision.reason


@pytest.mark.rule("SP-132", "ID-37")
def test_a_person_with_credential_and_authorization_may_act():
    decision = decide(direct(), NOW)

    assert (decision.permitted, decision.reason, decision.level) == (True, Reason.DIRECT, Level.EH3)


@pytest.mark.rule("SP-132")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"service": None}, Reason.UNKNOWN_SERVICE, marks=pytest.mark.rule("SP-53")),
        ({"organisations": ()}, Reason.UNKNOWN_ORGANISATION),
        ({"organisations": (an_organisation(active=False),)}, Reason.UNKNOWN_ORGANISATION),
        pytest.param({"credentials": ()}, Reason.NO_CREDENTIAL, marks=pytest.mark.rule("ID-37")),
        ({"credentials": (a_credential(organisation_id=ELSEWHERE),)}, Reason.NO_CREDENTIAL),
        pytest.param({"grants": ()}, Reason.NO_AUTHORIZATION, marks=pytest.mark.rule("ID-37")),
        ({"grants": (a_grant(organisation_id=ELSEWHERE),)}, Reason.NO_AUTHORIZATION),
        ({"grants": (a_grant(withdrawn=True),)}, Reason.AUTHORIZATION_ENDED),
        pytest.param(
            {"grants": (a_grant(end=YESTERDAY),)}, Reason.AUTHORIZATION_ENDED, marks=pytest.mark.rule("AU-43")
        ),
        pytest.param({"login_level": Level.EH2_PLUS}, Reason.LEVEL_TOO_LOW, marks=pytest.mark.rule("ID-36")),
    ],
)
def test_each_missing_part_refuses_with_its_own_reason(changes, expected):
    assert reason(direct(**changes)) is expected


@pytest.mark.parametrize("status", CredentialStatus)
def test_a_credential_works_while_it_is_active_or_waits_for_its_end(status):
    works = status in {CredentialStatus.ACTIVE, CredentialStatus.ENDING_SCHEDULED}

    expected = Reason.DIRECT if works else Reason.CREDENTIAL_NOT_ACTIVE
    assert reason(direct(credentials=(a_credential(status=status),))) is expected


@pytest.mark.rule("ID-155", "TI-16")
@pytest.mark.parametrize(("last", "expected"), [(TODAY, Reason.DIRECT), (YESTERDAY, Reason.CREDENTIAL_NOT_ACTIVE)])
def test_a_credential_works_on_its_last_day_and_not_after_it_though_its_end_is_late(last, expected):
    ending = a_credential(status=CredentialStatus.ENDING_SCHEDULED, ends_on=last)
    assert reason(direct(credentials=(ending,))) is expected


@pytest.mark.rule("ID-36", "SP-52")
@pytest.mark.parametrize("held", Level)
@pytest.mark.parametrize("asked", Level)
@pytest.mark.parametrize("login", [None, *Level])
def test_the_level_of_credential_and_login_must_reach_the_service(held, asked, login):
    facts = direct(service=an_offer(level=asked), credentials=(a_credential(level=held),), login_level=login)

    reached = held.rank if login is None else min(held.rank, login.rank)
    decision = decide(facts, NOW)
    assert decision.permitted == (reached >= asked.rank)
    assert decision.level == (list(Level)[reached] if reached >= asked.rank else None)


@pytest.mark.rule("ID-06", "AU-17")
@pytest.mark.parametrize(
    ("branch", "refuses", "expected"),
    [
        (True, True, Reason.BRANCH_NUMBER),
        (True, False, Reason.DIRECT),
        (False, True, Reason.DIRECT),
    ],
)
def test_a_branch_number_blocks_the_providers_that_refuse_it(branch, refuses, expected):
    facts = direct(organisations=(an_organisation(branch=branch),), service=an_offer(refuses_branches=refuses))

    assert reason(facts) is expected


@pytest.mark.rule("AU-16")
@pytest.mark.parametrize(("belastingdienst", "expected"), [(True, Reason.DIRECT), (False, Reason.NO_AUTHORIZATION)])
def test_a_belastingdienst_credential_serves_only_the_belastingdienst(belastingdienst, expected):
    credential = a_credential(type=CredentialType.BELASTINGDIENST)

    facts = direct(credentials=(credential,), service=an_offer(belastingdienst=belastingdienst))

    assert reason(facts) is expected


@pytest.mark.rule("SP-01", "AU-43")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, 999000, UTC), Reason.DIRECT),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), Reason.AUTHORIZATION_ENDED),
    ],
)
def test_access_ends_at_midnight_in_amsterdam_after_the_last_day(now, expected):
    assert reason(direct(grants=(a_grant(end=date(2026, 11, 30)),)), now) is expected


@pytest.mark.rule("SP-53")
def test_an_authorization_from_before_the_service_was_discontinued_stays_void_when_it_returns():
    returned = an_offer(since=NOW)

    assert reason(direct(service=returned, grants=(a_grant(granted_at=NOW - timedelta(days=1)),))) is (
        Reason.AUTHORIZATION_ENDED
    )
    assert reason(direct(service=returned, grants=(a_grant(granted_at=NOW),))) is Reason.DIRECT


def test_of_several_credentials_the_one_that_permits_at_the_highest_level_counts():
    ended = a_credential(id=an_id(1), level=Level.EH4, status=CredentialStatus.ENDED)
    low, high = a_credential(id=an_id(2)), a_credential(id=an_id(3), level=Level.EH4)

    assert decide(direct(credentials=(ended, low, high)), NOW).level is Level.EH4
    assert decide(direct(credentials=(ended, low)), NOW).level is Level.EH3
    assert reason(direct(credentials=(ended,))) is Reason.CREDENTIAL_NOT_ACTIVE


@pytest.mark.rule("CH-03", "CH-92")
@pytest.mark.parametrize(
    "scope",
    [
        {"service_uuids": frozenset({an_offer().service_uuid})},
        {"service_uuids": frozenset(), "provider_oins": frozenset({OIN})},
        {"service_uuids": frozenset(), "general": True},
    ],
)
def test_a_linked_person_acts_for_the_relation_in_each_kind_of_scope(scope):
    decision = decide(by_chain(chains=(a_chain(**scope),)), NOW)

    assert (decision.permitted, decision.reason, decision.level) == (True, Reason.CHAIN, Level.EH3)


CUTS = [
    ("relation suspended", {"relation_suspended": True}, Reason.CHAIN_NOT_ACTIVE, "CH-92"),
    ("no organisation", {"organisations": ()}, Reason.UNKNOWN_ORGANISATION, "CH-92"),
    ("no service", {"service": None}, Reason.UNKNOWN_SERVICE, "CH-92"),
    ("no credential", {"credentials": ()}, Reason.NO_CREDENTIAL, "CH-92"),
    (
        "credential ended",
        {"credentials": (a_credential(status=CredentialStatus.ENDED),)},
        Reason.CREDENTIAL_NOT_ACTIVE,
        "CH-92",
    ),
    (
        "service asks more",
        {"service": an_offer(level=Level.EH4)},
        Reason.LEVEL_TOO_LOW,
        "CH-92",
    ),
    ("login too low", {"login_level": Level.EH2_PLUS}, Reason.LEVEL_TOO_LOW, "CH-91"),
    (
        "branch number",
        {"organisations": (an_organisation(branch=True),), "service": an_offer(refuses_branches=True)},
        Reason.BRANCH_NUMBER,
        "ID-06",
    ),
    ("no chain authorization", {"chains": ()}, Reason.NO_CHAIN_AUTHORIZATION, "CH-02"),
    ("of another", {"chains": (a_chain(intermediary_id=ELSEWHERE),)}, Reason.NO_CHAIN_AUTHORIZATION, "CH-89"),
    ("past its end", {"chains": (a_chain(end=YESTERDAY),)}, Reason.CHAIN_NOT_ACTIVE, "CH-97"),
    ("not begun", {"chains": (a_chain(start=TOMORROW),)}, Reason.CHAIN_NOT_ACTIVE, "CH-92"),
    ("no period", {"chains": (a_chain(start=None, end=None),)}, Reason.CHAIN_NOT_ACTIVE, "CH-92"),
    ("deletion due", {"chains": (a_chain(ends_on=TODAY),)}, Reason.CHAIN_NOT_ACTIVE, "CH-102"),
    ("not linked", {"chains": (a_chain(linked=False),)}, Reason.CHAIN_USER_NOT_LINKED, "CH-05"),
    (
        "other service",
        {"chains": (a_chain(service_uuids=frozenset({an_id("other")})),)},
        Reason.CHAIN_SERVICE_NOT_IN_SCOPE,
        "CH-02",
    ),
    (
        "other provider",
        {"chains": (a_chain(service_uuids=frozenset(), provider_oins=frozenset({OTHER_OIN})),)},
        Reason.CHAIN_SERVICE_NOT_IN_SCOPE,
        "CH-02",
    ),
    ("not accepted", {"service": an_offer(chain_allowed=False)}, Reason.CHAIN_NOT_ACCEPTED_BY_SERVICE, "CH-92"),
    (
        "Belastingdienst credential",
        {"credentials": (a_credential(type=CredentialType.BELASTINGDIENST),)},
        Reason.CHAIN_CREDENTIAL_NOT_REGULAR,
        "CH-91",
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(changes, expected, id=name, marks=pytest.mark.rule("CH-92", rule))
        for name, changes, expected, rule in CUTS
    ],
)
def test_a_chain_cut_anywhere_gives_no(changes, expected):
    assert decide(by_chain(), NOW).permitted, "whole, it permits"

    assert reason(by_chain(**changes)) is expected


@pytest.mark.rule("CH-92")
@pytest.mark.parametrize("status", ChainStatus)
def test_only_an_active_chain_authorization_and_one_that_waits_for_its_end_can_be_used(status):
    works = status in {ChainStatus.ACTIVE, ChainStatus.END_SCHEDULED}
    chain = a_chain(status=status, ends_on=TOMORROW if status is ChainStatus.END_SCHEDULED else None)

    assert reason(by_chain(chains=(chain,))) is (Reason.CHAIN if works else Reason.CHAIN_NOT_ACTIVE)


@pytest.mark.rule("SP-99", "CH-91", "SP-85")
@pytest.mark.parametrize("held", Level)
@pytest.mark.parametrize("asked", [Level.EH2, Level.EH2_PLUS])
def test_a_chain_needs_eh3_even_where_the_service_asks_less(held, asked):
    facts = by_chain(service=an_offer(level=asked), credentials=(a_credential(level=held),))

    assert reason(facts) is (Reason.CHAIN if held >= Level.EH3 else Reason.LEVEL_TOO_LOW)


@pytest.mark.rule("CH-02")
def test_an_authorization_of_ones_own_is_no_chain_authorization_and_the_other_way_round():
    assert reason(replace(direct(), by_chain=True)) is Reason.NO_CHAIN_AUTHORIZATION
    assert reason(replace(by_chain(), by_chain=False)) is Reason.NO_AUTHORIZATION


@pytest.mark.rule("CH-99", "CH-92")
def test_of_several_chain_authorizations_one_that_permits_wins_else_the_furthest_reason():
    removed, unlinked = a_chain(status=ChainStatus.REMOVED), a_chain(linked=False)

    assert reason(by_chain(chains=(removed, a_chain(), unlinked))) is Reason.CHAIN
    assert reason(by_chain(chains=(removed, unlinked))) is Reason.CHAIN_USER_NOT_LINKED
    assert reason(by_chain(chains=(unlinked, removed))) is Reason.CHAIN_USER_NOT_LINKED


def test_links_of_different_chain_authorizations_do_not_add_up():
    out_of_scope, unlinked = a_chain(service_uuids=frozenset()), a_chain(linked=False)

    assert reason(by_chain(chains=(out_of_scope, unlinked))) is Reason.CHAIN_SERVICE_NOT_IN_SCOPE


def test_of_two_organisations_with_one_number_each_keeps_its_own_credentials_and_grants():
    second = an_organisation(id=ELSEWHERE)
    facts = direct(organisations=(an_organisation(), second), credentials=(a_credential(organisation_id=ELSEWHERE),))

    assert reason(facts) is Reason.NO_AUTHORIZATION
    assert reason(replace(facts, grants=(a_grant(organisation_id=ELSEWHERE),))) is Reason.DIRECT
    assert facts.grants[0].organisation_id == ORGANISATION
