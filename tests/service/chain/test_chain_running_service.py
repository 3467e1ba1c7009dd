"""Users, renewal, deletion, overview and export of what runs."""

import csv
import io
from datetime import date, timedelta
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

from contracts.chain import (
    ApproveAgreement,
    ChainAuthorizationActivated,
    ChainAuthorizationExpired,
    ChainAuthorizationRemoved,
    ChainStatus,
    ChainUsersChanged,
    DeleteChainAuthorization,
    Expire,
    ExportChainAuthorizations,
    LinkUsers,
    PublicChainAuthorizationChanged,
    RemovalScheduled,
    RequestRenewal,
    Tab,
    UnlinkUsers,
)
from contracts.identity import OrganisationEnded
from contracts.message import Refusal
from contracts.notifications import SendInvitation
from contracts.values import ExportFormat, Language, Role, end_of_day, start_of_day
from tests.harness import NOW
from tests.service.chain.chain_world import FOREIGNER, STAFF, a_moment
from tests.unit.chain.chain_builders import ADMIN, USER, a_contact, a_relation, an_admin, an_organisation

NEAR = a_moment("2031-09-01")
"""Within three months before the end of what became active on NOW."""


def code(outcome):
    return outcome.code if isinstance(outcome, Refusal) else None


def renewal(world, id_, at=NEAR, **changes):
    given = {
        "contact": a_contact(email="nieuw@relatie.example"),
        "language": Language.EN,
        "quotation": world.quote(at=at),
    }
    return RequestRenewal(actor=an_admin(), chain_authorization_id=id_, **{**given, **changes})


@pytest.mark.rule("CH-87", "CH-88", "CH-89")
async def test_users_are_linked_and_unlinked(world):
    id_ = await world.active(person_ids=())
    link = LinkUsers(actor=an_admin(), chain_authorization_id=id_, person_ids=(USER, ADMIN))
    assert code(await world.command(link)) is None
    assert [user.name for user in (await world.one(id_)).users] == ["A. Bakker", "A. Bakker"]
    assert code(await world.command(link.model_copy(update={"person_ids": (FOREIGNER.person_id,)}))) == "unknown_user"
    unlink = UnlinkUsers(actor=an_admin(), chain_authorization_id=id_, person_ids=(USER,))
    assert UnlinkUsers.takes_away
    assert code(await world.command(unlink)) is None
    assert code(await world.command(unlink)) is None

    assert [event.state.person_ids for event in await world.sent(ChainUsersChanged)] == [(USER, ADMIN), (ADMIN,)]


@pytest.mark.rule("CH-88", "CH-91")
async def test_a_person_whose_credential_ended_is_unlinked_everywhere(world):
    ids = [await world.active(), await world.active(a_relation("69599076"))]
    await world.end_credential(USER)

    assert {event.state.id for event in await world.sent(ChainUsersChanged)} == set(ids)
    assert [(await world.one(id_)).users for id_ in ids] == [(), ()]
    assert await world.dead_letters() == []


async def test_a_foreign_organisation_finds_nothing(world):
    id_ = await world.active()
    foreign = {"actor": FOREIGNER, "chain_authorization_id": id_}
    unknown = {"actor": FOREIGNER, "chain_authorization_id": uuid4()}
    for command, more in (
        (LinkUsers, {"person_ids": (FOREIGNER.person_id,)}), (UnlinkUsers, {"person_ids": (USER,)}),
        (DeleteChainAuthorization, {}), (DeleteChainAuthorization, {"on": date(2027, 1, 1)}),
        (RequestRenewal, {"contact": a_contact(), "language": Language.NL, "quotation": "x"}),
    ):  # fmt: skip
        there, nowhere = (
            await world.command(command(**foreign, **more)),
            await world.command(command(**unknown, **more)),
        )
        assert there == nowhere == Refusal(code="unknown")
    assert await world.one(id_, FOREIGNER) == await world.one(uuid4(), FOREIGNER) == Refusal(code="unknown")
    assert await world.ids(Tab.ACTIVE, FOREIGNER) == []


@pytest.mark.rule("CH-100", "CH-101", "CH-103", "NO-24", "ST-63", "BI-34")
async def test_deletion_at_once_tells_everybody_but_the_relation(world):
    id_ = await world.active()
    before = len(await world.sent(SendInvitation))
    delete = DeleteChainAuthorization(actor=an_admin(), chain_authorization_id=id_)
    assert DeleteChainAuthorization.takes_away
    assert code(await world.command(delete)) is None

    [event] = await world.sent(ChainAuthorizationRemoved)
    assert event.state.status is ChainStatus.REMOVED
    assert [public.state.active for public in await world.sent(PublicChainAuthorizationChanged)] == [True, False]
    assert code(await world.one(id_)) == code(await world.command(delete)) == "unknown"
    assert len(await world.sent(SendInvitation)) == before
    assert await world.database["timers"].count_documents({}) == 0


