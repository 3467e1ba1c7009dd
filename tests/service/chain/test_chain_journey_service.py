"""The journey of a chain authorization: access, request, answer, approval, use, end."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.authorizations import ServiceProviderChanged
from contracts.chain import (
    AgreementIncomplete,
    AgreementReceived,
    ApproveAgreement,
    ChainAuthorizationActivated,
    ChainAuthorizationEvent,
    ChainAuthorizationExpired,
    ChainAuthorizationRequested,
    ChainStatus,
    ChainUsersChanged,
    DeclineInvitation,
    InvitationDeclined,
    InvitationExpired,
    InvitationFailed,
    ListReceivedAgreements,
    MarkIncomplete,
    PublicChainAuthorizationChanged,
    RenewalDue,
    ReturnAgreement,
    Tab,
)
from contracts.message import BlobReference, Refusal
from contracts.notifications import (
    DeliveryFailed,
    DeliveryState,
    DeliveryStatus,
    DocumentMade,
    DocumentState,
    Purpose,
    SendInvitation,
)
from contracts.values import Role, end_of_day, start_of_day
from tests.harness import types_of
from tests.service.chain.chain_world import PDF, STAFF, a_provider
from tests.unit.chain.chain_builders import ORGANISATION, USER, a_relation, an_admin

AGREEMENT = BlobReference(id=uuid4(), sha256="a" * 64, size=1, media_type="application/pdf", name="a.pdf")


def code(outcome):
    return outcome.code if isinstance(outcome, Refusal) else None


@pytest.mark.rule("CH-22", "CH-63", "NO-17", "NO-18", "NO-19", "ST-46", "CH-24", "SP-64")
async def test_a_request_invites_the_contact_person(world):
    outcome = await world.ask()

    [event] = await world.sent(ChainAuthorizationRequested)
    assert (event.state.id, event.state.status) == (outcome.chain_authorization_id, ChainStatus.SENT)
    [invitation] = await world.sent(SendInvitation)
    assert invitation.chain_authorization_id == outcome.chain_authorization_id
    assert (invitation.contact.email, invitation.sender.name) == ("a.bakker@relatie.example", "C. de Boer")
    assert (invitation.intermediary_name, invitation.service_names) == ("Kantoor De Boer", ("Btw-aangifte",))
    assert invitation.answer_by == end_of_day(date(2027, 2, 22)) - timedelta(seconds=1)
    [row] = (await world.tab(Tab.PENDING)).rows
    assert (row.status, row.reference, row.users[0].person_id) == (ChainStatus.SENT, "R-1", USER)


@pytest.mark.rule("SP-117", "SP-63")
async def test_the_link_is_nowhere_in_the_database(world):
    token = await world.token(await world.asked())

    for name in await world.database.list_collection_names():
        async for document in world.database[name].find():
            assert token not in str(document)
            assert token.encode() not in b"".join(v for v in document.values() if isinstance(v, bytes))


@pytest.mark.rule("CH-92")
async def test_a_service_is_asked_for_once_it_accepts_chain_authorizations(world):
    await world.hear(ServiceProviderChanged(state=a_provider(chain_allowed=False)))
    assert code(await world.ask()) == "service_without_chains"
    assert await world.sent(ChainAuthorizationRequested) == []

    await world.hear(ServiceProviderChanged(state=a_provider()))
    assert code(await world.ask()) is None


@pytest.mark.rule("SP-111")
async def test_a_quotation_is_used_once(world):
    quotation = world.quote()
    assert code(await world.ask(quotation=quotation)) is None
    assert code(await world.ask(a_relation("69599076"), quotation=quotation)) == "quotation_used"
    assert len(await world.sent(SendInvitation)) == 1
    assert code(await world.ask(a_relation("69599076"))) is None


@pytest.mark.rule("SP-71", "CH-66")
async def test_a_second_request_is_refused_until_the_first_is_over(world):
    first = await world.asked()
    assert code(await world.ask()) == "already_pending"
    await world.declined(first)
    assert code(await world.ask()) is None


@pytest.mark.rule("SP-63", "CH-04", "CH-68", "ST-48")
async def test_the_relation_reads_signs_and_returns(world):
    id_ = await world.asked()
    token = await world.token(id_)
    assert (await world.read(token)).agreement is None
    await world.hear(
        DocumentMade(state=DocumentState(id=uuid4(), subject_id=id_, purpose=Purpose.AGREEMENT, blob=AGREEMENT))
    )

    view = await world.read(token)
    assert (view.chain_authorization_id, view.status, view.agreement) == (id_, ChainStatus.SENT, AGREEMENT)
    assert (view.intermediary_name, view.answer_by, view.years) == ("Kantoor De Boer", date(2027, 2, 22), 5)
    assert code(await world.returned(id_)) is None

    [event] = await world.sent(AgreementReceived)
    assert await world.process.blobs.get(event.agreement) == PDF
    stored = await world.process.client[f"{world.process.settings.deployment}_blobs"]["blobs"].find_one()
    assert "expires_at" not in stored
    assert (await world.read(token)).status is ChainStatus.RECEIVED
    [row] = (await world.query(ListReceivedAgreements(actor=STAFF))).rows
    assert (row.chain_authorization_id, row.agreement, row.intermediary_name) == (
        id_,
        event.agreement,
        "Kantoor De Boer",
    )


@pytest.mark.rule("SP-117")
async def test_a_wrong_link_opens_nothing(world):
    id_, other = await world.asked(), await world.asked(a_relation("69599076"))
    token = await world.token(other)

    assert code(await world.read("x")) == "invitation_unknown"
    assert code(await world.answer(DeclineInvitation, id_, token)) == "invitation_unknown"
    assert code(await world.answer(DeclineInvitation, uuid4(), token)) == "invitation_unknown"
    assert code(await world.answer(DeclineInvitation, other, "")) == "invitation_unknown"
    blob = await world.signed_agreement()
    assert code(await world.answer(ReturnAgreement, id_, token, agreement=blob)) == "invitation_unknown"
    assert code(await world.answer(ReturnAgreement, other, token, agreement=AGREEMENT)) == "agreement_not_ready"
    assert await world.sent(AgreementReceived, InvitationDeclined) == []


@pytest.mark.rule("ST-53", "CH-73", "CH-74", "CH-78", "CH-82")
async def test_the_back_office_accepts_and_users_may_use_it(world):
    id_ = await world.asked()
    approve = ApproveAgreement(actor=STAFF, chain_authorization_id=id_)
    assert code(await world.command(approve)) == "wrong_status"
    await world.returned(id_)
    assert code(await world.command(approve.model_copy(update={"actor": an_admin()}))) == "not_allowed"
    [received] = (await world.query(ListReceivedAgreements(actor=STAFF))).rows
    stale = approve.model_copy(update={"seen_version": received.version - 1})
    assert code(await world.command(stale)) == "stale_version"
    assert code(await world.command(approve.model_copy(update={"seen_version": received.version}))) is None

    [active] = await world.sent(ChainAuthorizationActivated)
    assert (active.state.status, active.state.person_ids) == (ChainStatus.ACTIVE, (USER,))
    assert (active.state.period.start, active.state.period.end) == (date(2026, 11, 22), date(2031, 11, 22))
    [public] = await world.sent(PublicChainAuthorizationChanged)
    assert public.state.active
    assert "relatie.example" not in public.model_dump_json()
    assert await world.ids(Tab.ACTIVE) == [id_]
    timers = {timer["_id"]: timer["due"] async for timer in world.database["timers"].find()}
    assert timers == {
        f"{id_}:warning": start_of_day(date(2031, 8, 22)),
        f"{id_}:end": end_of_day(date(2031, 11, 22)),
    }


@pytest.mark.rule("CH-90", "CH-11")
async def test_a_user_reads_what_is_linked_to_the_own_credential(world):
    mine, other = await world.active(), await world.active(a_relation("69599076"), person_ids=())
    user = an_admin(role=Role.USER, person_id=USER)
    await world.database["credentials"].update_one({"person_id": USER}, {"$set": {"role": "user"}})

    assert await world.ids(Tab.ACTIVE, user) == [mine]
    assert (await world.one(mine, user)).chain_authorization_id == mine
    assert code(await world.one(other, user)) == "unknown"
    assert code(await world.ask(a_relation("69599084"), actor=user)) == "not_allowed"


@pytest.mark.rule("ST-51", "ST-52", "CH-69", "SP-68")
async def test_an_incomplete_agreement_comes_back_or_is_removed(world):
    id_ = await world.asked()
    await world.returned(id_)
    incomplete = MarkIncomplete(actor=STAFF, chain_authorization_id=id_, reason="Handtekening ontbreekt")
    assert code(await world.command(incomplete)) is None
    [event] = await world.sent(AgreementIncomplete)
    assert event.reason == "Handtekening ontbreekt"
    later = start_of_day(date(2027, 2, 22))
    await world.returned(id_, at=later)
    assert (await world.one(id_)).status is ChainStatus.RECEIVED
    await world.command(incomplete, at=later)
    await world.tick(end_of_day(date(2027, 5, 22)) - timedelta(seconds=1))
    assert (await world.one(id_)).status is ChainStatus.INCOMPLETE
    await world.tick(end_of_day(date(2027, 5, 22)))
    assert code(await world.one(id_)) == "unknown"


@pytest.mark.rule("CH-64", "CH-65", "CH-66", "CH-67", "SP-67", "ST-49", "ST-50", "TI-02")
async def test_an_unanswered_request_is_removed_after_three_months(world):
    id_ = await world.asked()
    due = end_of_day(date(2027, 2, 22))
    await world.tick(due - timedelta(seconds=1))
    assert await world.ids(Tab.PENDING) == [id_]
    await world.tick(due + timedelta(days=40))

    [(envelope, event)] = await world.sent_with_envelopes(InvitationExpired)
    assert (envelope.time, event.state.status) == (due, ChainStatus.REMOVED)
    assert await world.ids(Tab.PENDING) == []
    assert code(await world.returned(id_, at=due)) == "invitation_expired"
    assert code(await world.ask(at=due)) is None


@pytest.mark.rule("ST-47", "NO-21", "CH-70", "CH-72", "ST-56")
async def test_a_failed_delivery_is_a_fault_and_may_be_asked_again(world):
    id_ = await world.asked()
    failed = DeliveryState(id=uuid4(), subject_id=id_, purpose=Purpose.INVITATION, status=DeliveryStatus.FAILED)
    await world.hear(DeliveryFailed(state=failed))
    stranger = failed.model_copy(update={"id": uuid4(), "subject_id": uuid4()})
    notice = failed.model_copy(update={"id": uuid4(), "purpose": Purpose.NOTICE})
    await world.hear(DeliveryFailed(state=stranger), DeliveryFailed(state=notice))

    [event] = await world.sent(InvitationFailed)
    assert event.state.id == id_
    assert [row.status for row in (await world.tab(Tab.PENDING)).rows] == [ChainStatus.FAULT]
    assert await world.database["timers"].count_documents({}) == 0
    assert code(await world.returned(id_)) == "invitation_expired"
    assert code(await world.ask()) is None


@pytest.mark.rule("ST-58", "ST-61", "CH-93", "CH-97", "TI-04", "TI-07", "SP-01", "SP-96")
async def test_it_is_warned_of_once_and_ends_with_its_last_day(world):
    id_ = await world.active()
    end = end_of_day(date(2031, 11, 22))
    await world.tick(start_of_day(date(2031, 8, 22)) - timedelta(seconds=1))
    assert await world.sent(RenewalDue) == []
    await world.tick(start_of_day(date(2031, 8, 22)))
    await world.tick(end - timedelta(seconds=1))
    assert len(await world.sent(RenewalDue)) == 1
    assert await world.ids(Tab.ACTIVE) == [id_]
    await world.tick(end + timedelta(days=1))

    [(envelope, event)] = await world.sent_with_envelopes(ChainAuthorizationExpired)
    assert (envelope.time, event.state.status) == (end, ChainStatus.EXPIRED)
    assert [public.state.active for public in await world.sent(PublicChainAuthorizationChanged)] == [True, False]
    assert await world.ids(Tab.EXPIRED) == [id_]
    assert await world.database["timers"].count_documents({}) == 0


async def test_every_change_is_told_in_order_and_audited(world):
    id_ = await world.active()
    told = await world.sent_with_envelopes(ChainAuthorizationEvent)

    assert [envelope.sequence for envelope, _ in told] == [1, 2, 3]
    assert types_of([event for _, event in told]) == [
        "ChainAuthorizationRequested",
        "AgreementReceived",
        "ChainAuthorizationActivated",
    ]
    audit = await world.database["audit"].find({"subject": id_}).to_list()
    assert {row["scope"] for row in audit} == {str(ORGANISATION)}
    assert len(audit) == 3
    assert await world.dead_letters() == []
    assert await world.sent(ChainUsersChanged) == []
