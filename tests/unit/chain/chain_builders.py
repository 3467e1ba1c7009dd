"""Valid things of chain; a test names only what it is about."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.billing import Item, Quotation, QuotationLine
from contracts.chain import AccessStatus, ChainStatus, Contact, Relation, RequestTerms, Scope, Sender
from contracts.identity import CredentialState, CredentialStatus, CredentialType, OrganisationState, PersonName
from contracts.values import Language, Level, Localized, Period, Role
from profiles.model import load_profile
from services.chain.domain.access import ChainAccess
from services.chain.domain.authorization import ChainAuthorization, search_text
from services.chain.domain.requesting import Asked, Ids, RequestFacts
from services.chain.domain.scopes import CatalogueFacts
from services.chain.domain.standing import Standing

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
ORGANISATION, ADMIN, USER = UUID(int=1), UUID(int=2), UUID(int=3)
SERVICE, OTHER_SERVICE = UUID(int=10), UUID(int=11)
OIN, OTHER_OIN = "00000001000000001000", "00000001000000002000"
PROFILES = ("zlogin", "weid")


def a_person(**changes):
    return PersonName(**{"initials": "A.", "surname": "Bakker", **changes})


def a_contact(**changes):
    given = {"name": a_person(), "email": "a.bakker@relatie.example", "phone": "+31612345678"}
    return Contact(**{**given, **changes})


def a_relation(number="69599084", name="Bakkerij Jansen"):
    return Relation(kvk_number=number, name=name)


def a_sender():
    return Sender(name="C. de Boer", email="c@kantoor.example")


def terms(**changes):
    given = {
        "scope": Scope(service_uuids=(SERVICE,)), "person_ids": (USER,), "sender": a_sender(),
        "language": Language.NL, "quotation": "token",
    }  # fmt: skip
    return RequestTerms(**{**given, **changes})


def asked(relation=None, reference="R-1", **changes):
    return Asked((relation or a_relation()).named, a_contact(), reference, terms(**changes))


def a_credential(person_id=ADMIN, **changes):
    given = {
        "id": uuid4(), "person_id": person_id, "organisation_id": ORGANISATION, "level": Level.EH3,
        "role": Role.ADMINISTRATOR if person_id == ADMIN else Role.USER, "type": CredentialType.REGULAR,
        "status": CredentialStatus.ACTIVE, "name": a_person(), "email": "p@kantoor.example",
    }  # fmt: skip
    return CredentialState(**{**given, **changes})


def an_organisation(**changes):
    return OrganisationState(**{"id": ORGANISATION, "kvk_number": "68750110", "name": "Kantoor De Boer", **changes})


def an_admin(**changes):
    given = {
        "kind": ActorKind.PERSON, "person_id": ADMIN, "organisation_id": ORGANISATION,
        "role": Role.ADMINISTRATOR, "level": Level.EH3,
    }  # fmt: skip
    return Actor(**{**given, **changes})


def a_handler():
    return Actor(kind=ActorKind.STAFF, person_id=uuid4(), staff_roles=frozenset({StaffRole.HANDLER}))


def standing(status=AccessStatus.OPEN, price=1995, credentials=None, **organisation):
    access = ChainAccess(ORGANISATION, status, NOW, price)
    return Standing(an_organisation(**organisation), credentials or [a_credential()], access)


def catalogue(without_chains=()):
    return CatalogueFacts(
        {SERVICE: Localized(nl="Btw-aangifte", en="VAT return")},
        {OIN: Localized(nl="Dienst Een", en="Service One")},
        (OIN,),
        frozenset(without_chains),
    )


def facts(profile="zlogin", **changes):
    given = {
        "profile": load_profile(profile), "standing": standing(), "catalogue": catalogue(),
        "users": {USER: [a_credential(USER)]},
    }  # fmt: skip
    return RequestFacts(**{**given, **changes})


def ids():
    return Ids(uuid4(), "hash", uuid4())


def a_quotation(quantity=1, unit_price=1995, **changes):
    line = QuotationLine(
        item=Item.CHAIN_AUTHORIZATION, quantity=quantity, unit_price=unit_price, vat_per_mille=210, per="year"
    )
    given = {
        "id": uuid4(), "organisation_id": ORGANISATION, "lines": (line,), "total": line.amount,
        "vat": line.amount * 21 // 100, "expires_at": datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
    }  # fmt: skip
    return Quotation(**{**given, **changes})


def an_authorization(**changes):
    status = changes.get("status", ChainStatus.SENT)
    running = status in {ChainStatus.ACTIVE, ChainStatus.END_SCHEDULED, ChainStatus.EXPIRED}
    given = {
        "id": uuid4(), "intermediary_id": ORGANISATION, "intermediary_kvk_number": "68750110",
        "intermediary_name": "Kantoor De Boer", "relation": a_relation().named, "contact": a_contact(),
        "sender": a_sender(), "language": Language.NL, "reference": "R-1",
        "scope": Scope(service_uuids=(SERVICE,)), "service_providers": (OIN,), "person_ids": (USER,), "years": 5,
        "end": None, "status": status, "sent_at": NOW, "answer_by": date(2027, 2, 22), "token_hash": "hash",
        "search": search_text(a_relation(), a_contact(), "R-1"),
        "period": Period(start=TODAY, end=date(2031, 11, 22)) if running else None,
    }  # fmt: skip
    return ChainAuthorization(**{**given, **changes})