@pytest.mark.rule("CH-102", "ST-64", "ST-65", "TI-17")
async def test_deletion_on_a_day_comes_on_that_day(world):
    id_ = await world.active()
    day = date(2027, 1, 1)
    delete = DeleteChainAuthorization(actor=an_admin(), chain_authorization_id=id_, on=day)
    assert code(await world.command(delete.model_copy(update={"on": NOW.date()}))) == "end_date_too_early"
    assert code(await world.command(delete)) is None
    assert code(await world.command(delete.model_copy(update={"on": day - timedelta(days=1)}))) is None

    assert [event.state.ends_on for event in await world.sent(RemovalScheduled)] == [day, day - timedelta(days=1)]
    due = start_of_day(day - timedelta(days=1))
    await world.tick(due - timedelta(seconds=1))
    assert await world.ids(Tab.ACTIVE) == [id_]
    await world.tick(due)
    [(envelope, _)] = await world.sent_with_envelopes(ChainAuthorizationRemoved)
    assert envelope.time == due
    assert await world.ids(Tab.ACTIVE) == []


@pytest.mark.rule("ST-57")
async def test_an_answer_to_a_deleted_request_is_refused(world):
    id_ = await world.asked()
    token = await world.token(id_)
    await world.command(DeleteChainAuthorization(actor=an_admin(), chain_authorization_id=id_))

    assert code(await world.read(token)) == "invitation_expired"
    assert code(await world.returned(id_)) == "invitation_expired"
    assert code(await world.ask()) is None


async def test_a_version_that_is_not_the_seen_one_is_refused(world):
    id_ = await world.active()
    version = (await world.one(id_)).version
    delete = DeleteChainAuthorization(actor=an_admin(), chain_authorization_id=id_, seen_version=version - 1)
    assert code(await world.command(delete)) == "stale_version"
    assert code(await world.command(delete.model_copy(update={"seen_version": version}))) is None


@pytest.mark.rule("CH-80", "CH-94", "CH-95", "CH-99", "SP-88", "SP-90", "ST-59", "ST-60", "NO-22")
async def test_a_renewal_prolongs_the_same_one(world):
    id_ = await world.active()
    assert (
        code(await world.command(renewal(world, id_, at=a_moment("2031-08-21")), at=a_moment("2031-08-21")))
        == "too_early"
    )
    await world.tick(NEAR)
    assert await world.ids(Tab.ACTIONS) == [id_]
    asked = await world.command(renewal(world, id_), at=NEAR)
    assert code(await world.command(renewal(world, id_), at=NEAR)) == "renewal_pending"
    assert (await world.one(id_)).renewal_pending
    invitation = (await world.sent(SendInvitation))[-1]
    assert (invitation.contact.email, invitation.language) == ("nieuw@relatie.example", Language.EN)
    assert invitation.service_names == ("VAT return",)
    await world.returned(asked.chain_authorization_id, at=NEAR)
    await world.command(ApproveAgreement(actor=STAFF, chain_authorization_id=asked.chain_authorization_id), at=NEAR)

    prolonged = (await world.sent(ChainAuthorizationActivated))[-1].state
    assert (prolonged.id, prolonged.period.end) == (id_, date(2036, 9, 1))
    assert await world.ids(Tab.ACTIVE) == [id_]
    assert await world.ids(Tab.PENDING) == await world.ids(Tab.ACTIONS) == []
    assert not (await world.one(id_)).renewal_pending
    await world.tick(end_of_day(date(2031, 11, 22)))
    assert await world.sent(ChainAuthorizationExpired) == []
    timers = {timer["_id"]: timer["due"] async for timer in world.database["timers"].find()}
    assert timers == {f"{id_}:warning": start_of_day(date(2036, 6, 1)), f"{id_}:end": end_of_day(date(2036, 9, 1))}


@pytest.mark.rule("SP-89", "CH-98")
async def test_a_renewal_accepted_after_the_end_activates_again(world):
    id_ = await world.active()
    asked = await world.command(renewal(world, id_), at=NEAR)
    over = end_of_day(date(2031, 11, 22))
    await world.tick(over)
    assert await world.ids(Tab.EXPIRED) == [id_]
    assert await world.ids(Tab.PENDING) == [asked.chain_authorization_id]
    assert code(await world.command(renewal(world, id_, at=over), at=over)) == "wrong_status"
    await world.returned(asked.chain_authorization_id, at=over)
    await world.command(ApproveAgreement(actor=STAFF, chain_authorization_id=asked.chain_authorization_id), at=over)

    row = await world.one(id_)
    assert (row.status, row.period.start, row.period.end) == (
        ChainStatus.ACTIVE,
        date(2031, 11, 23),
        date(2036, 11, 23),
    )
    assert [p.state.active for p in await world.sent(PublicChainAuthorizationChanged)] == [True, False, True]


