"""The overview of users: search, filters, paging, the person behind a row, the export (ID.15, GW.2, GW.3)."""

import asyncio
import csv
import io
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

from contracts.identity import EndCredential, ExportUsers, GetCredential, ListCredentials, PersonName, SecondFactor
from contracts.values import ExportFormat, Level, Role
from tests.service.identity.journey import GATEWAY, MOBILE, actor_of, an_applicant
from tests.service.identity.offices import SINGLE, code, logged_in_at, signer

PEOPLE = (
    ("A.", None, "Jansen", Role.ADMINISTRATOR, Level.EH3, SecondFactor.OTP),
    ("Zoë", None, "Ångström", Role.USER, Level.EH3, SecondFactor.OTP),
    ("=B.", "de", "Bakker-Øst", Role.USER, Level.EH2_PLUS, SecondFactor.SMS),
    ("C.", None, "Visser", Role.USER, Level.EH2_PLUS, SecondFactor.OTP),
)
HEADERS = {
    "zlogin": ["UniekID", "Naam", "E-mailadres", "Rol", "Status", "Niveau", "OTP of SMS nummer"],
    "weid": ["ID", "Naam", "E-mailadres", "Rol", "Status", "Activatie einddatum", "Niveau",
             "OTP of SMS nummer"],
}  # fmt: skip


def applicants():
    return [
        an_applicant("X", level, role, factor).model_copy(
            update={
                "name": PersonName(initials=initials, infix=infix, surname=surname),
                "email": f"person{index}@company.example",
            }
        )
        for index, (initials, infix, surname, role, level, factor) in enumerate(PEOPLE)
    ]


async def with_users(journey):
    """Four people: one active administrator and three who wait."""
    given = applicants()
    row = await journey.approved(*given, kvk=SINGLE, representative=await signer(SINGLE))
    await journey.identify(row.credentials[0].credential_id)
    seed = await journey.activate(row.credentials[0].credential_id, "jansen")
    journey.later(minutes=1)
    access, _ = await journey.log_in("jansen", seed)
    return row, actor_of(access)


async def names(journey, actor, **more):
    return [row.name for row in (await journey.service.query(ListCredentials(actor=actor, **more))).rows]


async def exported(journey, actor, kind, **more):
    ready = await journey.service.query(ExportUsers(actor=actor, format=kind, **more))
    return await journey.service.process.blobs.get(ready.blob)


@pytest.mark.rule("GW-05", "GW-06", "SP-118", "ID-195", "ID-196", "ID-197", "ID-198")
async def test_users_are_found_by_part_of_name_address_or_id_whatever_case_and_accents(each_supplier):
    row, actor = await with_users(each_supplier)
    everybody = ["Zoë Ångström", "=B. de Bakker-Øst", "A. Jansen", "C. Visser"]
    assert await names(each_supplier, actor) == everybody
    for text, found in (
        ("ANGSTROM", ["Zoë Ångström"]), ("zoe å", ["Zoë Ångström"]), ("bakker-ost", ["=B. de Bakker-Øst"]),
        ("de bak", ["=B. de Bakker-Øst"]), ("person3@", ["C. Visser"]), ("SS", ["C. Visser"]), ("a", everybody),
        ("company.example", everybody), ("nobody", []), (".*", []), ("(", []), ("  ", everybody),
        ("zo", ["Zoë Ångström"]), ("ST", ["Zoë Ångström", "=B. de Bakker-Øst"]), ("le", everybody), ("qx", []),
        (".", everybody),
    ):  # fmt: skip
        assert await names(each_supplier, actor, text=text) == found, text
    view = next(found for found in row.credentials if found.name == "C. Visser")
    for part in (str(view.person_id), str(view.person_id)[:13], str(view.person_id)[9:20].upper()):
        assert await names(each_supplier, actor, text=part) == ["C. Visser"], part
    rows = (await each_supplier.service.query(ListCredentials(actor=actor))).rows
    assert [found.is_self for found in rows] == [False, False, True, False]
    assert len({found.person_id for found in rows}) == 4


@pytest.mark.rule("ID-195", "ID-196")
async def test_the_overview_is_narrowed_by_status_level_and_role(each_supplier):
    _, actor = await with_users(each_supplier)
    assert await names(each_supplier, actor, role="administrator") == ["A. Jansen"]
    assert await names(each_supplier, actor, level="EH2+") == ["=B. de Bakker-Øst", "C. Visser"]
    assert await names(each_supplier, actor, status="active") == ["A. Jansen"]
    assert await names(each_supplier, actor, status="waiting_activation", level="EH3") == ["Zoë Ångström"]
    assert await names(each_supplier, actor, role="user", text="vis") == ["C. Visser"]


@pytest.mark.rule("ID-195")
async def test_pages_follow_each_other_without_a_gap_or_a_double(each_supplier):
    _, actor = await with_users(each_supplier)
    seen, cursor = [], None
    while True:
        page = await each_supplier.service.query(ListCredentials(actor=actor, cursor=cursor, limit=1))
        seen += [row.name for row in page.rows]
        if (cursor := page.next) is None:
            break
    assert seen == await names(each_supplier, actor)
    for text in ("garbage", "WyJhIiwiYiJd"):
        assert code(await each_supplier.service.query(ListCredentials(actor=actor, cursor=text))) == "unknown"


