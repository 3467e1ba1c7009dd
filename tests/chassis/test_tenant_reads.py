"""The ear that hears reads across organisations hears them (S20)."""

from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from chassis.mongo import aggregate, close, connect, database
from contracts.actor import SYSTEM, Actor, ActorKind
from contracts.chain import ListChainAuthorizations, ListIssuedChainAuthorizations, Tab
from contracts.message import Model
from tests.tenants import of_one_organisation

pytestmark = pytest.mark.security("S20")
OWN = UUID(int=1)


class Asked(Model):
    """What a person of an organisation asks."""

    actor: Actor = Actor(kind=ActorKind.PERSON, person_id=uuid4(), organisation_id=OWN)


@pytest_asyncio.fixture(loop_scope="session")
async def home(settings):
    client = connect(settings, "chain")
    yield database(client, settings, "chain")
    await client.drop_database(f"{settings.deployment}_chain")
    await close(client)


LOOSE = [
    {},
    {"status": "active"},
    {"$or": [{"intermediary_id": OWN}, {"status": "active"}]},
    {"$and": [{"status": "active"}, {"import_id": 1}]},
    {"relation.kvk_number": "68750110"},
]
BOUND = [
    {"intermediary_id": OWN, "status": "active"},
    {"_id": UUID(int=2)},
    {"$or": [{"intermediary_id": OWN}, {"_id": UUID(int=2)}]},
    {"$and": [{"status": "active"}, {"intermediary_id": OWN}]},
]


@pytest.mark.parametrize("filters", LOOSE, ids=str)
async def test_a_read_across_organisations_is_heard(home, filters):
    with pytest.raises(AssertionError, match="without naming the organisation"), of_one_organisation(Asked()):
        await home["chain_authorizations"].find(filters).to_list()
    with pytest.raises(AssertionError, match="without naming the organisation"), of_one_organisation(Asked()):
        await aggregate(home["chain_authorizations"], [{"$match": filters}])
    with pytest.raises(AssertionError, match="without naming the organisation"), of_one_organisation(Asked()):
        await home["chain_authorizations"].delete_many(filters)


@pytest.mark.parametrize("filters", BOUND, ids=",".join)
async def test_a_read_of_one_organisation_is_not(home, filters):
    with of_one_organisation(Asked()):
        await home["chain_authorizations"].find(filters).to_list()
        await home["chain_authorizations"].count_documents(filters)


@pytest.mark.security("S21")
async def test_only_the_question_of_a_giver_names_the_relation_instead(home):
    actor = Asked().actor
    by_number = {"$and": [{"$or": [{"relation.kvk_number": "68750110"}, {"fiscal_digest": "123456782"}]}]}
    with of_one_organisation(ListIssuedChainAuthorizations(actor=actor)):
        await home["chain_authorizations"].find(by_number).to_list()
    for loose in ({}, {"period": {"$ne": None}}, {"$or": [{"relation.kvk_number": "68750110"}, {"status": "active"}]}):
        question = ListIssuedChainAuthorizations(actor=actor)
        with pytest.raises(AssertionError, match="without naming the organisation"), of_one_organisation(question):
            await home["chain_authorizations"].find(loose).to_list()
    question = ListChainAuthorizations(actor=actor, tab=Tab.ACTIVE)
    with pytest.raises(AssertionError, match="without naming the organisation"), of_one_organisation(question):
        await home["chain_authorizations"].find(by_number).to_list()


async def test_the_system_itself_reads_across_organisations(home):
    with of_one_organisation(Asked(actor=SYSTEM)):
        await home["chain_authorizations"].find({"status": "active"}).to_list()
