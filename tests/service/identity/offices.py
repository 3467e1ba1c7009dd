"""Short ways for tests of organisations, change forms and additions."""

from uuid import uuid4

from contracts.actor import ANYONE
from contracts.identity import (
    AcceptContract,
    AddOrganisation,
    FormHandled,
    GetOrganisation,
    GetProfile,
    HandleForm,
    LegalRepresentative,
    ListAdditions,
    ListForms,
    PersonName,
    SubmitForm,
    SubmitOpenForm,
)
from contracts.message import BlobReference
from contracts.values import Level, Role, local_date
from services.identity.register import EmbeddedRegister
from services.identity.store import ORGANISATIONS, Reads
from tests.service.identity.journey import GATEWAY, HANDLER, REVIEWER, actor_of, an_applicant, sealed_for_identity

CARRIED_OUT, BY_HAND, AWAITS_SECOND = FormHandled(), FormHandled(by_hand=True), FormHandled(awaits_second=True)
FILE = BlobReference(id=uuid4(), sha256="ab" * 32, size=10, media_type="application/pdf", name="formulier.pdf")
SINGLE = "00000103"
SEVERAL = "00000125"
TOGETHER = "00000110"  # two representatives who sign together
REGISTER = EmbeddedRegister.load()


async def signers(kvk):
    """The representatives of a company of the embedded register."""
    return [
        LegalRepresentative(
            name=PersonName(initials=found.initials, infix=found.infix, surname=found.surname),
            birth_date=found.birth_date,
        )
        for found in (await REGISTER.company(kvk)).representatives
    ]


async def signer(kvk):
    """Somebody who signs alone for a company of the embedded register."""
    return (await signers(kvk))[0]


async def logged_in_at(journey, kvk, *applicants, branch=False):
    """An active customer, perhaps with its first branch number; returns (row, actors of its users)."""
    company = await REGISTER.company(kvk)
    more = {"branch_number": company.branches[0].branch_number} if branch else {}
    given = applicants or (an_applicant(), an_applicant("Peters", role=Role.USER))
    row = await journey.approved(*given, kvk=kvk, representative=await signer(kvk), **more)
    actors = []
    for index, (view, applicant) in enumerate(zip(row.credentials, given, strict=True)):
        if applicant.level >= Level.EH3:
            await journey.identify(view.credential_id)
        name = f"user{index}.{kvk}"
        seed = await journey.activate(view.credential_id, name)
        journey.later(minutes=1)
        access, _ = await journey.log_in(name, seed)
        actors.append(actor_of(access))
    return row, actors


async def organisation_of(journey, actor):
    return await journey.service.query(GetOrganisation(actor=actor))


async def stored_organisation(journey, id_):
    return await Reads(journey.service.database).one(ORGANISATIONS, id_)


async def submit(journey, actor, code, bsn=None, **values):
    id_ = uuid4()
    sealed = sealed_for_identity(bsn, id_, "bsn") if bsn else None
    return await journey.send(SubmitForm(actor=actor, code=code, values=sealed_values(values, id_), bsn=sealed), id_)


def sealed_values(values, id_):
    return {name: sealed_for_identity(text, id_, f"values.{name}") for name, text in values.items()}


async def submit_open(journey, code, kvk, representative, actor=ANYONE, attachment=FILE, **values):
    id_ = uuid4()
    command = SubmitOpenForm(
        actor=actor, code=code, kvk_number=kvk, representative=representative, email="wv@company.example",
        values=sealed_values(values, id_), attachment=attachment,
    )  # fmt: skip
    return await journey.send(command, id_)


async def handle(journey, form_id, actor=HANDLER, **more):
    return await journey.send(HandleForm(actor=actor, form_id=form_id, **more))


async def forms(journey, actor=HANDLER, status="submitted"):
    """The forms as the gateway shows them: with their values opened."""
    id_ = uuid4()
    found = (await journey.service.query(ListForms(actor=actor, status=status), id_=id_)).rows
    return tuple(row.model_copy(update={"values": _opened(row.values, place, id_)}) for place, row in enumerate(found))


def _opened(values, place, id_):
    return {
        name: GATEWAY.open(text, message_id=id_, field=f"rows.{place}.values.{name}") for name, text in values.items()
    }


async def add(journey, actor, kvk, **more):
    given = {
        "level": Level.EH3, "email": "a.jansen@company.example", "own_data_checked": True,
        "representative": more.pop("representative", None) or await signer(kvk), "phone": "+31201234567",
        "terms_accepted": True, "authority_declared": True,
    }  # fmt: skip
    return await journey.send(AddOrganisation(actor=actor, kvk_number=kvk, **{**given, **more}))


async def accept(journey, addition_id, actor=HANDLER, channel="post", *, signed=True, day=None):
    day = day or local_date(journey.now)
    command = AcceptContract(
        actor=actor, addition_id=addition_id, received_on=day, channel=channel, signed_by_representative=signed
    )
    return await journey.send(command)


async def accept_by_two(journey, addition_id):
    """Let two employees accept a contract; returns the outcome of the second."""
    assert code(await accept(journey, addition_id)) is None
    return await accept(journey, addition_id, REVIEWER)


async def additions(journey, actor=HANDLER, status="pending_contract"):
    return (await journey.service.query(ListAdditions(actor=actor, status=status))).rows


async def choices(journey, actor):
    """The organisations that a person reaches, by number."""
    profile = await journey.service.query(GetProfile(actor=actor))
    return {choice.kvk_number: choice for choice in profile.organisations}


def code(outcome):
    return getattr(outcome, "code", None)
