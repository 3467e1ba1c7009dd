"""Answers about change forms: which there are, what was submitted (ID.13)."""

from datetime import datetime
from uuid import UUID

from chassis.mongo import Document
from contracts.actor import ActorKind
from contracts.identity import (
    FormAttachment,
    FormFieldView,
    FormPage,
    FormStatus,
    FormTypes,
    FormTypeView,
    FormView,
    GetFormAttachment,
    ListForms,
    ListFormTypes,
)
from contracts.message import Refusal, SealedText
from profiles.forms import FormType
from services.identity.crypto.form_values import decrypted
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.forms import ChangeForm
from services.identity.domain.sessions import Reach
from services.identity.store import FORMS
from services.identity.tools import Tools
from services.identity.views.organisations import submitted


class FormViews:
    """One method per query."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._reads = tools.reads
        self._profile = tools.profile

    async def types(self, query: ListFormTypes, now: datetime) -> FormTypes:
        """List the supplier's forms; to a visitor those that are taken without a session (ID-10, ID-162)."""
        del now
        visitor = query.actor.kind is ActorKind.ANYONE
        listed = (form for form in self._profile.forms.listed() if form.without_session or not visitor)
        return FormTypes(rows=tuple(map(_form_type, listed)))

    async def forms(self, query: ListForms, now: datetime, message_id: UUID) -> FormPage | Refusal:
        """List forms: for the back office the queue, for an administrator those of the organisation (ST-84)."""
        del now
        found = await submitted(self._reads, FORMS, query, self._profile, _of_the_organisation)
        if isinstance(found, Refusal):
            return found
        rows, more = found
        return FormPage(rows=tuple(self._view(row, place, message_id) for place, row in enumerate(rows)), next=more)

    async def attachment(self, query: GetFormAttachment, now: datetime) -> FormAttachment | Refusal:
        """Give the signed form to the back office (SP-37)."""
        del now
        if not is_staff(query.actor):
            return NOT_ALLOWED
        form = await self._reads.one(FORMS, query.form_id)
        return UNKNOWN if form is None or form.attachment is None else FormAttachment(blob=form.attachment)

    def _view(self, form: ChangeForm, place: int, message_id: UUID) -> FormView:
        type_ = self._profile.forms.find(form.code)
        assert type_ is not None, "a form of another type is not taken"
        return FormView(
            form_id=form.id, code=form.code, title=type_.title, kvk_number=form.kvk_number,
            organisation_id=form.organisation_id, values=self._sealed(form, place, message_id),
            representative=form.representative, representative_checked=form.representative_checked, email=form.email,
            has_attachment=form.attachment is not None, has_bsn=form.bsn is not None, submitted_at=form.submitted_at,
            status=form.status, reason=form.reason, by_hand=form.by_hand,
            awaits_second=form.status is FormStatus.SUBMITTED and form.reviewed_by is not None,
        )  # fmt: skip

    def _sealed(self, form: ChangeForm, place: int, message_id: UUID) -> dict[str, SealedText]:
        """Return the values sealed for their places in the answer."""
        seal, values = self._tools.sealer.seal, decrypted(self._tools.fields, form)
        return {
            name: seal(text, to="gateway", message_id=message_id, field=f"rows.{place}.values.{name}")
            for name, text in values.items()
        }


def _of_the_organisation(reach: Reach) -> Document:
    return {"organisation_id": reach.organisation.id}


def _form_type(type_: FormType) -> FormTypeView:
    fields = (
        FormFieldView(name=field.name, label=field.label, kind=field.kind.value, required=field.required)
        for field in type_.fields
    )
    return FormTypeView(code=type_.code, title=type_.title, without_session=type_.without_session, fields=tuple(fields))
