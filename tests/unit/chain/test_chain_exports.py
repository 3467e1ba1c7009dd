"""The export's table, and the overview's tabs."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from chassis.tables import csv_lines, safe
from contracts.chain import ChainStatus, Contact, NamedRelation, Scope, Tab
from contracts.values import Language, Period, Role, add_months
from services.chain.domain.authorization import search_text
from services.chain.domain.exports import export_row, header, refuse_export, services_text
from services.chain.domain.overview import last_end_within, tab_filter, visible_to
from tests.unit.chain.chain_builders import (
    ADMIN,
    ORGANISATION,
    TODAY,
    USER,
    a_contact,
    a_person,
    a_relation,
    an_admin,
    an_authorization,
    catalogue,
)


@pytest.mark.rule("SP-123", "CH-83")
def test_a_row_holds_the_columns_of_the_header():
    found = an_authorization(status=ChainStatus.ACTIVE, period=Period(start=TODAY, end=date(2031, 11, 22)))

    row = export_row(found, None, catalogue(), {USER: "A. Bakker"}, "Z login", Language.NL)

    assert dict(zip(header(Language.NL), row, strict=True)) == {
        "Referentie": "R-1",
        "Relatie": "Bakkerij Jansen",
        "KvK- of fiscaal nummer": "69599084",
        "Diensten": "Btw-aangifte",
        "Status": "Actief",
        "Begindatum": "2026-11-22",
        "Einddatum": "2031-11-22",
        "Gebruikers en groepen": "A. Bakker",
        "Leverancier": "Z login",
        "Organisatie": "Kantoor De Boer",
    }


@pytest.mark.rule("SP-123", "CH-14")
def test_a_relation_without_kvk_number_is_told_by_its_fiscal_number():
    found = an_authorization(relation=NamedRelation(name="Maatschap"))
    assert export_row(found, "123456782", catalogue(), {}, "Z login", Language.EN)[1:3] == ("Maatschap", "123456782")


@pytest.mark.rule("SP-123")
def test_a_planned_end_is_the_end():
    found = an_authorization(status=ChainStatus.END_SCHEDULED, ends_on=date(2027, 1, 1))
    assert export_row(found, None, catalogue(), {}, "Z login", Language.EN)[6] == "2027-01-01"


def test_scopes_are_named_as_people_know_them():
    assert services_text(Scope(general=True), catalogue(), Language.EN) == "General authority"
    unknown = uuid4()
    assert services_text(Scope(service_uuids=(unknown,)), catalogue(), Language.NL) == str(unknown)


@pytest.mark.rule("SP-119")
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0"])
@pytest.mark.security("S27")
def test_no_cell_can_be_taken_for_a_formula(start):
    assert safe(f"{start}1+1") == f"'{start}1+1"
    assert safe(f"a{start}1") == f"a{start}1"


def test_a_cell_is_no_longer_than_a_workbook_takes():
    assert len(safe("=" + "x" * 40_000)) == 32_767
    assert safe("x" * 32_000) == "x" * 32_000


@pytest.mark.rule("SP-119")
def test_csv_has_semicolons_crlf_and_doubled_quotes():
    assert csv_lines([("a;b", 'say "x"', "é\nf")]) == '"a;b";"say ""x""";"é\nf"\r\n'.encode()


@pytest.mark.rule("CH-84")
def test_the_actions_have_no_export():
    assert refuse_export(Tab.ACTIONS).code == "no_export"
    assert [refuse_export(tab) for tab in (Tab.ACTIVE, Tab.PENDING, Tab.EXPIRED)] == [None] * 3


@pytest.mark.rule("CH-78", "CH-79", "CH-81", "SP-63", "SP-97")
def test_each_status_is_on_one_tab_and_removed_ones_on_none():
    tabs = {tab: set(tab_filter(tab, TODAY, 3)["status"]["$in"]) for tab in (Tab.ACTIVE, Tab.PENDING, Tab.EXPIRED)}
    assert tabs[Tab.ACTIVE] == {ChainStatus.ACTIVE, ChainStatus.END_SCHEDULED}
    assert tabs[Tab.EXPIRED] == {ChainStatus.EXPIRED}
    shown = [status for statuses in tabs.values() for status in statuses]
    assert sorted(shown) == sorted(set(ChainStatus) - {ChainStatus.REMOVED})


@pytest.mark.rule("CH-80", "SP-02")
@pytest.mark.parametrize("day", [TODAY, date(2027, 2, 28), date(2028, 2, 29), date(2026, 11, 30), date(2027, 8, 31)])
def test_the_actions_hold_what_ends_within_three_months(day):
    last = last_end_within(day, 3)
    assert add_months(last, -3) <= day < add_months(last + timedelta(days=1), -3)


@pytest.mark.rule("CH-90", "GW-07")
def test_a_user_sees_only_what_is_linked():
    assert visible_to(an_admin()) == {"intermediary_id": ORGANISATION}
    user = an_admin(role=Role.USER, person_id=USER)
    assert visible_to(user) == {"intermediary_id": ORGANISATION, "person_ids": USER}
    assert ADMIN not in visible_to(user).values()


@pytest.mark.rule("SP-118")
def test_searching_ignores_case_and_accents():
    contact: Contact = a_contact(name=a_person(surname="Müller"))
    assert "muller" in search_text(a_relation(name="Café ÉÉN"), contact, None)
    assert "cafe een" in search_text(a_relation(name="Café ÉÉN"), contact, None)
