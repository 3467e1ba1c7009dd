"""Builders of what notifications hears."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from contracts.actor import SYSTEM, Actor, ActorKind
from contracts.authorizations import ServiceProviderChanged, ServiceProviderState, ServiceView
from contracts.chain import ChainStatus, Contact, Relation, Scope, Sender
from contracts.identity import (
    CredentialActivated,
    CredentialState,
    CredentialStatus,
    OrganisationRegistered,
    OrganisationState,
    PersonName,
)
from contracts.notifications import (
    SendActivationLetter,
    SendDeviceLetter,
    SendInvitation,
    SendLoginCode,
    SendNumberNotice,
    SendValidationCode,
)
from contracts.values import Language, Level, Localized, Period, Role
from tests.harness import NOW
from tests.states import a_chain_state

VRIES = PersonName(initials="A.", infix="de", surname="Vries")
OIN = "00000001003214345000"


def sealed(service, text, field, id_):
    return service.process.sealer.seal(text, to="notifications", message_id=id_, field=field)


def an_invitation(service, id_, **changes):
    values = {
        "actor": SYSTEM, "notification_id": uuid4(), "chain_authorization_id": uuid4(),
        "contact": Contact(name=VRIES, email="a.devries@relatie.example", phone="+31201234567"),
        "sender": Sender(name="K. Jansen", email="k.jansen@kantoor.example", phone="+31301234567"),
        "intermediary_name": "Kantoor Jansen", "relation": Relation(kvk_number="12345678", name="Bakkerij De Vries"),
        "scope": Scope(service_uuids=(uuid4(),)), "service_names": ("Belastingdienst: Aangifte",),
        "language": Language.NL, "answer_by": NOW + timedelta(days=90),
        "link": sealed(service, "https://module.example/uitnodiging#geheim", "link", id_),
    }  # fmt: skip
    return SendInvitation(**{**values, **changes})


def a_login_code(service, id_, mobile="+31612345678", code="482913", **changes):
    values = {
        "actor": SYSTEM, "notification_id": uuid4(), "login_id": uuid4(), "language": Language.NL,
        "mobile": sealed(service, mobile, "mobile", id_), "code": sealed(service, code, "code", id_),
        "expires_at": NOW + timedelta(minutes=5),
    }  # fmt: skip
    return SendLoginCode(**{**values, **changes})


def a_number_notice(service, id_, **changes):
    values = {
        "actor": SYSTEM, "notification_id": uuid4(), "person_id": uuid4(), "language": Language.NL,
        "mobile": sealed(service, "+31612345678", "mobile", id_),
    }  # fmt: skip
    return SendNumberNotice(**{**values, **changes})


def a_validation_code(service, id_, **changes):
    values = {
        "actor": SYSTEM, "notification_id": uuid4(), "credential_id": uuid4(), "email": "a@kantoor.example",
        "name": VRIES, "code": sealed(service, "739201", "code", id_), "language": Language.EN,
    }  # fmt: skip
    return SendValidationCode(**{**values, **changes})


def a_letter(service, id_, **changes):
    values = {
        "actor": SYSTEM, "notification_id": uuid4(), "credential_id": uuid4(), "name": VRIES,
        "email": "a@kantoor.example", "organisation_name": "Kantoor Jansen",
        "address": "Dorpsstraat 1\n1234 AB Ons Dorp", "code": sealed(service, "KXQ7-9PLM", "code", id_),
        "language": Language.NL, "activate_by": NOW + timedelta(days=30),
    }  # fmt: skip
    return SendActivationLetter(**{**values, **changes})


def a_device_letter(service, id_, **changes):
    values = {
        "actor": SYSTEM, "notification_id": uuid4(), "order_id": uuid4(), "name": VRIES,
        "organisation_name": "Kantoor Jansen", "address": sealed(service, "Kade 2\n1000 AA Elders", "address", id_),
        "serial": "AB-1001", "language": Language.NL,
    }  # fmt: skip
    return SendDeviceLetter(**{**values, **changes})


def an_organisation(id_, name="Kantoor Jansen"):
    return OrganisationRegistered(state=OrganisationState(id=id_, kvk_number="87654321", name=name))


def a_credential(organisation_id, email="beheerder@kantoor.example", event=CredentialActivated, **changes):
    more = {name: changes.pop(name) for name in ("reason", "requested_by", "application_id") if name in changes}
    values = {
        "id": uuid4(), "person_id": uuid4(), "organisation_id": organisation_id, "level": Level.EH3,
        "role": Role.ADMINISTRATOR, "status": CredentialStatus.ACTIVE, "name": VRIES, "email": email,
    }  # fmt: skip
    return event(state=CredentialState(**{**values, **changes}), **more)


def a_provider(service_uuid):
    name = Localized(nl="Belastingdienst", en="Tax Administration")
    view = ServiceView(
        service_uuid=service_uuid, service_id="urn:1", name=Localized(nl="Aangifte", en="Tax return"),
        level=Level.EH3, chain_allowed=True, provider_oin=OIN, provider_name=name,
    )  # fmt: skip
    return ServiceProviderChanged(state=ServiceProviderState(id=uuid4(), oin=OIN, name=name, services=(view,)))


def a_request(intermediary_id, **changes):
    """Return the state of a chain authorization that a relation is asked for."""
    values = {
        "intermediary_id": intermediary_id, "status": ChainStatus.SENT,
        "relation": Relation(kvk_number="12345678", name="Bakkerij De Vries"),
        "period": Period(start=date(2024, 2, 22), end=date(2027, 2, 22)),
    }  # fmt: skip
    return a_chain_state(**{**values, **changes})


def an_administrator(organisation_id, person_id: UUID | None = None, **changes):
    values = {
        "kind": ActorKind.PERSON, "person_id": person_id or uuid4(), "organisation_id": organisation_id,
        "role": Role.ADMINISTRATOR, "level": Level.EH3,
    }  # fmt: skip
    return Actor(**{**values, **changes})
