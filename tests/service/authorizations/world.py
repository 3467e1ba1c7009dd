"""What the service hears and is told in these tests: the seed catalogue, one intermediary, one relation."""

from contracts.actor import Actor, ActorKind
from contracts.authorizations import Decide, GrantAuthorizations, ImportCatalogue
from contracts.chain import ChainAuthorizationActivated, Relation
from contracts.identity import (
    CredentialActivated,
    CredentialState,
    CredentialStatus,
    OrganisationRegistered,
    OrganisationState,
    PersonName,
)
from contracts.values import Level, Period, Role
from stack.data.sign_catalogue import CATALOGUE
from tests.states import a_chain_state
from tests.unit.authorizations.builders import BOSS, ORGANISATION, PERSON, STAFF, TODAY, an_actor, an_id

KVK, RELATION_KVK = "12345678", "87654321"
TAX_OIN, UWV_OIN = "00000099000000101000", "00000099000000103000"
BOSS_CREDENTIAL, CREDENTIAL, CHAIN = an_id("boss's credential"), an_id("credential"), an_id("chain")


def a_client(oin):
    return Actor(kind=ActorKind.CLIENT, client_id=an_id("client"), oin=oin)


def an_organisation_state(**changes):
    return OrganisationState(**{"id": ORGANISATION, "kvk_number": KVK, "name": "Kantoor", **changes})


def a_credential_state(**changes):
    given = {
        "id": CREDENTIAL,
        "person_id": PERSON,
        "organisation_id": ORGANISATION,
        "level": Level.EH3,
        "role": Role.USER,
        "status": CredentialStatus.ACTIVE,
        "name": PersonName(initials="A.", surname="Bakker"),
        "email": "a.bakker@example.com",
    }
    return CredentialState(**{**given, **changes})


def the_chain_state(**changes):
    """Return the state of the chain authorization that the intermediary has of the relation."""
    given = {
        "id": CHAIN,
        "intermediary_id": ORGANISATION,
        "relation": Relation(kvk_number=RELATION_KVK, name="Relatie"),
        "person_ids": (an_id("somebody else"), PERSON),
        "period": Period(start=TODAY, end=TODAY.replace(year=2031)),
    }
    return a_chain_state(**{**given, **changes})


async def hear_of_the_office(service, **organisation):
    """Let the service know the organisation, its administrator and a user."""
    boss = a_credential_state(id=BOSS_CREDENTIAL, person_id=BOSS, role=Role.ADMINISTRATOR)
    await service.hear(
        OrganisationRegistered(state=an_organisation_state(**organisation)),
        CredentialActivated(state=boss),
        CredentialActivated(state=a_credential_state()),
    )


async def hear_of_the_chain(service, **changes):
    await service.hear(ChainAuthorizationActivated(state=the_chain_state(**changes)))


async def hear_of_all(service):
    """Let the service know the catalogue, the organisation with its people, and the chain authorization."""
    await import_catalogue(service)
    await hear_of_the_office(service)
    await hear_of_the_chain(service)


async def import_catalogue(service, data=None, actor=STAFF, **options):
    blob = await service.process.blobs.put(data or CATALOGUE.read_bytes(), "application/xml", "catalogue.xml")
    return await service.command(ImportCatalogue(actor=actor, blob=blob), **options)


async def a_listed_service(service, **filters):
    """Return the view of a service in the catalogue."""
    row = await service.database["services"].find_one({"listed": True, **filters}, sort=[("_id", 1)])
    assert row is not None, filters
    return row["view"]


async def a_tax_service(service, **filters):
    """Return the view of a service of the Belastingdienst at EH3."""
    return await a_listed_service(service, **{"view.provider_oin": TAX_OIN, "view.level": "EH3", **filters})


def a_grant_command(view, **changes):
    given = {"actor": an_actor(), "person_ids": (PERSON,), "service_uuids": (view["service_uuid"],)}
    return GrantAuthorizations(**{**given, **changes})


def a_question(view, **changes):
    given = {
        "actor": a_client(view["provider_oin"]),
        "person_id": PERSON,
        "kvk_number": KVK,
        "service_uuid": view["service_uuid"],
    }
    return Decide(**{**given, **changes})