@pytest.mark.rule("SP-90", "ST-57")
async def test_a_renewal_that_ends_can_be_asked_again_and_goes_with_its_former(world):
    id_ = await world.active()
    asked = await world.command(renewal(world, id_), at=NEAR)
    await world.declined(asked.chain_authorization_id, at=NEAR)
    assert not (await world.one(id_)).renewal_pending
    again = await world.command(renewal(world, id_), at=NEAR)
    await world.command(DeleteChainAuthorization(actor=an_admin(), chain_authorization_id=id_), at=NEAR)

    removed = [event.state.id for event in await world.sent(ChainAuthorizationRemoved)]
    assert removed == [id_, again.chain_authorization_id]
    assert code(await world.returned(again.chain_authorization_id, at=NEAR)) == "invitation_expired"


async def test_the_end_of_an_organisation_ends_everything_it_held(world):
    await world.active()
    await world.asked(a_relation("69599076"))
    await world.hear(OrganisationEnded(state=an_organisation(active=False)))
    await world.settle()

    assert len(await world.sent(ChainAuthorizationRemoved)) == 2
    assert code(await world.tab(Tab.ACTIVE)) == "not_allowed"
    assert await world.database["timers"].count_documents({}) == 0
    assert (await world.database["access"].find_one({"_id": an_admin().organisation_id}))["status"] == "none"


async def test_only_the_service_itself_lets_time_pass(world):
    id_ = await world.active()
    late = end_of_day(date(2031, 11, 22))
    assert code(await world.command(Expire(actor=an_admin(), chain_authorization_id=id_), at=late)) == "not_allowed"
    assert await world.ids(Tab.ACTIVE) == [id_]


@pytest.mark.rule("CH-78", "CH-79", "GW-05", "SP-118")
async def test_the_overview_is_searched_and_paged(world):
    ids = [
        await world.asked(a_relation(number, name), at=NOW + timedelta(seconds=n))
        for n, (number, name) in enumerate(
            [("69599076", "Café Één"), ("69599084", "Bakker"), ("90000102", "Café Twee")]
        )
    ]
    first = await world.tab(Tab.PENDING, limit=2)
    second = await world.tab(Tab.PENDING, limit=2, cursor=first.next)

    assert [row.chain_authorization_id for page in (first, second) for row in page.rows] == list(reversed(ids))
    assert second.next is None
    assert await world.ids(Tab.PENDING, search="CAFE") == [ids[2], ids[0]]
    assert await world.ids(Tab.PENDING, search="69599084") == [ids[1]]
    assert await world.ids(Tab.PENDING, search=".*") == []
    assert await world.ids(Tab.PENDING, search="$where") == []
    assert code(await world.tab(Tab.PENDING, cursor="x")) == "unknown"


async def exported(world, tab, kind, actor=None):
    query = ExportChainAuthorizations(actor=actor or an_admin(), tab=tab, format=kind)
    ready = await world.query(query)
    return ready if isinstance(ready, Refusal) else await world.process.blobs.get(ready.blob)


@pytest.mark.rule("CH-83", "GW-14", "GW-08", "GW-11", "SP-119", "SP-120", "SP-123")
@pytest.mark.security("S27")
async def test_both_formats_hold_the_same_rows_and_no_formula(world):
    for n, name in enumerate(
        ("=1+1", "+31", "-2", "@SUM(A1)", "\t=1", "a;b", 'say "x"', "Müller", "=cmd|' /C calc'!A0")
    ):
        await world.asked(a_relation(f"{n + 1:08d}", name), at=NOW + timedelta(seconds=n))

    text = await exported(world, Tab.PENDING, ExportFormat.CSV)
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=";"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(await exported(world, Tab.PENDING, ExportFormat.XLSX)))
    sheet = book.get_sheet_by_index(0).to_python()

    assert text.startswith(b"\xef\xbb\xbf")
    assert text.count(b"\r\n") == 10
    assert sheet == rows
    assert len(rows) == 10
    assert {row[2] for row in rows[1:]} == {f"{n:08d}" for n in range(1, 10)}
    assert rows[0][0] == "Referentie"
    assert all(not cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row)


@pytest.mark.rule("CH-84", "GW-14", "GW-12")
async def test_the_actions_and_users_have_no_export(world):
    assert code(await exported(world, Tab.ACTIONS, ExportFormat.CSV)) == "no_export"
    await world.database["credentials"].update_one({"person_id": USER}, {"$set": {"role": "user"}})
    user = an_admin(role=Role.USER, person_id=USER)
    assert code(await exported(world, Tab.ACTIVE, ExportFormat.CSV, user)) == "not_allowed"
    assert (await exported(world, Tab.ACTIVE, ExportFormat.CSV)).decode("utf-8-sig").count("\r\n") == 1
