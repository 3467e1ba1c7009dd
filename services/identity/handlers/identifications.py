"""Identifications in person: told to the partner, reported by it, or entered by hand (SM 9, ID-57, ID-89 to ID-92)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from pydantic import ValidationError

from chassis.signed import SignedReader
from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    ChangeIdentificationAddress,
    ChooseIdentificationMethod,
    IdentificationStatus,
    IdentityRefusal,
    OrderIdentification,
    RecordFailedIdentification,
    RecordIdentification,
    ReportIdentification,
)
from contracts.message import Done, Refusal
from contracts.notifications import SendIdentificationFailed
from contracts.values import Role, local_date
from services.identity.domain.applications import Application
from services.identity.domain.authority import DECIDERS, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.credentials import (
    BEFORE_USE,
    IDENTIFIED_FROM,
    WRONG_STATUS,
    Credential,
    decide_identification,
    identified,
)
from services.identity.domain.identification import (
    PARTNER_SITE,
    Identification,
    Report,
    after_failure,
    decide_method,
    default_method,
    failed,
    newly_failed,
    not_reached,
    report_refusal,
    reported,
    told,
    wish,
)
from services.identity.domain.mutations import Mutation, identified as identified_for
from services.identity.handlers.inviting import Inviting
from services.identity.partner import Order, PartnerRefusedError, PartnerUnavailableError
from services.identity.store import (
    ACTIVATIONS,
    CREDENTIALS,
    IDENTIFICATIONS,
    MUTATIONS,
    PERSONS,
    Issuing,
    MutationStore,
    Store,
)
from services.identity.tools import Tools

REPORT_TYPE = "identification-report+jwt"


@dataclass(frozen=True, slots=True)
class Told:
    """How a try to tell the partner ended; `knows` is what it knows now."""

    knows: str
    reference: str | None = None
    unreachable: bool = False
    refused: str | None = None


class IdentificationHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, inviting: Inviting) -> None:
        self._tools = tools
        self._inviting = inviting
        keys = tools.settings.partner_public_keys
        self._reports = SignedReader(keys, REPORT_TYPE, "PARTNER_PUBLIC_KEYS") if keys else None

    async def open(self, issuing: Issuing, application: Application, held: Credential) -> None:
        """Order the identification of a person whose application is approved, where there is an address (ST-72)."""
        work, person = issuing.work, await issuing.work.get(PERSONS, held.person_id)
        assert person is not None, "a credential has a holder"
        asked = person.identification_address
        if held.level < IDENTIFIED_FROM or held.identified_at is not None or asked is None:
            return
        ordered = Identification(
            id=held.id, application_id=application.id, organisation_id=held.organisation_id,
            organisation_name=application.organisation_name, name=held.name, birth_date=person.birth_date, address="",
            method=default_method(self._tools.profile), status=IdentificationStatus.ORDERED, ordered_at=work.now,
        )  # fmt: skip
        address = self._tools.fields.decrypt(asked, f"persons:{person.id}:identification_address")
        await work.put(PERSONS, replace(person, identification_address=None))
        await issuing.save_identification(self._inviting.closed(ordered, address))

    async def tell(self, command: OrderIdentification, message_id: UUID) -> Told | None:
        """Tell the partner what it does not know; a repetition changes nothing there."""
        del message_id  # the order's id and round are the key of the call
        reads = self._tools.reads
        known = await reads.one(IDENTIFICATIONS, command.identification_id)
        if known is None or wish(known) == known.told:
            return None
        credential = await reads.one(CREDENTIALS, known.credential_id)
        assert credential is not None, "an identification has a credential"
        wanted = wish(known)
        try:
            if known.status is IdentificationStatus.CANCELLED and known.reference is not None:
                await self._tools.partner.cancel(known.reference)
                return Told(wanted)
            return Told(wanted, await self._tools.partner.order(await self._order(known, credential)))
        except PartnerUnavailableError:
            return Told(known.told, unreachable=True)
        except PartnerRefusedError as error:
            return Told(wanted, refused=str(error))

    async def _order(self, known: Identification, credential: Credential) -> Order:
        days = timedelta(days=self._tools.profile.activation_letter.valid_days)
        until = credential.activate_by if known.upgrade_of is None else None
        return Order(
            id=known.id, round=known.round, method=known.method, name=known.name.full, birth_date=known.birth_date,
            email=credential.email, phone=await self._phone(known, credential),
            address=tuple(self._inviting.opened(known).splitlines()), organisation_name=known.organisation_name,
            until=until or local_date(known.ordered_at + days),
        )  # fmt: skip

    async def _phone(self, known: Identification, credential: Credential) -> str:
        """Return the number by which the partner makes the appointment; of an upgrade perhaps the one it brings."""
        reads, decrypt = self._tools.reads, self._tools.fields.decrypt
        person = await reads.one(PERSONS, credential.person_id)
        for name in ("phone", "mobile"):
            if person is not None and (number := getattr(person, name)):
                return decrypt(number, f"persons:{person.id}:{name}")
        mutation = await reads.one(MUTATIONS, known.id)
        kept = mutation.mobile if mutation is not None else None
        return decrypt(kept, f"mutations:{known.id}:mobile") if kept else ""

    async def order(self, command: OrderIdentification, work: Work, outcome: Told | None) -> Done:
        """Record what the partner knows now; one that was not reached is tried again (ST-72)."""
        issuing = Issuing(self._tools.store(work))
        known = await work.get(IDENTIFICATIONS, command.identification_id)
        if outcome is None or known is None:
            return Done()
        if outcome.unreachable:
            later, due = not_reached(known, work.now)
            await work.put(IDENTIFICATIONS, later)
            work.schedule("order", due, OrderIdentification(actor=SYSTEM, identification_id=known.id))
            return Done()
        after = told(known, outcome.knows, outcome.reference)
        if outcome.refused is not None and after.status is IdentificationStatus.ORDERED:
            after = failed(after, outcome.refused)
        await issuing.save_identification(after)
        return Done()

    async def report(self, command: ReportIdentification, work: Work) -> Done | Refusal:
        """Take a report of the partner: signed, fresh, once (ST-73, ST-74, ST-76, ST-77)."""
        report = self._read(self._tools.open(command.report, work.id, "report"))
        known = await work.get(IDENTIFICATIONS, command.identification_id)
        if refusal := report_refusal(known, report, work.now):
            return refusal
        assert known is not None, "refused otherwise"
        assert report is not None, "refused otherwise"
        issuing = Issuing(self._tools.store(work))
        mutation, held = await work.get(MUTATIONS, known.id), await self._held(issuing, known)
        awaited = mutation.open if mutation is not None else bool(held)
        after = reported(known, report, self._tools.profile, work.now, awaited=awaited)
        if isinstance(after, Refusal):
            return after
        if after is not known and report.event == "address_changed":
            after = self._inviting.closed(after, "\n".join(line.strip() for line in report.address if line.strip()))
        await issuing.save_identification(after)
        if after.status is IdentificationStatus.DONE:
            await self._identified(issuing.store, mutation, held)
        if newly_failed(known, after):
            upgraded = await issuing.store.find(CREDENTIALS, known.upgrade_of)
            tell_of_failure(after, upgraded or held[0], work)
        return Done()

    @staticmethod
    async def _identified(store: Store, mutation: Mutation | None, held: Sequence[Credential]) -> None:
        """Note with the upgrade, or with each new credential, that its holder was identified (ST-76, SP-15)."""
        now = store.work.now
        if mutation is not None:
            await MutationStore(store).save(identified_for(mutation, now))
        for credential in held:
            if credential.identified_at is None:
                await store.save(identified(credential, None, now), None)

    def _read(self, token: str) -> Report | None:
        claims = self._reports.claims(token) if self._reports else None
        try:
            return Report.model_validate(claims) if claims else None
        except ValidationError:
            return None

    @staticmethod
    async def _held(issuing: Issuing, known: Identification) -> list[Credential]:
        """Return the credentials that an identification is for and that are still to be used; none of an upgrade."""
        first = await issuing.store.find(CREDENTIALS, None if known.upgrade_of else known.id)
        siblings = await issuing.siblings(first) if first is not None else []
        return [held for held in siblings if held.status in BEFORE_USE]

    async def choose(self, command: ChooseIdentificationMethod, work: Work) -> Done | Refusal:
        """Let the holder choose the way of identification (ST-75)."""
        issuing = Issuing(self._tools.store(work))
        activation = await work.get(ACTIVATIONS, command.activation_id)
        credential = await issuing.store.find(CREDENTIALS, activation.credential_id if activation else None)
        if activation is None or credential is None or credential.activation_id != activation.id:
            return UNKNOWN
        known, awaited = await issuing.identification(credential), credential.status in BEFORE_USE
        chosen = decide_method(known, command.method, self._tools.profile, awaited=awaited)
        if isinstance(chosen, Refusal):
            return chosen
        await issuing.save_identification(chosen)
        return Done()

    async def record(self, command: RecordIdentification, work: Work) -> Done | Refusal:
        """Record by hand that a person was identified (ST-76)."""
        issuing, four_eyes = Issuing(self._tools.store(work)), self._tools.profile.four_eyes.issuing_levels
        credential = await work.get(CREDENTIALS, command.credential_id)
        after = decide_identification(credential, command.actor, four_eyes, work.now)
        if isinstance(after, Refusal):
            return after
        for held in await issuing.siblings(after):
            if held.status in BEFORE_USE:
                await issuing.store.save(identified(held, command.actor.person_id, work.now), None)
        await issuing.finish_identification(await issuing.identification(after))
        return Done()

    async def record_failure(self, command: RecordFailedIdentification, work: Work) -> Done | Refusal:
        """Record by hand that a person was not identified (ST-77)."""
        if not is_staff(command.actor, DECIDERS):
            return NOT_ALLOWED
        issuing = Issuing(self._tools.store(work))
        credential = await work.get(CREDENTIALS, command.credential_id)
        known = await issuing.failing(credential) if credential else None
        if known is None:
            return UNKNOWN
        if known.status is not IdentificationStatus.ORDERED:
            return WRONG_STATUS
        assert credential is not None, "unknown otherwise"
        after = failed(known, command.reason)
        await work.put(IDENTIFICATIONS, after)
        tell_of_failure(after, credential, work)
        return Done()

    async def change_address(self, command: ChangeIdentificationAddress, work: Work) -> Refusal:
        """Refuse a change here, and say where it is made (ID-91)."""
        acting = await self._tools.store(work).acting(command.actor)
        if acting is None or acting.role is not Role.ADMINISTRATOR:
            return NOT_ALLOWED
        credential = await work.get(CREDENTIALS, command.credential_id)
        if credential is None or credential.organisation_id != acting.organisation_id:
            return UNKNOWN
        return Refusal(code=IdentityRefusal.CHANGE_AT_PARTNER, details={"url": PARTNER_SITE})


def tell_of_failure(failure: Identification, credential: Credential, work: Work) -> None:
    """Tell the holder by e-mail that the identification did not succeed; why stays with the back office (ST-77)."""
    mail = SendIdentificationFailed(
        actor=SYSTEM, notification_id=work.new_id(), credential_id=credential.id, email=credential.email,
        name=credential.name, organisation_name=failure.organisation_name, after=after_failure(failure, credential),
        appoint_by=credential.activate_by, by_partner=failure.reference is not None, language=credential.language,
    )  # fmt: skip
    work.send(mail)
