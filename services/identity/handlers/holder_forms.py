"""Change forms about a person, carried out with their handling: letter, device, ending, data (ID.13, ST-84)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.work import Work
from contracts.identity import HandleForm, IssueActivationLetter, PersonDataEntry
from contracts.message import Refusal
from contracts.values import Role
from services.identity.domain import forms
from services.identity.domain.applications import Looked, Organisation
from services.identity.domain.authority import UNKNOWN
from services.identity.domain.changes import (
    decide_email_by_form,
    decide_mobile_by_form,
    decide_role_by_form,
    number_refusal,
)
from services.identity.domain.credentials import Credential, is_open, takes_two
from services.identity.domain.ending import decide_ending_by_form
from services.identity.domain.forms import ChangeForm, decide_review
from services.identity.domain.people import Account, Person
from services.identity.handlers.changes import ChangeHandlers
from services.identity.handlers.credentials import CredentialHandlers
from services.identity.handlers.dispatch import DispatchHandlers
from services.identity.handlers.letters import LetterHandlers
from services.identity.store import ACCOUNTS, CREDENTIALS, PERSONS, OrganisationStore
from services.identity.tools import Tools


@dataclass(frozen=True, slots=True)
class Handling:
    """A form that is being handled, with what its effect depends on."""

    form: ChangeForm
    values: Mapping[str, str]
    """What the form says, in clear."""

    command: HandleForm
    found: Organisation
    organisations: OrganisationStore
    work: Work
    looked: Looked


CarryOut = Callable[[Handling], Awaitable[ChangeForm | Refusal | None]]
"""Carries a form out: None, a refusal, or the form that is noted until a second employee enters the same."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a form changes of a person, in clear."""

    credential: Credential
    person: Person
    role: Role | None = None
    mobile: str | None = None
    email: str | None = None

    @property
    def entered(self) -> str:
        """What two employees have to agree on."""
        return repr((self.credential.id, self.role, self.mobile, self.email))


