"""Asking all relations of a workbook."""

from collections import Counter
from pathlib import Path

import pytest

from contracts.chain import (
    ChainAuthorizationRequested,
    GetImport,
    GetImportTemplate,
    ImportRelations,
    PreviewImport,
    RequestImported,
    Tab,
)
from contracts.message import Refusal
from contracts.notifications import SendInvitation
from services.chain.domain.rows import COLUMNS
from services.chain.workbook import MEDIA_TYPE, parse_workbook, read_table
from tests.service.chain.chain_world import FOREIGNER, OTHER_ORGANISATION
from tests.unit.chain.chain_builders import ORGANISATION, USER, a_relation, an_admin, terms
from tests.unit.chain.test_chain_workbook import a_workbook

FILE = Path(__file__).parents[2] / "files" / "relations-500.xlsx"


def code(outcome):
    return outcome.code if isinstance(outcome, Refusal) else None


async def uploaded(world, *rows):
    data = a_workbook(*((kvk, "A.", "", "B", "a@relatie.example", "0612345678", "R") for kvk in rows))
    return await world.process.blobs.put(data, MEDIA_TYPE, "relaties.xlsx")


def an_import(world, blob, quantity, **more):
    its = terms(quotation=world.quote(quantity), **more.pop("terms", {}))
    return ImportRelations(actor=an_admin(), blob=blob, terms=its, **more)


@pytest.mark.rule("CH-26")
async def test_the_template_is_given(world):
    ready = await world.query(GetImportTemplate(actor=an_admin()))
    assert read_table(await world.process.blobs.get(ready.blob), 10) == [list(COLUMNS)]
    assert ready == await world.query(GetImportTemplate(actor=an_admin()))


@pytest.mark.rule("CH-35", "CH-34", "SP-72")
async def test_a_workbook_is_looked_at_without_taking_it_over(world):
    blob = await uploaded(world, "00000101", "x", "90000102")
    preview = await world.query(PreviewImport(actor=an_admin(), blob=blob))

    assert [(row.row, row.relation.name) for row in preview.rows] == [(2, "KvK 00000101"), (4, "Ander Kantoor")]
    assert [(fault.row, fault.code) for fault in preview.faults] == [(3, "invalid_kvk_number")]
    assert await world.sent(SendInvitation) == []


@pytest.mark.rule("CH-39", "CH-38", "CH-37", "NO-20", "SP-111")
async def test_five_hundred_relations_are_each_asked_once(world):
    blob = await world.process.blobs.put(FILE.read_bytes(), MEDIA_TYPE, FILE.name)
    taken = await world.command(an_import(world, blob, 500, names={"00000101": "Bakkerij Een"}))
    assert (taken.requests, taken.faults) == (500, ())
    assert len(await world.sent(RequestImported)) == 500
    await world.settle()

    requested = await world.sent(ChainAuthorizationRequested)
    expected = Counter(f"{number:08d}" for number in range(101, 601))
    assert Counter(event.state.relation.kvk_number for event in requested) == expected
    assert Counter(one.relation.kvk_number for one in await world.sent(SendInvitation)) == expected
    assert {event.state.person_ids for event in requested} == {(USER,)}
    names = {event.state.relation.kvk_number: event.state.relation.name for event in requested}
    assert names["00000101"] == "Bakkerij Een"
    view = await world.query(GetImport(actor=an_admin(), import_id=taken.import_id))
    assert (view.requests, view.made, view.refused) == (500, 500, ())
    assert code(await world.query(GetImport(actor=FOREIGNER, import_id=taken.import_id))) == "unknown"
    assert len(await world.ids(Tab.PENDING, limit=100)) == 100
    assert await world.dead_letters() == []
    wanted = parse_workbook(FILE.read_bytes(), 500).rows[7]
    [row] = (await world.tab(Tab.PENDING, search=wanted.relation.kvk_number)).rows
    assert (row.contact, row.reference) == (wanted.contact, wanted.reference)


@pytest.mark.rule("SP-72", "SP-71")
async def test_faulty_rows_are_left_out_only_by_choice(world):
    await world.asked(a_relation("00000102"))
    blob = await uploaded(world, "00000101", "00000102", "68750110", "7")
    refused = await world.command(an_import(world, blob, 1))
    assert (refused.code, refused.details["faults"]) == ("invalid_import", 3)
    taken = await world.command(an_import(world, blob, 1, faultless_only=True))

    assert [(fault.row, fault.code) for fault in taken.faults] == [
        (3, "already_pending"),
        (4, "own_organisation"),
        (5, "invalid_kvk_number"),
    ]
    await world.settle()
    assert len(await world.sent(SendInvitation)) == 2


@pytest.mark.rule("SP-111")
async def test_the_quotation_covers_the_rows_and_is_used_once(world):
    blob = await uploaded(world, "00000101", "00000102")
    assert code(await world.command(an_import(world, blob, 1))) == "quotation_invalid"
    command = an_import(world, blob, 2)
    assert code(await world.command(command)) is None
    other = await uploaded(world, "00000103", "00000104")
    assert code(await world.command(command.model_copy(update={"blob": other}))) == "quotation_used"
    assert code(await world.ask(quotation=command.terms.quotation)) == "quotation_invalid"


async def test_a_row_that_is_refused_after_all_is_told(world):
    blob = await uploaded(world, "00000101", "00000102")
    taken = await world.command(an_import(world, blob, 2))
    await world.asked(a_relation("00000102"))
    await world.settle()

    view = await world.query(GetImport(actor=an_admin(), import_id=taken.import_id))
    assert view.made == 1
    assert [(fault.row, fault.code) for fault in view.refused] == [(3, "already_pending")]


async def test_a_row_without_its_import_is_refused(world):
    blob = await uploaded(world, "00000101")
    await world.command(an_import(world, blob, 1))
    [row] = await world.sent(RequestImported)
    stranger = row.actor.model_copy(update={"organisation_id": OTHER_ORGANISATION})
    assert code(await world.command(row.model_copy(update={"actor": an_admin()}))) == "not_allowed"
    assert code(await world.command(row.model_copy(update={"actor": stranger}))) == "unknown"
    assert code(await world.command(row.model_copy(update={"import_id": ORGANISATION}))) == "unknown"
    assert await world.sent(SendInvitation) == []
    assert row.actor.organisation_id == ORGANISATION


@pytest.mark.rule("SP-72")
async def test_what_is_no_workbook_is_told(world):
    text = await world.process.blobs.put(b"KVK-nummer", MEDIA_TYPE, "x.xlsx")
    large = text.model_copy(update={"size": 6_000_000})
    gone = text.model_copy(update={"id": ORGANISATION})
    for blob, expected in ((text, "not_a_workbook"), (large, "too_large"), (gone, "missing")):
        preview = await world.query(PreviewImport(actor=an_admin(), blob=blob))
        assert [fault.code for fault in preview.faults] == [expected]
        assert code(await world.command(an_import(world, blob, 1))) == "invalid_import"
    assert await world.dead_letters() == []
