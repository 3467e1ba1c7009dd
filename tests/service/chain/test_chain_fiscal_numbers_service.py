"""A relation that is named by its fiscal number: found and shown by it, while it lies nowhere in clear (S38)."""

import io
import re
from base64 import b64encode
from datetime import timedelta
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

from chassis.mongo import Document
from chassis.rotation import rotate
from chassis.sealed import FieldCipher, Sealer
from contracts.chain import (
    ApproveAgreement,
    ChainAuthorizationEvent,
    ChainAuthorizationRequested,
    ExportChainAuthorizations,
    ListReceivedAgreements,
    ListUnlinked,
    PublicChainAuthorizationChanged,
    Relation,
    RequestChainAuthorization,
    Requested,
    RequestRenewal,
    Tab,
)
from contracts.notifications import SendInvitation
from contracts.values import ExportFormat, Language, Level
from services.chain.numbers import FiscalNumbers
from tests.harness import NOW, SEALING_KEYS, a_key
from tests.service.chain.chain_world import FOREIGNER, OTHER_ORGANISATION, STAFF, a_moment
from tests.unit.chain.chain_builders import USER, a_contact, an_admin, terms

BSN, OTHER = "123456782", "987654329"
MAATSCHAP = Relation(fiscal_number=BSN, name="Maatschap")
OTHERS = Relation(fiscal_number=OTHER, name="Andere maatschap")
IN_CLEAR = re.compile(b"|".join(re.escape(form) for form in (BSN.encode(), b64encode(BSN.encode()))))

pytestmark = [pytest.mark.rule("CH-14", "SP-74"), pytest.mark.security("S38")]


def code(outcome):
    return getattr(outcome, "code", None)


async def lying(world, pattern=IN_CLEAR):
    """Return the names of the collections in which the number stands in clear."""
    found = {}
    for name in await world.database.list_collection_names():
        found[name] = [one async for one in world.database[name].find() if pattern.search(flat(one))]
    assert {"chain_authorizations", "relation_files", "inbox", "outbox", "audit"} <= found.keys()
    return sorted(name for name, documents in found.items() if documents)