class HolderForms:
    """One method per form."""

    def __init__(
        self, tools: Tools, letters: LetterHandlers, devices: DispatchHandlers, endings: CredentialHandlers,
        changes: ChangeHandlers,
    ) -> None:  # fmt: skip
        self._tools = tools
        self._letters = letters
        self._devices = devices
        self._endings = endings
        self._changes = changes
        self.carried_out: Mapping[str, CarryOut] = {
            forms.ACTIVATION_LETTER: self._issue_letter,
            forms.OTP_DEVICE: self._order_device,
            forms.END_CREDENTIAL: self._end,
            forms.OWN_MOBILE: self._own_mobile,
            forms.OTHER_CHANGES: self._other_changes,
        }

    async def _issue_letter(self, asked: Handling) -> Refusal | None:
        """Send a new activation letter to a person of the organisation (ID-85, ID-163, SP-08)."""
        command, credential = asked.command, await _credential_of(asked)
        if credential is None:
            return UNKNOWN
        order = IssueActivationLetter(actor=command.actor, credential_id=credential.id, agreed=command.agreed)
        outcome = await self._letters.issue(order, asked.work)
        return outcome if isinstance(outcome, Refusal) else None

    async def _order_device(self, asked: Handling) -> ChangeForm | Refusal | None:
        """Order an OTP device for a person of the organisation, to the address of the form (ID-164, MS-06)."""
        command, address = asked.command, asked.values["address"]
        credential = await _credential_of(asked)
        if refusal := await self._devices.refusal(credential, command.actor, asked.work, agreed=command.agreed):
            return refusal
        assert credential is not None, "refused otherwise"
        review = await self._review(credential.person_id, str(credential.id), asked)
        if review is None:
            await self._devices.order_for(credential, address, asked.work)
        return review

    async def _end(self, asked: Handling) -> Refusal | None:
        """End a credential with the day that the form names; the last one ends the company (ID-161, ID-166)."""
        store = self._tools.store(asked.work)
        last_day = date.fromisoformat(asked.values["end_date"])
        all_open = await store.open_at(asked.found.id)
        ending = decide_ending_by_form(await _credential_of(asked), all_open, last_day, asked.work.now)
        if isinstance(ending, Refusal):
            return ending
        await self._endings.carry_out(store, ending)
        return None

    async def _own_mobile(self, asked: Handling) -> ChangeForm | Refusal | None:
        """Give who has submitted the form the number that it names (ID-98, ID-174)."""
        store = self._tools.store(asked.work)
        person = await store.find(PERSONS, asked.form.submitted_by)
        here = (held for held in await store.held_by(person) if held.organisation_id == asked.found.id)
        credential = next(filter(is_open, here), None)
        if person is None or credential is None:
            return UNKNOWN
        return await self._change(_Wanted(credential, person, mobile=asked.values["new_number"].strip()), asked)

    async def _other_changes(self, asked: Handling) -> ChangeForm | Refusal | None:
        """Change of a person what the employee has read in the form: all of it, or nothing (ID-29, ID-97, ID-165)."""
        entry, credential = asked.command.person, await _credential_of(asked)
        assert entry is not None, "done by hand otherwise"
        person = await self._tools.store(asked.work).find(PERSONS, credential.person_id if credential else None)
        if person is None or credential is None:
            return UNKNOWN
        mobile = self._mobile(entry, asked.work.id)
        return await self._change(_Wanted(credential, person, entry.role, mobile, entry.email), asked)

    def _mobile(self, entry: PersonDataEntry, id_: UUID) -> str | None:
        return None if entry.mobile is None else self._tools.open(entry.mobile, id_, "person.mobile").strip()

    async def _change(self, wanted: _Wanted, asked: Handling) -> ChangeForm | Refusal | None:
        """Judge all that is wanted first, and then carry all of it out."""
        after = await self._judged(wanted, asked)
        if isinstance(after, Refusal):
            return after
        factor = wanted.mobile is not None or asked.form.reviewed_by is not None  # the first may have entered one
        review = await self._review(wanted.person.id, wanted.entered, asked) if factor else None
        if review is not None:
            return review
        await self._carry_out(wanted, after, asked.work)
        return None

    async def _judged(self, wanted: _Wanted, asked: Handling) -> Credential | Refusal:
        """Judge as for an administrator who changes somebody else, whatever the supplier leaves to forms.

        Returns the credential in the role that it will have.
        """
        tools, after, person = self._tools, wanted.credential, wanted.person
        if wanted.role is not None:
            all_open = await tools.store(asked.work).open_at(asked.found.id)
            changed = decide_role_by_form(after, person, wanted.role, all_open, tools.profile)
            if isinstance(changed, Refusal):
                return changed
            after = changed
        account = await tools.store(asked.work).find(ACCOUNTS, person.account_id)
        return self._refusal(wanted, after, account) or after

    def _refusal(self, wanted: _Wanted, after: Credential, account: Account | None) -> Refusal | None:
        """Judge the new number and the new address."""
        refusal = None
        if wanted.mobile is not None:
            prefixes = self._tools.settings.sms_prefixes
            refusal = decide_mobile_by_form(after, wanted.person, account) or number_refusal(wanted.mobile, prefixes)
        if wanted.email is not None:
            refusal = refusal or decide_email_by_form(after, wanted.person)
        return refusal

    async def _review(self, person_id: UUID, entered: str, asked: Handling) -> ChangeForm | Refusal | None:
        """Ask two employees where the second factor is one at a level for four eyes (S9, S25)."""
        store, four_eyes = self._tools.store(asked.work), self._tools.profile.four_eyes.issuing_levels
        person = await store.find(PERSONS, person_id)
        if not takes_two(await store.held_by(person), four_eyes):
            return None
        by = asked.command.actor.person_id
        assert by is not None, "staff are persons"
        return decide_review(asked.form, by, self._tools.codes.hash(asked.form.id, entered))

    async def _carry_out(self, wanted: _Wanted, after: Credential, work: Work) -> None:
        """Change what is wanted, each with its event and with what ends by it."""
        changes, store = self._changes, self._tools.store(work)
        if after != wanted.credential:
            await changes.give_role(after, store)
        if wanted.mobile is not None:
            await changes.give_mobile(wanted.person, after, wanted.mobile, store)
        if wanted.email is not None:
            person = await work.get(PERSONS, wanted.person.id)
            assert person is not None, "judged before"
            await changes.give_email(person, wanted.email, store)


async def _credential_of(asked: Handling) -> Credential | None:
    """Return the credential that a form is about, as who handles it has entered; None: not of the organisation."""
    assert asked.command.credential_id is not None, "refused otherwise"
    credential = await asked.work.get(CREDENTIALS, asked.command.credential_id)
    return credential if credential is not None and credential.organisation_id == asked.found.id else None
