"""Short ways for tests about changes: an office with people, further organisations, changes in treatment."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.identity import (
    CopyFile,
    CredentialStatus,
    CredentialType,
    GetProfile,
    ListCredentials,
    ListMutations,
    ProcessMutation,
    SecondFactor,
    Side,
    UpgradeCredential,
)
from contracts.values import Level, Role, local_date
from services.identity.domain.applications import Organisation
from services.identity.domain.credentials import Credential
from services.identity.domain.people import Account, Authenticator, Person
from services.identity.domain.sessions import Session
from services.identity.store import (
    ACCOUNTS,
    AUTHENTICATORS,
    CREDENTIALS,
    MUTATIONS,
    ORGANISATIONS,
    PERSONS,
    SESSIONS,
    Reads,
)
from tests.service.identity.journey import KVK, REPRESENTATIVE, an_applicant, sealed_for_identity, staff_actor

FIRST, SECOND = staff_actor(StaffRole.HANDLER), staff_actor(StaffRole.REVIEWER)
TEMPLATE = an_applicant()


class Office:
    """Customers with people whose credentials are in use, put where activation would have put them."""

    def __init__(self, journey):
        self.journey = journey
        self.database = journey.service.database
        self.reads = Reads(self.database)

    async def _put(self, collection, value):
        document = {**collection.stored(value), "v": 1, "seq": 0, "pub": 0}
        await self.database[collection.name].insert_one(document)

    async def organisation(self, kvk_number="00000102"):
        organisation = Organisation(uuid4(), kvk_number, None, f"Bedrijf {kvk_number}", active=True)
        await self._put(ORGANISATIONS, organisation)
        return organisation

    async def person(self, *places, factor=SecondFactor.OTP, name=None, birth_date=None, mobile=None, **more):
        """A person with a credential at each place: (organisation, changes of the credential)."""
        person_id, account_id = uuid4(), uuid4().hex
        given = {
            "person_id": person_id, "application_id": uuid4(), "level": Level.EH3, "role": Role.USER,
            "status": CredentialStatus.ACTIVE, "name": name or TEMPLATE.name, "email": f"{account_id}@x.example",
            "language": TEMPLATE.language, "second_factor": factor, "years": 1,
            "contract_from": local_date(self.journey.now), **more,
        }  # fmt: skip
        held = [
            Credential(**{**given, "id": uuid4(), "organisation_id": place.id, **changes}) for place, changes in places
        ]
        fields = self.journey.service.process.fields
        number = fields.encrypt(mobile, f"persons:{person_id}:mobile") if mobile else None
        person = Person(
            person_id, given["name"], birth_date or TEMPLATE.birth_date, given["email"], TEMPLATE.language, number,
            tuple(one.id for one in held), account_id,
        )  # fmt: skip
        await self._put(PERSONS, person)
        await self._put(ACCOUNTS, Account(account_id, person_id, account_id, factor))
        await self._put(AUTHENTICATORS, Authenticator(account_id, "-", None))
        for one in held:
            await self._put(CREDENTIALS, one)
        return held

    async def administrator(self, *organisations, **more):
        """An administrator at organisations; returns the actor at the first, and the credentials."""
        held = await self.person(*((one, {"role": Role.ADMINISTRATOR}) for one in organisations), **more)
        return await self.logged_in(held[0], self.journey.now), held

    async def logged_in(self, credential, at):
        """The actor of a session that was opened at a moment."""
        actor = actor_of(credential)
        later = at + timedelta(hours=8)
        account = (await self.holder(credential)).account_id
        session = Session(actor.session_id, credential.person_id, account, credential.id, at, at, later)
        await self._put(SESSIONS, session)
        return actor

    async def user(self, organisation, **more):
        (held,) = await self.person((organisation, {}), **more)
        return held

    async def representative(self, organisation, **more):
        """The person who may sign for the organisation alone, as a user."""
        return await self.user(organisation, name=REPRESENTATIVE.name, birth_date=REPRESENTATIVE.birth_date, **more)

    async def also_at(self, credential, organisation):
        """Let the holder of a credential have one like it at another organisation."""
        held = replace(await self.now(credential), id=uuid4(), organisation_id=organisation.id)
        await self._put(CREDENTIALS, held)
        ids = {"$push": {"credential_ids": held.id}}
        await self.database[PERSONS.name].update_one({"_id": held.person_id}, {**ids, "$inc": {"v": 1}})
        return held

    # what is seen

    async def credential(self, id_):
        return await self.reads.one(CREDENTIALS, id_)

    async def of(self, credential):
        """The organisation of a credential."""
        return await self.reads.one(ORGANISATIONS, credential.organisation_id)

    async def now(self, credential):
        return await self.reads.one(CREDENTIALS, credential.id)

    async def holder(self, credential):
        return await self.reads.one(PERSONS, credential.person_id)

    async def account(self, credential):
        return await self.reads.one(ACCOUNTS, (await self.holder(credential)).account_id)

    async def mutation(self, id_):
        return await self.reads.one(MUTATIONS, id_)

    async def overview(self, actor):
        rows = (await self.journey.service.query(ListCredentials(actor=actor))).rows
        return {row.credential_id: row for row in rows}

    async def queue(self):
        return (await self.journey.service.query(ListMutations(actor=FIRST))).rows

    async def change(self, credential, **changes):
        """Put a credential as if it had changed in between."""
        after = replace(await self.now(credential), **changes)
        values = {key: value for key, value in CREDENTIALS.stored(after).items() if key != "_id"}
        await self.database[CREDENTIALS.name].update_one({"_id": after.id}, {"$set": values})

    # what is done

    async def processed(self, mutation_id, *organisation_ids):
        """Let two employees process a change; returns the outcome of the last needed."""
        outcome = None
        for actor in (FIRST, SECOND):
            command = ProcessMutation(actor=actor, mutation_id=mutation_id, organisation_ids=organisation_ids)
            outcome = await self.journey.send(command)
            if not getattr(outcome, "awaits_second", False):
                return outcome
        return outcome

    async def copy(self, *sides):
        """A file that shows sides of a document, all unless some are named."""
        blob = await self.journey.service.process.blobs.put(b"%PDF-1.7 copy", "application/pdf", "pas.pdf")
        return CopyFile(file=blob, sides=sides or tuple(Side))

    async def upgrade(self, actor, credential, *, address=None, mobile=None, document=None, **more):
        """Ask for an upgrade, to EH3 unless another level is named."""
        id_ = uuid4()

        def sealed(text, field):
            return None if text is None else sealed_for_identity(text, id_, field)

        if document is not None:
            files = document.get("files") or (await self.copy(),)
            document = {**document, "number": sealed("NP12345", "document.number"), "files": files}
        given = {"level": Level.EH3, "years": 3, "agreed": True, **more}
        command = UpgradeCredential(
            actor=actor, credential_id=credential.id, identification_address=sealed(address, "identification_address"),
            mobile=sealed(mobile, "mobile"), document=document, **given,
        )  # fmt: skip
        return await self.journey.send(command, id_)

    async def held_at(self, organisation):
        """The credentials at an organisation."""
        return await self.reads.many(CREDENTIALS, {"organisation_id": organisation.id}, [("_id", 1)], 100)

    async def sealed(self, kind, field, text, **more):
        """Send a command with one sealed field."""
        id_ = uuid4()
        command = kind(**more, **{field: sealed_for_identity(text, id_, field)})
        return await self.journey.send(command, id_)


def actor_of(credential, organisation_id=None):
    return Actor(
        kind=ActorKind.PERSON, person_id=credential.person_id, role=credential.role, level=credential.level,
        organisation_id=organisation_id or credential.organisation_id, session_id=uuid4(),
    )  # fmt: skip


async def offices(journey, *numbers, level=Level.EH3):
    """Organisations with one administrator of them all."""
    office = Office(journey)
    found = [await office.organisation(number) for number in (KVK, *numbers)]
    actor, _ = await office.administrator(*found, level=level)
    return office, found, actor


async def reaches(journey, credential):
    profile = await journey.service.query(GetProfile(actor=actor_of(credential)))
    return {choice.organisation_id: (choice.role, choice.level) for choice in profile.organisations}


BELASTINGDIENST = {"type": CredentialType.BELASTINGDIENST}
