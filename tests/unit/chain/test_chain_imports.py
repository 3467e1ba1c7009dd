"""Taking a workbook over."""

from uuid import uuid4

import pytest

from contracts.chain import ImportRelations, Scope
from contracts.message import BlobReference, Refusal
from contracts.values import Level
from services.chain.domain.imports import decide_import
from services.chain.domain.rows import COLUMNS, parse_rows
from services.chain.domain.scopes import Coverage
from tests.unit.chain.chain_builders import NOW, a_quotation, an_admin, facts, terms

BLOB = BlobReference(id=uuid4(), sha256="a" * 64, size=1, media_type="x", name="x")


def rows(*numbers):
    return [[number, "A.", "", "B", "a@relatie.example", "0612345678", ""] for number in numbers]


def decide(numbers, quantity, *, faultless_only=False, pending=None, actor=None, **changed):
    command = ImportRelations(
        actor=actor or an_admin(), blob=BLOB, terms=terms(**changed), faultless_only=faultless_only
    )
    parsed = parse_rows([list(COLUMNS), *rows(*numbers)], 5000)
    return decide_import(command, parsed, a_quotation(quantity), pending or {}, facts=facts(), now=NOW)


@pytest.mark.rule("CH-37", "CH-39", "SP-111")
def test_a_faultless_workbook_is_taken_with_a_quotation_for_all_its_rows():
    plan = decide(["00000101", "00000102"], 2)
    assert [row.relation.kvk_number for row in plan.rows] == ["00000101", "00000102"]
    assert plan.faults == ()
    assert decide(["00000101", "00000102"], 1).code == "quotation_invalid"


@pytest.mark.rule("SP-72")
def test_faulty_rows_are_left_out_only_by_choice():
    refused = decide(["00000101", "x"], 1)
    assert (refused.code, refused.details["first_row"], refused.details["first_code"]) == (
        "invalid_import",
        3,
        "invalid_kvk_number",
    )
    plan = decide(["00000101", "x"], 1, faultless_only=True)
    assert [row.row for row in plan.rows] == [2]
    assert [fault.row for fault in plan.faults] == [3]
    assert decide(["x"], 1, faultless_only=True).code == "invalid_import"


@pytest.mark.rule("SP-71")
def test_a_relation_that_is_being_asked_already_is_a_fault_of_its_row():
    pending = {3: [Coverage(Scope(general=True))]}
    plan = decide(["00000101", "00000102"], 1, pending=pending, faultless_only=True)
    assert [(fault.row, fault.code) for fault in plan.faults] == [(3, "already_pending")]
    own = decide(["00000101", "68750110"], 1, faultless_only=True)
    assert [(fault.row, fault.code) for fault in own.faults] == [(3, "own_organisation")]


@pytest.mark.rule("CH-10", "CH-15", "CH-18")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"actor": an_admin(level=Level.EH2)}, "level_too_low"),
        ({"scope": Scope()}, "no_services"),
        ({"years": 6}, "duration_too_long"),
        ({"person_ids": (uuid4(),)}, "unknown_user"),
    ],
)
def test_an_import_follows_the_rules_of_a_request(changes, code):
    outcome = decide(["00000101"], 1, **changes)
    assert isinstance(outcome, Refusal)
    assert outcome.code == code
