"""Changes in treatment are asked for: link, upgrade, downgrade, conversion (ST-14 to ST-16)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.work import Work
from contracts.identity import (
    ConvertCredential,
    CredentialType,
    DowngradeCredential,
    IdentificationStatus,
    IdentityRefusal,
    LinkPerson,
    LinkTo,
    MutationKind,
    MutationReceived,
    SecondFactor,
    UpgradeCredential,
)
from contracts.message import Refusal
from contracts.values import local_date
from services.identity.domain.credentials import Credential
from services.identity.domain.identification import Identification, default_method
from services.identity.domain.mutating import (
    Asked,
    decide_conversion,
    decide_downgrade,
    decide_link,
    decide_upgrade,
    must_be_identified,
)
from services.identity.domain.mutations import Line, Mutation
from services.identity.handlers.documents import files_whole, save_document
from services.identity.handlers.inviting import Inviting
from services.identity.store import (
    ACCOUNTS,
    CREDENTIALS,
    ORGANISATIONS,
    PERSONS,
    BelastingdienstPlace,
    Issuing,
    MutationStore,
    Store,
)
from services.identity.store.claims import claim, file_claims
from services.identity.tools import Tools

Command = LinkPerson | UpgradeCredential | DowngradeCredential | ConvertCredential


class MutatingHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, inviting: Inviting) -> None:
        self._tools = tools
        self._inviting = inviting

    async def link(self, command: LinkPerson, work: Work) -> MutationReceived | Refusal:
        """Take a link to other organisations in (ST-14)."""
        store = self._tools.store(work)
        asked = await self._asked(command, store)
        if refusal := decide_link(command, asked, self._tools.profile):
            return refusal
        credential = _credential(asked)
        lines = _links(command.to, work)
        return await self._submit(store, asked, self._new(MutationKind.LINK, asked, work, credential, lines))

    async def look(self, command: UpgradeCredential, message_id: UUID) -> bool:
        """See whether the files of the document's copy are there whole."""
        del message_id
        return await files_whole(self._tools, command.document)

    async def upgrade(self, command: UpgradeCredential, work: Work, whole: bool) -> MutationReceived | Refusal:  # noqa: FBT001
        """Take an upgrade in, with the data that were missing (ST-15)."""
        tools, store = self._tools, self._tools.store(work)
        asked = await self._asked(command, store)
        mobile = tools.open(command.mobile, work.id, "mobile").strip() if command.mobile else None
        today = local_date(work.now)
        if refusal := decide_upgrade(command, mobile, asked, tools.settings.sms_prefixes, tools.profile, today):
            return refusal
        id_ = work.new_id()
        if not whole:
            return Refusal(code=IdentityRefusal.FILE_MISSING)
        if refusal := await claim(work, file_claims(command.document, id_)):
            return refusal
        credential = _credential(asked)
        own = Line(credential.organisation_id, credential.id, command.role or credential.role)
        lines = (own, *_links(command.to, work))
        more = {
            "id": id_,
            "level": command.level,
            "years": command.years,
            "second_factor": self._factor(command, asked),
            "mobile": tools.fields.encrypt(mobile, f"mutations:{id_}:mobile") if mobile else None,
            "identification_address": self._address(command, id_, work),
            "birth_date": command.birth_date,
            "to_identify": must_be_identified(credential, command.level),
        }
        if command.document is not None:
            number = tools.open(command.document.number, work.id, "document.number").strip()
            await save_document(tools, work, command.document, number, id_, credential.organisation_id)
        mutation = self._new(MutationKind.UPGRADE, asked, work, credential, lines, **more)
        await self._order_identification(mutation, asked, Issuing(store))
        return await self._submit(store, asked, mutation)

    async def _order_identification(self, mutation: Mutation, asked: Asked, issuing: Issuing) -> None:
        """Order the identification that the new level asks for: it is done before that level holds (SP-15, ST-72)."""
        if not mutation.to_identify or mutation.identification_address is None:
            return
        assert asked.person is not None, "refused otherwise"
        credential, work = _credential(asked), issuing.work
        organisation = await work.get(ORGANISATIONS, credential.organisation_id)
        ordered = Identification(
            id=mutation.id, application_id=credential.application_id, organisation_id=credential.organisation_id,
            organisation_name=organisation.name if organisation else "", name=credential.name,
            birth_date=asked.person.birth_date or mutation.birth_date, address="",
            method=default_method(self._tools.profile), status=IdentificationStatus.ORDERED, ordered_at=work.now,
            upgrade_of=credential.id,
        )  # fmt: skip
        address = self._tools.fields.decrypt(mutation.identification_address, identification_place(mutation.id))
        await issuing.save_identification(self._inviting.closed(ordered, address))

    def _factor(self, command: UpgradeCredential, asked: Asked) -> SecondFactor | None:
        """Return the second factor that the upgrade brings; one that is there stays (ID-132)."""
        needed = command.level >= self._tools.profile.second_factor.min_level
        return command.second_factor if needed and asked.factor is None else None

    def _address(self, command: UpgradeCredential, id_: UUID, work: Work) -> str | None:
        if command.identification_address is None:
            return None
        address = self._tools.open(command.identification_address, work.id, "identification_address")
        return self._tools.fields.encrypt(address, identification_place(id_))

    async def downgrade(self, command: DowngradeCredential, work: Work) -> MutationReceived | Refusal:
        """Take a downgrade in; the second factor is kept (SP-12)."""
        store = self._tools.store(work)
        asked = await self._asked(command, store)
        if refusal := decide_downgrade(command, asked, self._tools.profile):
            return refusal
        credential = _credential(asked)
        own = (Line(credential.organisation_id, credential.id, credential.role),)
        mutation = self._new(MutationKind.DOWNGRADE, asked, work, credential, own, level=command.level)
        return await self._submit(store, asked, mutation)

    async def convert(self, command: ConvertCredential, work: Work) -> MutationReceived | Refusal:
        """Take a conversion in; one Belastingdienst credential for a KvK number, pending ones counted (ST-16)."""
        store = self._tools.store(work)
        asked = await self._asked(command, store)
        if refusal := decide_conversion(command, asked, self._tools.profile):
            return refusal
        credential = _credential(asked)
        to_belastingdienst = command.to_type is CredentialType.BELASTINGDIENST
        place = BelastingdienstPlace(store)
        if to_belastingdienst and not await place.take_at(credential.organisation_id, credential.id):
            return Refusal(code=IdentityRefusal.BELASTINGDIENST_TAKEN)
        own = (Line(credential.organisation_id, credential.id, credential.role),)
        mutation = self._new(
            MutationKind.CONVERSION, asked, work, credential, own, type=command.to_type, years=command.years
        )
        return await self._submit(store, asked, mutation)

    async def _asked(self, command: Command, store: Store) -> Asked:
        """Return the facts of a change that is asked for."""
        work, actor = store.work, command.actor
        reach = await store.reach(actor)
        acting = reach.get(actor.organisation_id) if actor.organisation_id else None
        credential = await work.get(CREDENTIALS, command.credential_id)
        person = await store.find(PERSONS, credential.person_id if credential else None)
        account = await store.find(ACCOUNTS, person.account_id if person else None)
        return Asked(
            acting=acting,
            credential=credential,
            person=person,
            held=await store.held_by(person),
            reach=reach,
            all_open=await store.open_at(acting.organisation_id) if acting else [],
            factor=account.second_factor if account else None,
        )

    def _new(
        self, kind: MutationKind, asked: Asked, work: Work, credential: Credential, lines: tuple[Line, ...],
        **more: Any,
    ) -> Mutation:  # fmt: skip
        assert asked.acting is not None, "refused otherwise"
        given = {
            "id": more.pop("id", None) or work.new_id(),
            "kind": kind,
            "person_id": credential.person_id,
            "organisation_id": asked.acting.organisation_id,
            "credential_id": credential.id,
            "requested_by": asked.acting.person_id,
            "submitted_at": work.now,
            "level": credential.level,
            "type": credential.type,
            "lines": lines,
        }
        return Mutation(**{**given, **more})

    async def _submit(self, store: Store, asked: Asked, mutation: Mutation) -> MutationReceived:
        assert asked.person is not None, "refused otherwise"
        await MutationStore(store).submit(mutation, asked.person)
        return MutationReceived(mutation_id=mutation.id)


def _credential(asked: Asked) -> Credential:
    assert asked.credential is not None, "refused otherwise"
    return asked.credential


def identification_place(mutation_id: UUID) -> str:
    """Return the place for which the address of an upgrade is encrypted (S37)."""
    return f"mutations:{mutation_id}:identification_address"


def _links(to: Sequence[LinkTo], work: Work) -> tuple[Line, ...]:
    return tuple(Line(target.organisation_id, work.new_id(), target.role) for target in to)
