"""Short ways for tests of forms about a person: asked by an administrator, handled by an employee."""

from uuid import uuid4

from contracts.identity import HandleForm, PersonDataEntry, SecondFactor
from contracts.values import Level
from tests.service.identity.journey import HANDLER, MOBILE, sealed_for_identity
from tests.service.identity.offices import forms, submit
from tests.service.identity.organisations import Office

NEW_MOBILE = "+31687654321"
SMS = {"factor": SecondFactor.SMS, "mobile": MOBILE}
LOW = {"level": Level.EH2_PLUS}


async def at_the_desk(journey, **more):
    """An organisation with an administrator, and somebody who is a user there."""
    office = Office(journey)
    organisation = await office.organisation()
    actor, (boss,) = await office.administrator(organisation, **more)
    return office, organisation, actor, boss


async def asks(journey, actor, kind, **values):
    given = {"person": "B. Bakker", **values} if kind != "own_mobile" else values
    return (await submit(journey, actor, kind, **given)).form_id


async def changes(journey, form_id, credential, actor=HANDLER, mobile=None, **more):
    """Handle 'Overige wijzigingen' with what the employee has read in it."""
    id_ = uuid4()
    sealed = sealed_for_identity(mobile, id_, "person.mobile") if mobile is not None else None
    person = PersonDataEntry(mobile=sealed, **more)
    command = HandleForm(actor=actor, form_id=form_id, credential_id=credential.id, person=person)
    return await journey.send(command, id_)


async def to_handle(journey, status="submitted"):
    return {row.form_id for row in await forms(journey, status=status)}


async def number_of(office, credential):
    person = await office.holder(credential)
    return office.journey.service.process.fields.decrypt(person.mobile, f"persons:{person.id}:mobile")
