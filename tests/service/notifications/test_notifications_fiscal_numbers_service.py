"""The fiscal number of a relation in its agreement, and nowhere else in clear (S38)."""

from uuid import uuid4

import pytest
from agreements import agreement, bare, make, plan, text_of
from messages_of_notifications import a_request, an_organisation, sealed

from chassis.rotation import rotate
from contracts.chain import ChainAuthorizationRequested, NamedRelation
from contracts.notifications import DocumentMade
from tests.harness import a_key


async def everything(service, text):
    """Return the collections of whose documents one says this text."""
    names = await service.database.list_collection_names()
    documents = [(name, one) for name in names for one in await service.database[name].find().to_list()]
    return sorted({name for name, one in documents if text in str(one)})


@pytest.mark.rule("CH-14", "CH-63", "SP-74")
@pytest.mark.security("S37", "S38")
async def test_the_agreement_names_a_relation_by_its_fiscal_number_which_lies_nowhere_in_clear(notifications):
    organisation, number = uuid4(), "123456782"
    state = a_request(organisation, period=None, relation=NamedRelation(name="Maatschap"))
    async with notifications() as service:
        requested = ChainAuthorizationRequested(
            state=state, fiscal_number=sealed(service, number, "fiscal_number", state.id)
        )
        await service.hear(an_organisation(organisation), requested)
        before = (await plan(service))["fiscal_number"]
        fields = type(service.process.fields)({"new": a_key(), **service.process.settings.field_keys})
        assert (await rotate(service.database, fields, service.process.routes.encrypted)).renewed == 1
        vars(service.process.fields).update(vars(fields))  # started anew, with the new key first
        after = (await plan(service))["fiscal_number"]
        assert (before.partition(":")[0], after.partition(":")[0]) == ("f1", "new")
        assert await everything(service, number) == []
        await make(service)

        _, document = await agreement(service)
        for wanted in ("Fiscaal nummer", number, "Maatschap"):
            assert bare(wanted) in text_of(document)
        assert bare("KvK-nummer" + "None") not in text_of(document)
        assert await service.database["planned_documents"].count_documents({}) == 0
        assert await everything(service, number) == []
        assert "organisations" in await everything(service, "Kantoor Jansen"), "what is stored was looked at"


async def test_a_fiscal_number_of_another_request_is_not_written_into_the_agreement(notifications):
    organisation = uuid4()
    state = a_request(organisation, period=None, relation=NamedRelation(name="Maatschap"))
    async with notifications() as service:
        of_another = sealed(service, "123456782", "fiscal_number", uuid4())
        await service.hear(
            an_organisation(organisation), ChainAuthorizationRequested(state=state, fiscal_number=of_another)
        )
        await make(service)
        assert await service.sent(DocumentMade) == []
        assert len(await service.dead_letters()) == 1
