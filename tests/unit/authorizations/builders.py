"""Valid facts of authorizations; a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.chain import ChainStatus
from contracts.identity import CredentialStatus, CredentialType
from contracts.values import Level, Role
from services.authorizations.domain.facts import ChainAuthorization, Credential, Facts, Grant, Offer, Organisation
from services.authorizations.domain.grants import GrantFacts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SPACE = UUID("00000000-0000-4000-8000-000000000001")
OIN = "00000099000000201000"
OTHER_OIN = "00000099000000202000"


def an_id(name):
    return uuid5(SPACE, str(name))


PERSON, COLLEAGUE, BOSS = an_id("person"), an_id("colleague"), an_id("boss")
ORGANISATION, SERVICE = an_id("organisation"), an_id("service")


def an_actor(**changes):
    given = {
        "kind": ActorKind.PERSON,
        "person_id": BOSS,
        "organisation_id": ORGANISATION,
        "role": Role.ADMINISTRATOR,
        "level": Level.EH3,
    }
    return Actor(**{**given, **changes})


STAFF = Actor(kind=ActorKind.STAFF, person_id=an_id("staff"), staff_roles=frozenset({StaffRole.HANDLER}))


def an_offer(**changes):
    given = {
        "service_uuid": SERVICE,
        "provider_oin": OIN,
        "level": Level.EH3,
        "chain_allowed": True,
        "belastingdienst": False,
        "refuses_branches": False,
        "since": NOW - timedelta(days=1000),
    }
    return Offer(**{**given, **changes})


def an_organisation(**changes):
    return Organisation(**{"id": ORGANISATION, "active": True, "branch": False, **changes})


def a_credential(**changes):
    given = {
        "id": an_id("credential"),
        "organisation_id": ORGANISATION,
        "person_id": PERSON,
        "level": Level.EH3,
        "role": Role.USER,
        "type": CredentialType.REGULAR,
        "status": CredentialStatus.ACTIVE,
    }
    return Credential(**{**given, **changes})


def a_grant(**changes):
    given = {
        "id": an_id("grant"),
        "organisation_id": ORGANISATION,
        "person_id": PERSON,
        "service_uuid": SERVICE,
        "generation": 1,
        "start": TODAY,
        "end": date(2031, 11, 22),
        "granted_at": NOW,
    }
    return Grant(**{**given, **changes})


def a_chain(**changes):
    given = {
        "id": an_id("chain"),
        "intermediary_id": ORGANISATION,
        "status": ChainStatus.ACTIVE,
        "start": TODAY,
        "end": date(2031, 11, 21),
        "ends_on": None,
        "linked": True,
        "general": False,
        "provider_oins": frozenset(),
        "service_uuids": frozenset({SERVICE}),
    }
    return ChainAuthorization(**{**given, **changes})


def direct(**changes):
    given = Facts(an_offer(), (an_organisation(),), (a_credential(),), grants=(a_grant(),))
    return replace(given, **changes)


def by_chain(**changes):
    given = Facts(an_offer(), (an_organisation(),), (a_credential(),), chains=(a_chain(),), by_chain=True)
    return replace(given, **changes)


def grant_facts(**changes):
    boss = a_credential(id=an_id("boss's credential"), person_id=BOSS, role=Role.ADMINISTRATOR)
    colleague = a_credential(id=an_id("colleague's credential"), person_id=COLLEAGUE)
    given = GrantFacts(an_organisation(), (boss, a_credential(), colleague), {SERVICE: an_offer()}, ())
    return replace(given, **changes)
