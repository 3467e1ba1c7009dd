"""Decisions on the read copies: each copy cuts, each client asks about its own, each read uses an index."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from contracts.actor import ANYONE, SYSTEM, ActorKind
from contracts.chain import (
    ChainAuthorizationExpired,
    ChainAuthorizationRemoved,
    ChainStatus,
    ChainUsersChanged,
    RemovalScheduled,
    Scope,
)
from contracts.identity import CredentialActivated, CredentialEnded, CredentialStatus, OrganisationEnded
from contracts.values import Level, Period
from stack.data.sign_catalogue import CATALOGUE
from tests.harness import NOW
from tests.service.authorizations.world import (
    RELATION_KVK,
    TAX_OIN,
    UWV_OIN,
    a_client,
    a_credential_state,
    a_grant_command,
    a_listed_service,
    a_question,
    a_tax_service,
    an_organisation_state,
    hear_of_all,
    hear_of_the_chain,
    import_catalogue,
    the_chain_state,
)
from tests.unit.authorizations.builders import OIN, PERSON, STAFF, TODAY, an_actor, an_id


@dataclass
class Case:
    """A service of the Belastingdienst that the person may use, directly and for the relation."""

    direct: dict
    chain: dict

    def for_relation(self, **changes):
        return a_question(self.chain, on_behalf_of=RELATION_KVK, **changes)


@pytest.fixture
async def case(service):
    await hear_of_all(service)
    view = await a_tax_service(service)
    await service.command(a_grant_command(view))
    return Case(view, await a_tax_service(service, **{"view.chain_allowed": True}))


async def answers(service, case):
    """Return the reasons, directly and by chain."""
    return [(await service.query(query)).reason for query in (a_question(case.direct), case.for_relation())]


@pytest.mark.rule("SP-132", "CH-03", "CH-92")
async def test_with_everything_in_place_both_ways_are_open(service, case):
    direct, chain = await service.query(a_question(case.direct)), await service.query(case.for_relation())

    assert (direct.permitted, direct.reason, direct.level) == (True, "direct", Level.EH3)
    assert (chain.permitted, chain.reason, chain.level) == (True, "chain", Level.EH3)


@pytest.mark.rule("SP-132")
async def test_only_a_machine_client_may_ask(service, case):
    for actor in (an_actor(), STAFF, ANYONE, SYSTEM):
        assert (await service.query(a_question(case.direct, actor=actor))).code == "not_allowed"


@pytest.mark.rule("SP-132")
async def test_a_client_asks_about_its_own_services_only(service, case):
    assert (await service.query(a_question(case.direct, actor=a_client(UWV_OIN)))).code == "foreign_service"
    without_number = a_client(OIN).model_copy(update={"oin": None})
    assert without_number.kind is ActorKind.CLIENT
    assert (await service.query(a_question(case.direct, actor=without_number))).code == "foreign_service"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service_uuid": an_id("no service")}, "unknown_service"),
        ({"kvk_number": "11112222"}, "unknown_organisation"),
        ({"person_id": an_id("nobody")}, "no_credential"),
        ({"level": Level.EH2_PLUS}, "level_too_low"),
        ({"on_behalf_of": "11112222"}, "no_chain_authorization"),
    ],
)
async def test_another_question_gets_another_answer(service, case, changes, reason):
    decision = await service.query(a_question(case.direct, **changes))

    assert (decision.permitted, decision.reason) == (False, reason)


@pytest.mark.rule("ID-37")
async def test_without_an_authorization_a_person_may_not_act(service, case):
    other = await a_listed_service(service, **{"view.provider_oin": UWV_OIN, "view.level": "EH3"})

    assert (await service.query(a_question(other))).reason == "no_authorization"


@pytest.mark.rule("SP-125")
async def test_the_end_of_the_credential_closes_both_ways(service, case):
    await service.hear(CredentialEnded(state=a_credential_state(status=CredentialStatus.ENDED)))

    assert await answers(service, case) == ["credential_not_active"] * 2


async def test_the_end_of_the_organisation_closes_both_ways(service, case):
    await service.hear(OrganisationEnded(state=an_organisation_state(active=False)))

    assert await answers(service, case) == ["unknown_organisation"] * 2


@pytest.mark.rule("ID-06", "AU-17")
async def test_a_branch_number_closes_belastingdienst_and_uwv_and_nothing_else(service, case):
    other = await a_listed_service(service, **{"view.provider_oin": {"$nin": [TAX_OIN, UWV_OIN]}, "view.level": "EH3"})
    uwv = await a_listed_service(service, **{"view.provider_oin": UWV_OIN, "view.level": "EH3"})
    for view in (other, uwv):
        await service.command(a_grant_command(view))

    await service.hear(OrganisationEnded(state=an_organisation_state(branch_number="000012345678")))

    assert await answers(service, case) == ["branch_number"] * 2
    assert (await service.query(a_question(uwv))).reason == "branch_number"
    assert (await service.query(a_question(other))).reason == "direct"


@pytest.mark.rule("CH-88", "CH-05")
async def test_an_unlinked_person_cannot_use_the_chain_and_keeps_the_own_authorization(service, case):
    await service.hear(ChainUsersChanged(state=the_chain_state(person_ids=(an_id("somebody else"),))))

    assert await answers(service, case) == ["direct", "chain_user_not_linked"]


@pytest.mark.rule("CH-92")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": ChainStatus.REMOVED}, "chain_not_active"),
        ({"status": ChainStatus.END_SCHEDULED, "ends_on": TODAY - timedelta(days=1)}, "chain_not_active"),
        ({"period": Period(start=TODAY - timedelta(days=9), end=TODAY - timedelta(days=1))}, "chain_not_active"),
        ({"period": None}, "chain_not_active"),
        ({"scope": Scope(service_uuids=(an_id("other"),))}, "chain_service_not_in_scope"),
        ({"scope": Scope(provider_oins=(UWV_OIN,))}, "chain_service_not_in_scope"),
        ({"scope": Scope(provider_oins=(TAX_OIN,))}, "chain"),
    ],
)
async def test_each_change_of_the_chain_authorization_counts(service, case, changes, reason):
    await service.hear(ChainAuthorizationRemoved(state=the_chain_state(**changes)))

    assert (await service.query(case.for_relation())).reason == reason


@pytest.mark.rule("SP-01", "AU-43", "CH-97")
async def test_both_ways_close_at_midnight_in_amsterdam_whether_or_not_a_job_has_run(service, case):
    last = datetime(2031, 11, 22, 22, 59, tzinfo=UTC)

    service.process.clock.hear(last)
    open_still = await answers(service, case)
    service.process.clock.hear(last + timedelta(minutes=1))

    assert open_still == ["direct", "chain"]
    assert await answers(service, case) == ["authorization_ended", "chain_not_active"]


@pytest.mark.rule("CH-102", "ST-64", "ST-65")
async def test_a_scheduled_deletion_takes_effect_as_its_day_begins_though_the_job_is_late(service, case):
    scheduled = the_chain_state(status=ChainStatus.END_SCHEDULED, ends_on=TODAY + timedelta(days=1))
    await service.hear(RemovalScheduled(state=scheduled))

    service.process.clock.hear(datetime(2026, 11, 22, 22, 59, tzinfo=UTC))
    before = (await service.query(case.for_relation())).reason
    service.process.clock.hear(datetime(2026, 11, 22, 23, 0, tzinfo=UTC))

    assert (before, (await service.query(case.for_relation())).reason) == ("chain", "chain_not_active")


@pytest.mark.rule("CH-99")
async def test_a_renewal_beside_one_that_expired_permits(service, case):
    await service.hear(ChainAuthorizationExpired(state=the_chain_state(status=ChainStatus.EXPIRED)))
    assert (await service.query(case.for_relation())).reason == "chain_not_active"

    await hear_of_the_chain(service, id=an_id("renewal"))

    assert (await service.query(case.for_relation())).reason == "chain"


@pytest.mark.rule("SP-52")
async def test_a_raised_level_closes_the_service_until_the_credential_reaches_it(service, case):
    data = CATALOGUE.read_bytes()
    start = data.index(str(case.direct["service_uuid"]).encode())
    raised = data[:start] + data[start:].replace(b"assurance-class:loa3", b"assurance-class:loa4", 1)

    done = await import_catalogue(service, raised, at=NOW + timedelta(days=1))
    closed = await service.query(a_question(case.direct))
    await service.hear(CredentialActivated(state=a_credential_state(level=Level.EH4)))

    assert (done.changed, closed.reason) == (1, "level_too_low")
    assert (await service.query(a_question(case.direct))).level is Level.EH4


@pytest.mark.rule("SP-53")
async def test_a_discontinued_service_gives_no_access_to_anybody(service, case):
    data = CATALOGUE.read_bytes()
    before, _, rest = data.partition(b'<esc:ServiceProvider esc:IsPublic="true">')
    without_first = before + rest[rest.index(b'<esc:ServiceProvider esc:IsPublic="true">') :]

    await import_catalogue(service, without_first, at=NOW + timedelta(days=1))

    assert await answers(service, case) == ["unknown_service"] * 2


async def test_every_read_of_a_decision_uses_an_index(service, case):
    database, view = service.database, case.direct
    finds = {
        "services": {"view.service_uuid": view["service_uuid"]},
        "grants": {"person_id": PERSON, "service_uuid": view["service_uuid"]},
        "chain_authorizations": {"relation.kvk_number": RELATION_KVK},
        "organisations": {"kvk_number": "12345678"},
        "credentials": {"organisation_id": an_id("organisation"), "person_id": PERSON},
    }
    for name, filters in finds.items():
        plan = await database[name].find(filters).explain()
        assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"]), name
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), name