@pytest.mark.rule("GW-07", "ID-199")
@pytest.mark.security("S20")
async def test_organisations_that_ask_at_once_get_their_own_users_and_no_faults_of_another(journey):
    _, actor = await with_users(journey)
    _, (stranger,) = await logged_in_at(journey, "00000104", an_applicant("Jansen"))

    async def both():
        asked = (ListCredentials(actor=each) for each in (actor, stranger, actor))
        return await asyncio.gather(*map(journey.service.query, asked))

    own, others, again = await both()
    assert own == again
    assert [len(own.rows), [row.email for row in others.rows]] == [4, ["jansen@company.example"]]

    stored = journey.service.process.database["credentials"]
    await stored.update_one({"organisation_id": actor.organisation_id}, {"$set": {"row": "spoiled"}})
    spoiled, others, _ = await both()
    assert code(spoiled) == "internal_error"
    assert [row.name for row in others.rows] == ["A. Jansen"]


@pytest.mark.rule("GW-07", "ID-199")
async def test_search_and_detail_never_leave_the_organisation(journey):
    _, actor = await with_users(journey)
    other, (stranger,) = await logged_in_at(journey, "00000104", an_applicant("Jansen"))
    assert await names(journey, stranger, text="jansen") == ["A. Jansen"]
    rows = (await journey.service.query(ListCredentials(actor=stranger, text="jansen"))).rows
    assert [row.credential_id for row in rows] == [view.credential_id for view in other.credentials]
    foreign = GetCredential(actor=actor, credential_id=other.credentials[0].credential_id)
    assert (await journey.service.query(foreign)).code == "unknown"


@pytest.mark.rule("ID-199", "ID-198")
async def test_the_detail_shows_the_registered_person_and_the_credential(each_supplier):
    row, actor = await with_users(each_supplier)
    view = next(found for found in row.credentials if found.name == "=B. de Bakker-Øst")
    asked = uuid4()
    query = GetCredential(actor=actor, credential_id=view.credential_id)
    seen = await each_supplier.service.query(query, id_=asked)
    assert (seen.person_id, seen.name.surname, seen.birth_date.year) == (view.person_id, "Bakker-Øst", 1980)
    assert GATEWAY.open(seen.mobile, message_id=asked, field="mobile") == MOBILE
    assert (seen.status, seen.level, seen.type, seen.second_factor, seen.role) == (
        "waiting_activation", "EH2+", "regular", "sms", "user",
    )  # fmt: skip
    assert seen.activate_by is not None
    unknown = GetCredential(actor=actor, credential_id=uuid4())
    assert (await each_supplier.service.query(unknown)).code == "unknown"


@pytest.mark.rule("GW-08", "GW-09", "GW-10", "GW-11", "ID-198", "CF-14", "SP-119", "SP-120", "SP-121")
@pytest.mark.security("S27")
async def test_both_formats_hold_the_suppliers_columns_and_no_formula(each_supplier):
    row, actor = await with_users(each_supplier)
    text = (await exported(each_supplier, actor, ExportFormat.CSV)).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text), delimiter=";"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(await exported(each_supplier, actor, ExportFormat.XLSX)))
    assert book.get_sheet_by_index(0).to_python() == table
    header, *rows = table
    assert header == HEADERS[each_supplier.profile]
    ids = {view.name: str(view.person_id) for view in row.credentials}
    by_name = {cells[1]: dict(zip(header, cells, strict=True)) for cells in rows}
    assert list(by_name) == ["Zoë Ångström", "'=B. de Bakker-Øst", "A. Jansen", "C. Visser"]
    bakker = by_name["'=B. de Bakker-Øst"]
    assert bakker[header[0]] == ids["=B. de Bakker-Øst"]
    assert (bakker["Rol"], bakker["Status"], bakker["Niveau"]) == ("Gebruiker", "Wachten op activatie", "EH2+")
    assert bakker[header[-1]] == f"'{MOBILE}"
    assert by_name["A. Jansen"][header[-1]] == "OTP"
    assert by_name["A. Jansen"]["Rol"] == "Beheerder"
    if each_supplier.profile == "weid":
        assert bakker["Activatie einddatum"] == "2026-12-22"


@pytest.mark.rule("GW-13", "ID-195", "SP-118")
async def test_ended_ones_are_in_neither_overview_nor_export_and_a_search_narrows_both(journey):
    row, actor = await with_users(journey)
    view = next(found for found in row.credentials if found.name == "C. Visser")
    await journey.send(EndCredential(actor=actor, credential_id=view.credential_id, confirmed=True))
    assert "C. Visser" not in await names(journey, actor)
    assert await names(journey, actor, text="visser") == []
    assert b"Visser" not in await exported(journey, actor, ExportFormat.CSV)
    narrowed = (await exported(journey, actor, ExportFormat.CSV, text="jansen")).decode("utf-8-sig")
    assert narrowed.count("\r\n") == 2
    gone = GetCredential(actor=actor, credential_id=view.credential_id)
    assert (await journey.service.query(gone)).code == "unknown"