def flat(value):
    """Return all that a document says as one text, bytes as they are."""
    if isinstance(value, dict):
        return b"|".join(flat(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return b"|".join(map(flat, value))
    return bytes(value) if isinstance(value, bytes) else str(value).encode()


async def kept(world, id_) -> Document:
    return await world.database["chain_authorizations"].find_one({"_id": id_})


async def test_every_answer_shows_the_number_sealed_for_the_gateway(world):
    id_, asked = await world.active(MAATSCHAP), uuid4()
    waiting = await world.asked(OTHERS)
    await world.returned(waiting)

    assert world.readable((await world.one(id_, message_id=asked)).relation, asked) == BSN
    [row] = (await world.tab(Tab.ACTIVE, id_=asked)).rows
    assert world.readable(row.relation, asked, "rows.0.relation") == BSN
    [row] = (await world.query(ListReceivedAgreements(actor=STAFF), id_=asked)).rows
    assert world.readable(row.relation, asked, "rows.0.relation") == OTHER
    lost = await world.query(ListUnlinked(actor=an_admin(), person_id=USER, level=Level.EH2_PLUS), id_=asked)
    shown = {world.readable(one, asked, f"relations.{place}") for place, one in enumerate(lost.relations)}
    assert shown == {BSN, OTHER}
    read = await world.read(await world.token(waiting), asked)
    assert (read.relation.name, world.readable(read.relation, asked)) == ("Andere maatschap", OTHER)
    for shown in (lost, read):
        assert BSN not in shown.model_dump_json()
        assert OTHER not in shown.model_dump_json()


@pytest.mark.rule("CH-78", "SP-118")
async def test_the_overview_finds_the_whole_number_and_no_part_of_it(world):
    id_, other = await world.asked(MAATSCHAP), await world.asked(OTHERS, at=NOW + timedelta(seconds=1))
    for text, found in ((BSN, [id_]), (f" {OTHER} ", [other]), (BSN[:8], []), (BSN[1:], []), ("aats", [other, id_])):
        assert await world.ids(Tab.PENDING, search=text) == found, text
    assert await world.ids(Tab.PENDING, FOREIGNER, search=BSN) == []


@pytest.mark.rule("SP-71")
async def test_one_request_waits_for_a_number_at_each_intermediary(world):
    assert isinstance(await world.ask(MAATSCHAP), Requested)
    same = MAATSCHAP.model_copy(update={"name": "Anders genoemd"})
    assert code(await world.ask(same)) == "already_pending"
    assert isinstance(await world.ask(OTHERS), Requested)
    theirs = world.quote(organisation_id=OTHER_ORGANISATION)
    assert isinstance(await world.ask(same, actor=FOREIGNER, person_ids=(), quotation=theirs), Requested)


async def test_the_number_lies_and_travels_nowhere_in_clear(world):
    id_ = await world.active(MAATSCHAP)
    assert code(await world.ask(MAATSCHAP, actor=an_admin(level=Level.EH2))) is not None
    await world.tab(Tab.ACTIVE, search=BSN)
    assert await lying(world) == []
    assert {"chain_authorizations", "outbox"} <= set(await lying(world, re.compile(b"Kantoor De Boer|R-1")))
    assert await world.dead_letters() == []
    number, digest = (await kept(world, id_))["fiscal_number"], (await kept(world, id_))["fiscal_digest"]
    assert world.process.fields.decrypt(number, f"chain_authorizations:{id_}:fiscal_number") == BSN
    assert digest != FiscalNumbers(world.process.sealer, world.process.fields, a_key()).digest(BSN), "it has a key"


@pytest.mark.security("S39")
async def test_the_number_is_told_to_notifications_alone_and_once(world):
    id_ = await world.active(MAATSCHAP)
    [requested] = await world.sent(ChainAuthorizationRequested)
    told = world.notifications.open(requested.fiscal_number, message_id=id_, field="fiscal_number")
    assert told == BSN
    others = await world.sent(ChainAuthorizationEvent, PublicChainAuthorizationChanged, SendInvitation)
    assert len(others) >= 5
    assert [type(one) for one in others if "fiscal_number" in one.model_dump_json()] == [ChainAuthorizationRequested]
    assert {one.state.relation.name for one in others if isinstance(one, ChainAuthorizationEvent)} == {"Maatschap"}


@pytest.mark.rule("CH-95", "ST-59", "ST-60")
async def test_a_renewal_is_asked_under_the_same_number(world):
    id_, near = await world.active(MAATSCHAP), a_moment("2031-09-01")
    command = RequestRenewal(
        actor=an_admin(), chain_authorization_id=id_, contact=a_contact(), language=Language.NL,
        quotation=world.quote(at=near),
    )  # fmt: skip
    renewal = (await world.command(command, at=near)).chain_authorization_id
    _, requested = await world.sent(ChainAuthorizationRequested)
    assert world.notifications.open(requested.fiscal_number, message_id=renewal, field="fiscal_number") == BSN
    assert (await kept(world, renewal))["fiscal_digest"] == (await kept(world, id_))["fiscal_digest"]
    assert code(await world.ask(MAATSCHAP, at=near)) == "already_pending"
    await world.returned(renewal, at=near)
    await world.command(ApproveAgreement(actor=STAFF, chain_authorization_id=renewal), at=near)
    asked = uuid4()
    assert world.readable((await world.one(id_, message_id=asked)).relation, asked) == BSN


@pytest.mark.rule("CH-83", "SP-123")
@pytest.mark.parametrize("format_", [ExportFormat.CSV, ExportFormat.XLSX])
async def test_the_export_shows_the_number_and_lies_encrypted(world, format_):
    await world.asked(MAATSCHAP)
    ready = await world.query(ExportChainAuthorizations(actor=an_admin(), tab=Tab.PENDING, format=format_))
    file = await world.process.blobs.get(ready.blob)
    assert BSN.encode() in (file if format_ is ExportFormat.CSV else sheet(file))
    blobs = world.process.client[f"{world.process.settings.deployment}_blobs"]
    pieces = [one for name in await blobs.list_collection_names() for one in await blobs[name].find().to_list()]
    assert pieces
    assert not any(IN_CLEAR.search(flat(one)) for one in pieces)


@pytest.mark.security("S37")
async def test_a_new_field_key_renews_the_number_and_leaves_its_digest(world):
    id_ = await world.asked(MAATSCHAP)
    before, fields, key = await kept(world, id_), world.process.settings.field_keys, a_key()
    both = FieldCipher({"new": key, **fields})
    vars(world.process.fields).update(vars(both))  # started anew, with the new key first
    rotated = await rotate(world.database, both, world.process.routes.encrypted)
    assert (rotated.renewed, rotated.unreadable) == (1, 0)
    after = await kept(world, id_)
    assert after["fiscal_number"].startswith("new:")
    assert after["fiscal_digest"] == before["fiscal_digest"]
    only_new = FieldCipher({"new": key})
    assert only_new.decrypt(after["fiscal_number"], f"chain_authorizations:{id_}:fiscal_number") == BSN
    assert await world.ids(Tab.PENDING, search=BSN) == [id_]
    assert code(await world.ask(MAATSCHAP)) == "already_pending"


@pytest.mark.parametrize(
    ("number", "field"),
    [(BSN, "relation"), (BSN, "contact.fiscal_number"), ("123456789", None), ("84625917", None)],
    ids=["another message", "another field", "fails the eleven-test", "too short"],
)
async def test_what_is_not_a_number_for_this_request_is_set_aside_and_not_told(world, number, field, caplog):
    message_id = uuid4()
    bound = uuid4() if field == "relation" else message_id
    sealed = Sealer(SEALING_KEYS, "gateway").seal(
        number, to="chain", message_id=bound, field=field or "relation.fiscal_number"
    )
    relation = Relation(fiscal_number=sealed, name="Maatschap")
    command = RequestChainAuthorization(
        actor=an_admin(), relation=relation, contact=a_contact(), terms=terms(quotation=world.quote())
    )
    assert code(await world.command(command, id_=message_id)) == "held"
    [letter] = await world.dead_letters()
    assert number.encode() not in flat(letter)
    assert number not in caplog.text
    assert await world.sent(ChainAuthorizationRequested) == []


def sheet(file):
    """Return the cells of a workbook."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    return str(rows).encode()
