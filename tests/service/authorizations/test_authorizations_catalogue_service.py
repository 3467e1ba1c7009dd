"""The catalogue is taken over whole, told, and found again."""

from datetime import timedelta

import pytest

from contracts.actor import ANYONE
from contracts.authorizations import ImportCatalogue, SearchServices, ServiceProviderChanged, ServiceProviderSnapshot
from contracts.message import BlobReference
from contracts.values import Language
from services.authorizations.catalogue_file import read_catalogue
from services.authorizations.domain.catalogue import provider_id
from stack.data.sign_catalogue import CATALOGUE
from tests.harness import NOW
from tests.service.authorizations.world import TAX_OIN, import_catalogue
from tests.unit.authorizations.builders import STAFF, an_actor, an_id

SEED = read_catalogue(CATALOGUE.read_bytes())
SERVICES = sum(len(provider.services) for provider in SEED)


async def search(service, **changes):
    return await service.query(SearchServices(**{"actor": ANYONE, "limit": 100, **changes}))


async def everything(service, **changes):
    """Return all rows, page by page."""
    page = await search(service, **changes)
    rows = [*page.rows]
    while page.next:
        page = await search(service, cursor=page.next, **changes)
        rows += page.rows
    return rows


@pytest.mark.rule("AU-01", "AU-02")
async def test_an_import_tells_each_provider_and_a_second_one_tells_nothing(service):
    first = await import_catalogue(service)
    told = await service.sent(ServiceProviderChanged)
    second = await import_catalogue(service, at=NOW + timedelta(days=1))

    assert (first.providers, first.services, first.changed) == (len(SEED), SERVICES, len(SEED))
    assert {event.state.id for event in told} == {provider_id(provider.oin) for provider in SEED}
    assert sum(len(event.state.services) for event in told) == SERVICES
    assert second.changed == 0
    assert len(await service.sent(ServiceProviderChanged)) == len(told)


@pytest.mark.rule("SP-52", "SP-53")
async def test_only_the_provider_whose_service_changed_is_told_again(service):
    await import_catalogue(service)
    before = len(await service.sent(ServiceProviderChanged))
    data = CATALOGUE.read_bytes().replace(b"Mijn Belastingdienst Zakelijk", b"Mijn Belastingdienst voor bedrijven")

    done = await import_catalogue(service, data, at=NOW + timedelta(days=1))

    (event,) = (await service.sent(ServiceProviderChanged))[before:]
    assert (done.changed, event.state.oin) == (1, TAX_OIN)
    assert [row.name.nl for row in await everything(service, text="voor bedrijven", chain_only=False)].count(
        "Mijn Belastingdienst voor bedrijven"
    ) == 1


async def test_a_faulty_or_missing_file_is_refused_and_changes_nothing(service):
    faulty = await import_catalogue(
        service, CATALOGUE.read_bytes().replace(b"<esc:ServiceUUID>c60ff5aa", b"<esc:ServiceUUID>x")
    )
    gone = BlobReference(id=an_id("gone"), sha256="0" * 64, size=1, media_type="application/xml", name="x.xml")
    missing = await service.command(ImportCatalogue(actor=STAFF, blob=gone))

    assert (faulty.code, missing.code) == ("invalid_catalogue", "invalid_catalogue")
    assert "no UUID" in faulty.details["fault"]
    assert faulty.details["line"] > 0
    assert await service.sent() == []
    assert await service.database["services"].count_documents({}) == 0


@pytest.mark.rule("AU-15")
async def test_a_customer_may_not_import(service):
    refusal = await import_catalogue(service, actor=an_actor())

    assert refusal.code == "not_allowed"
    assert await service.database["providers"].count_documents({}) == 0


@pytest.mark.rule("AU-03", "SP-118")
async def test_search_finds_a_part_of_the_name_of_service_or_provider_in_any_case(service):
    await import_catalogue(service)

    by_service = await everything(service, text="OMZETBELAST")
    by_provider = await everything(service, text="belastingDÍENST")

    assert [row.name.nl for row in by_service] == ["Aangifte omzetbelasting"]
    assert {row.provider_oin for row in by_provider} >= {TAX_OIN}
    assert len(by_provider) >= len(next(provider for provider in SEED if provider.oin == TAX_OIN).services)
    assert await everything(service, text="bestaat niet") == []
    assert await everything(service, text=".*") == [], "a text is no pattern"


async def test_pages_hold_each_service_once_in_the_order_of_the_language(service):
    await import_catalogue(service)

    for language in Language:
        actor = ANYONE.model_copy(update={"language": language})
        rows = await everything(service, actor=actor, limit=7)
        names = [row.name.in_(language).casefold() for row in rows]
        assert len({(row.provider_oin, row.service_uuid) for row in rows}) == len(rows) == SERVICES
        assert names == sorted(names)


@pytest.mark.rule("AU-03")
async def test_services_that_accept_no_chain_can_be_left_out(service):
    await import_catalogue(service)

    rows = await everything(service, chain_only=True)

    accepting = sum(one.chain_allowed for provider in SEED for one in provider.services)
    assert 0 < len(rows) == accepting < SERVICES


async def test_a_text_that_is_no_cursor_is_refused(service):
    assert (await search(service, cursor="!?")).code == "unknown"


async def test_the_present_providers_can_be_published_again(service):
    await import_catalogue(service)

    await service.process.republisher.snapshot(provider_id(TAX_OIN))

    (again,) = await service.sent(ServiceProviderSnapshot)
    (told,) = [event for event in await service.sent(ServiceProviderChanged) if event.state.oin == TAX_OIN]
    assert again.state == told.state
