"""Change forms: submitted, handled with what they lead to, refused (ID.13, ST-84)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM, ActorKind
from contracts.identity import (
    EndOrganisation,
    FormHandled,
    FormSubmitted,
    HandleForm,
    IdentityRefusal,
    KeepAttachment,
    OrganisationChanged,
    RefuseForm,
    SubmitForm,
    SubmitOpenForm,
)
from contracts.message import Done, Refusal
from contracts.notifications import SendFormOutcome
from contracts.values import end_of_day, local_date
from services.identity.crypto.form_values import decrypted, decrypted_bsn, encrypted, encrypted_bsn
from services.identity.domain import forms
from services.identity.domain.applications import Looked, company_refusal, signature_refusal
from services.identity.domain.authority import NOT_ALLOWED
from services.identity.domain.forms import ChangeForm, decide_handling, decide_refusal, submitter, values_refusal
from services.identity.domain.organisations import with_bsn, with_data, without_branch
from services.identity.handlers.holder_forms import CarryOut, Handling, HolderForms
from services.identity.handlers.organisations import look_up
from services.identity.register import LegalForm
from services.identity.store import FORMS, ORGANISATIONS, PERSONS, OrganisationStore
from services.identity.tools import Tools


class FormHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, holders: HolderForms) -> None:
        self._tools = tools
        self._carried_out: Mapping[str, CarryOut] = {
            **holders.carried_out,
            forms.COMPANY_DATA: self._change_data,
            forms.KVK_NUMBER: self._renumber,
            forms.REMOVE_BRANCH_NUMBER: self._remove_branch,
            forms.OWNER_BSN: self._register_bsn,
            forms.END_AGREEMENT: self._end,
        }

    async def submit(self, command: SubmitForm, work: Work) -> FormSubmitted | Refusal:
        """Take a form of an administrator in (ID-162)."""
        store = self._tools.store(work)
        type_ = forms.form_type(self._tools.profile.forms, command.code, await store.acting(command.actor))
        if isinstance(type_, Refusal):
            return type_
        bsn = None if command.bsn is None else self._tools.open(command.bsn, work.id, "bsn").strip()
        values, fields = self._opened(command, work), self._tools.fields
        organisation = await OrganisationStore(store).get(command.actor.organisation_id)
        assert organisation is not None, "who acts has an organisation"
        if refusal := values_refusal(type_, values, bsn, organisation.kvk_number):
            return refusal
        id_ = work.new_id()
        form = ChangeForm(
            id_, command.code, organisation.kvk_number, organisation.id, command.actor.person_id, work.now,
            values=encrypted(fields, id_, values), attachment=command.attachment,
            bsn=None if bsn is None else encrypted_bsn(fields, id_, bsn.zfill(9)),
        )  # fmt: skip
        return await self._keep(form, work)

    async def look_up(self, command: SubmitOpenForm, message_id: UUID) -> Looked:
        """Ask the register who may sign for the company (SP-37)."""
        del message_id
        return await look_up(self._tools, command.kvk_number)

    async def submit_open(self, command: SubmitOpenForm, work: Work, looked: Looked) -> FormSubmitted | Refusal:
        """Take a form without a session in, signed by a legal representative (ID-10, SP-37)."""
        if command.actor.kind is not ActorKind.ANYONE:
            return NOT_ALLOWED
        type_ = forms.open_form_type(self._tools.profile.forms, command.code)
        if isinstance(type_, Refusal):
            return type_
        values, id_ = self._opened(command, work), work.new_id()
        if refusal := values_refusal(type_, values, None, command.kvk_number) or company_refusal(looked):
            return refusal
        assert looked.company is not None, "refused otherwise"
        if refusal := signature_refusal((command.representative,), looked.company):
            return refusal
        known = await OrganisationStore(self._tools.store(work)).by_number(command.kvk_number)
        form = ChangeForm(
            id_, command.code, command.kvk_number, known.id if known else None, None, work.now,
            values=encrypted(self._tools.fields, id_, values), attachment=command.attachment, email=command.email,
            language=command.actor.language,
            representative=command.representative.name.full,
            representative_checked=bool(looked.company.representatives),
        )  # fmt: skip
        return await self._keep(form, work)

    def _opened(self, command: SubmitForm | SubmitOpenForm, work: Work) -> dict[str, str]:
        """Return what was entered, in clear."""
        return {name: self._tools.open(text, work.id, f"values.{name}") for name, text in command.values.items()}

    @staticmethod
    async def _keep(form: ChangeForm, work: Work) -> FormSubmitted:
        await work.put(FORMS, form)
        if form.attachment is not None:
            work.send(KeepAttachment(actor=SYSTEM, form_id=form.id))
        return FormSubmitted(form_id=form.id)

    async def keep_file(self, command: KeepAttachment, message_id: UUID) -> None:
        """Keep the signed form that came with a form."""
        del message_id  # claiming twice does no harm
        form = await self._tools.reads.one(FORMS, command.form_id)
        if form is not None and form.attachment is not None:
            await self._tools.blobs.claim(form.attachment)

    async def keep(self, command: KeepAttachment, work: Work, outcome: None) -> Done:
        """Nothing is left to record."""
        del command, work, outcome
        return Done()

    async def look_up_new(self, command: HandleForm, message_id: UUID) -> Looked:
        """Ask the register for the company that handling a form depends on; of most forms nothing."""
        del message_id
        form = await self._tools.reads.one(FORMS, command.form_id)
        asked = None if form is None else forms.company_of(form, decrypted(self._tools.fields, form))
        return await look_up(self._tools, asked)

    async def handle(self, command: HandleForm, work: Work, looked: Looked) -> FormHandled | Refusal:
        """Mark a form as handled, with what it leads to: both or neither (ST-84)."""
        form = await work.get(FORMS, command.form_id)
        after = decide_handling(form, command, work.now)
        if isinstance(after, Refusal):
            return after
        assert form is not None, "refused otherwise"
        carry_out = self._carried_out.get(form.code) if forms.carries_out(form, command) else None
        outcome = await self._carry_out(carry_out, form, command, work, looked) if carry_out else None
        if isinstance(outcome, Refusal):
            return outcome
        await work.put(FORMS, outcome or replace(after, by_hand=carry_out is None))
        if outcome is None:
            await self._tell(after, "", work)
        return FormHandled(by_hand=carry_out is None, awaits_second=outcome is not None)

    async def _carry_out(
        self, carry_out: CarryOut, form: ChangeForm, command: HandleForm, work: Work, looked: Looked
    ) -> ChangeForm | Refusal | None:
        """Carry a form of a customer out."""
        organisations = OrganisationStore(self._tools.store(work))
        found = await organisations.get(form.organisation_id)
        if found is None or not (found.active or found.suspended):
            return Refusal(code=IdentityRefusal.WRONG_STATUS)
        values = decrypted(self._tools.fields, form)
        return await carry_out(Handling(form, values, command, found, organisations, work, looked))

    @staticmethod
    async def _change_data(asked: Handling) -> Refusal | None:
        """Change the company data to what the employee has entered (ID-169)."""
        assert asked.command.company is not None, "refused otherwise"
        await asked.organisations.save(with_data(asked.found, asked.command.company), OrganisationChanged)
        return None

    @staticmethod
    async def _renumber(asked: Handling) -> Refusal | None:
        """Give the organisation the number of a company that the register knows (ID-170)."""
        company = asked.looked.company
        if refusal := company_refusal(asked.looked):
            return refusal
        assert company is not None, "refused otherwise"
        if await asked.organisations.renumber(asked.found, company):
            return None
        return Refusal(code=IdentityRefusal.ALREADY_CUSTOMER)

    @staticmethod
    async def _remove_branch(asked: Handling) -> Refusal | None:
        """Remove the branch number that the form names; several branches are the employee's to judge (ID-09)."""
        number = asked.found.branch_number
        if number is None or number != asked.values["branch_number"]:
            return Refusal(code=IdentityRefusal.NO_BRANCH_NUMBER)
        await asked.organisations.save(without_branch(asked.found), OrganisationChanged)
        return None

    async def _register_bsn(self, asked: Handling) -> Refusal | None:
        """Encrypt the BSN anew for the organisation of a sole proprietor; the form forgets it (ID-16, ID-168)."""
        form, found, fields = asked.form, asked.found, self._tools.fields
        if refusal := company_refusal(asked.looked):
            return refusal
        assert asked.looked.company is not None, "refused otherwise"
        if asked.looked.company.legal_form is not LegalForm.SOLE_PROPRIETORSHIP:
            return Refusal(code=IdentityRefusal.NO_SOLE_PROPRIETOR)
        kept = fields.encrypt(decrypted_bsn(fields, form), bsn_place(found.id))
        await asked.work.put(ORGANISATIONS, with_bsn(found, kept))
        return None

    @staticmethod
    async def _end(asked: Handling) -> Refusal | None:
        """End the company now, or when the day that the form names is over (ST-29)."""
        last_day = date.fromisoformat(asked.values["end_date"])
        if last_day < local_date(asked.work.now):
            await asked.organisations.end(asked.found)
        else:
            order = EndOrganisation(actor=SYSTEM, organisation_id=asked.found.id)
            asked.work.schedule("ending", end_of_day(last_day), order)
            await asked.work.put(ORGANISATIONS, replace(asked.found, ends_on=last_day))
        return None

    async def refuse(self, command: RefuseForm, work: Work) -> Done | Refusal:
        """Refuse a form with a reason; nothing changes (ID-177)."""
        form = await work.get(FORMS, command.form_id)
        after = decide_refusal(form, command.actor, command.reason, work.now)
        if isinstance(after, Refusal):
            return after
        await work.put(FORMS, after)
        await self._tell(after, command.reason, work)
        return Done()

    async def _tell(self, form: ChangeForm, reason: str, work: Work) -> None:
        """Tell who has submitted a form what became of it: a note of the employee is none of it (ST-84, SP-37)."""
        person = await self._tools.store(work).find(PERSONS, form.submitted_by)
        type_, to = self._tools.profile.forms.find(form.code), submitter(form, person)
        if type_ is None or to is None:
            return
        outcome = SendFormOutcome(
            actor=SYSTEM, notification_id=work.new_id(), form_id=form.id, email=to.email, name=to.name,
            title=type_.title, kvk_number=form.kvk_number, status=form.status, reason=reason, language=to.language,
        )  # fmt: skip
        work.send(outcome)


def bsn_place(organisation_id: UUID) -> str:
    """Return the place for which an owner's BSN is encrypted (S37)."""
    return f"organisations:{organisation_id}:owner_bsn"
