"""Asking one relation: what is refused, and what arises."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.chain import AccessStatus, ChainAuthorizationRequested, ChainStatus, Relation, Scope
from contracts.identity import CredentialStatus, CredentialType
from contracts.message import Refusal
from contracts.values import Level, Role, end_of_day
from services.chain.domain.requesting import decide_request, decide_row, warnings_of
from services.chain.domain.scopes import Coverage
from tests.unit.chain.chain_builders import (
    NOW,
    OIN,
    ORGANISATION,
    OTHER_OIN,
    OTHER_SERVICE,
    PROFILES,
    SERVICE,
    TODAY,
    USER,
    a_credential,
    a_handler,
    a_quotation,
    a_relation,
    an_admin,
    asked,
    catalogue,
    facts,
    ids,
    standing,
    terms,
)


def decide(its=None, actor=None, quotation=None, known=None, now=NOW):
    return decide_request(
        its or asked(), actor or an_admin(), quotation or a_quotation(), ids(), facts=known or facts(), now=now
    )


def code(outcome):
    return outcome.code if isinstance(outcome, Refusal) else None


@pytest.mark.rule("CH-22", "CH-64", "TI-02", "ST-46", "CH-12", "CH-33")
@pytest.mark.parametrize("profile", PROFILES)
def test_a_request_is_sent_and_waits_three_months_for_its_answer(profile):
    outcome = decide(known=facts(profile))

    made = outcome.after
    assert made.status is ChainStatus.SENT
    assert made.intermediary_id == ORGANISATION
    assert made.reference == "R-1"
    assert made.answer_by == date(2027, 2, 22)
    assert made.due().keys() == {"answer"}
    assert made.due()["answer"][0] == end_of_day(date(2027, 2, 22))
    assert [type(event) for event in outcome.events] == [ChainAuthorizationRequested]


@pytest.mark.rule("CH-08", "CH-10", "CH-11", "ID-186")
@pytest.mark.parametrize(
    ("actor", "known", "expected"),
    [
        (an_admin(role=Role.USER), None, "not_allowed"),
        (a_handler(), None, "not_allowed"),
        (ANYONE, None, "not_allowed"),
        (an_admin(level=Level.EH2_PLUS), None, "level_too_low"),
        (an_admin(), {"credentials": [a_credential(level=Level.EH2_PLUS)]}, "level_too_low"),
        (an_admin(), {"credentials": [a_credential(status=CredentialStatus.ENDED)]}, "not_allowed"),
        (an_admin(), {"credentials": [a_credential(role=Role.USER)]}, "not_allowed"),
        (an_admin(), {"credentials": [a_credential(type=CredentialType.BELASTINGDIENST)]}, "not_allowed"),
        (an_admin(), {"active": False}, "not_allowed"),
        (an_admin(), {"status": AccessStatus.NONE}, "no_access"),
        (an_admin(), {"status": AccessStatus.OFFER_SENT}, "no_access"),
    ],
)
def test_only_an_administrator_with_eh3_and_access_may_ask(actor, known, expected):
    assert code(decide(actor=actor, known=facts(standing=standing(**known or {})))) == expected


@pytest.mark.rule("CH-15", "CF-36", "SP-78")
@pytest.mark.parametrize(
    ("profile", "scope", "expected"),
    [
        ("zlogin", Scope(), "no_services"),
        ("zlogin", Scope(general=True), None),
        ("zlogin", Scope(provider_oins=(OIN,)), "scope_not_offered"),
        ("weid", Scope(provider_oins=(OIN,)), None),
        ("weid", Scope(provider_oins=(OTHER_OIN,)), "unknown_service"),
        ("weid", Scope(service_uuids=(SERVICE, OTHER_SERVICE)), "unknown_service"),
    ],
)
def test_a_scope_must_be_offered_and_exist(profile, scope, expected):
    assert code(decide(asked(scope=scope), known=facts(profile))) == expected


@pytest.mark.rule("CH-92")
def test_a_service_that_accepts_no_chains_is_not_asked_for():
    without = facts("weid", catalogue=catalogue(without_chains=[SERVICE]))
    assert code(decide(asked(scope=Scope(service_uuids=(SERVICE,))), known=without)) == "service_without_chains"
    assert code(decide(asked(scope=Scope(provider_oins=(OIN,))), known=without)) is None


@pytest.mark.rule("CH-25", "CH-89", "CH-91")
@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        ([], "unknown_user"),
        ([a_credential(USER, status=CredentialStatus.WAITING_ACTIVATION)], "unknown_user"),
        ([a_credential(USER, type=CredentialType.BELASTINGDIENST)], "user_not_regular"),
        ([a_credential(USER, level=Level.EH2_PLUS)], "user_level_too_low"),
        ([a_credential(USER, status=CredentialStatus.ENDED), a_credential(USER)], None),
        ([a_credential(USER, level=Level.EH4)], None),
    ],
)
def test_users_need_an_active_regular_credential_of_eh3_here(credentials, expected):
    assert code(decide(known=facts(users={USER: credentials}))) == expected


@pytest.mark.rule("SP-81")
def test_no_users_is_a_warning_only():
    assert code(decide(asked(person_ids=()))) is None
    assert warnings_of(terms(person_ids=())) == ("no_users",)
    assert warnings_of(terms()) == ()


@pytest.mark.rule("CH-17", "CH-18", "SP-03", "SP-61", "TI-07")
@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ({}, None),
        ({"years": 1}, None),
        ({"years": 5}, None),
        ({"years": 6}, "duration_too_long"),
        ({"end": TODAY}, "end_date_too_early"),
        ({"end": TODAY + timedelta(days=1)}, None),
        ({"end": date(2031, 11, 22)}, None),
        ({"end": date(2031, 11, 23)}, "duration_too_long"),
    ],
)
def test_a_term_is_at_most_five_years(term, expected):
    assert code(decide(asked(**term))) == expected


@pytest.mark.rule("CH-17")
def test_a_request_without_a_term_is_for_five_years():
    assert decide().after.years == 5
    assert decide(asked(end=TODAY + timedelta(days=9))).after.years is None


@pytest.mark.rule("CH-14", "CF-38")
@pytest.mark.parametrize(("profile", "expected"), [("zlogin", None), ("weid", "identifier_not_offered")])
def test_a_fiscal_number_is_taken_where_the_supplier_takes_it(profile, expected):
    relation = Relation(fiscal_number="123456782", name="Maatschap")
    assert code(decide(asked(relation), known=facts(profile))) == expected


def test_the_own_organisation_cannot_be_asked():
    assert code(decide(asked(a_relation("68750110")))) == "own_organisation"


@pytest.mark.rule("SP-71")
@pytest.mark.parametrize(
    ("pending", "expected"),
    [
        (Coverage(Scope(service_uuids=(SERVICE,)), (OIN,)), "already_pending"),
        (Coverage(Scope(general=True)), "already_pending"),
        (Coverage(Scope(provider_oins=(OIN,))), "already_pending"),
        (Coverage(Scope(provider_oins=(OTHER_OIN,))), None),
        (Coverage(Scope(service_uuids=(OTHER_SERVICE,)), (OIN,)), None),
    ],
)
def test_a_second_request_for_overlapping_services_is_refused(pending, expected):
    assert code(decide(known=facts(pending=(pending,)))) == expected


@pytest.mark.rule("SP-71")
def test_overlap_does_not_depend_on_who_asks_first():
    provider, service = Coverage(Scope(provider_oins=(OIN,))), Coverage(Scope(service_uuids=(SERVICE,)), (OIN,))
    assert provider.overlaps(service)
    assert service.overlaps(provider)


@pytest.mark.rule("SP-111", "CF-39", "BI-29")
@pytest.mark.parametrize(
    ("quotation", "expected"),
    [
        (a_quotation(), None),
        (a_quotation(organisation_id=uuid4()), "quotation_invalid"),
        (a_quotation(quantity=2), "quotation_invalid"),
        (a_quotation(total=1), "quotation_invalid"),
        (a_quotation(lines=(), total=0), "quotation_invalid"),
        (a_quotation(unit_price=1), "quotation_expired"),
        (a_quotation(expires_at=NOW), "quotation_expired"),
        (a_quotation(expires_at=NOW + timedelta(milliseconds=1)), None),
    ],
)
def test_a_quotation_must_fit_and_be_valid_still(quotation, expected):
    assert code(decide(quotation=quotation)) == expected


@pytest.mark.rule("BI-29", "CF-39")
def test_without_an_agreed_price_the_price_list_holds():
    known = facts("weid", standing=standing(price=None))
    assert code(decide(known=known)) is None
    assert code(decide(quotation=a_quotation(unit_price=1994), known=known)) == "quotation_expired"


def test_a_forged_quotation_is_refused():
    outcome = decide_request(asked(), an_admin(), None, ids(), facts=facts(), now=NOW)
    assert code(outcome) == "quotation_invalid"


@pytest.mark.rule("CH-39", "CH-37")
def test_a_row_follows_the_rules_of_a_single_request():
    made = decide_row(asked(), ids(), facts=facts(), now=NOW)
    assert made.after.status is ChainStatus.SENT
    for its, known in (
        (asked(), facts(standing=standing(active=False))),
        (asked(), facts(standing=standing(AccessStatus.NONE))),
        (asked(scope=Scope()), facts()),
        (asked(a_relation("68750110")), facts()),
        (asked(), facts(pending=(Coverage(Scope(general=True)),))),
        (asked(), facts(users={})),
    ):
        assert isinstance(decide_row(its, ids(), facts=known, now=NOW), Refusal)


@pytest.mark.rule("SP-01")
def test_the_day_of_asking_is_the_one_in_amsterdam():
    late = datetime.fromisoformat("2026-11-30T23:30:00+00:00")
    made = decide(quotation=a_quotation(expires_at=late + timedelta(minutes=1)), now=late)
    assert made.after.answer_by == date(2027, 3, 1)


def test_the_facts_of_the_builders_know_their_own_services():
    assert catalogue().services.keys() == {SERVICE}
