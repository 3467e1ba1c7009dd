"""Short ways through requests for new persons: administrators, signed quotations, files, reports of the partner."""

from datetime import date, timedelta
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey

from contracts.billing import Quotation
from contracts.identity import (
    CopyFile,
    DocumentType,
    GetApplication,
    GetCredential,
    IdentityDocumentEntry,
    IssueActivationLetter,
    ListCredentials,
    PersonName,
    ReportIdentification,
    RequestCredential,
    RequestedPerson,
    SecondFactor,
    Side,
)
from contracts.notifications import SendActivationLetter
from contracts.values import Level, Role, local_date
from profiles.costs import Wanted, credential_lines, letter_lines
from profiles.model import load_profile
from tests.service.identity.journey import HANDLER, QUOTE_KEY, actor_of, an_applicant, sealed_for_identity
from tests.unit.chain.chain_quotations import _REGISTRY, signed

PDF = b"%PDF-1.7\n" + b"canary of a passport" * 20
ADDRESS = "Dorpsstraat 1\n1234 AB Utrecht"
BOTH = (Side.FRONT, Side.BACK)
PARTNER_KEY = OKPKey.generate_key("Ed25519", {"kid": "amp-1", "use": "sig"})
FACTOR = SecondFactor.OTP


class Desk:
    """An administrator who asks, over a journey."""

    def __init__(self, journey, actor, profile="zlogin"):
        self.journey = journey
        self.actor = actor
        self.profile = load_profile(profile)
        self.files = []

    @classmethod
    async def open(cls, journey, *applicants, profile="zlogin"):
        _, access, *_ = await journey.logged_in(*(applicants or (an_applicant(),)))
        return cls(journey, actor_of(access), profile)

    def token(self, lines, **more):
        given = {
            "id": uuid4(), "organisation_id": self.actor.organisation_id, "lines": lines, "vat": 0,
            "total": sum(line.amount for line in lines), "expires_at": self.journey.now + timedelta(minutes=30),
        }  # fmt: skip
        return signed(QUOTE_KEY, Quotation(**(given | more)))

    def quotation(self, level=Level.EH3, years=1, factor=FACTOR, organisations=1, **more):
        wanted = Wanted(level, years, factor, organisations)
        return self.token(credential_lines(self.profile, wanted, local_date(self.journey.now)), **more)

    def letter_quotation(self, **more):
        return self.token(letter_lines(self.profile, local_date(self.journey.now)), **more)

    async def file(self, sides=BOTH):
        blob = await self.journey.service.process.blobs.put(PDF, "application/pdf", "paspoort.pdf")
        self.files.append(blob)
        return CopyFile(file=blob, sides=sides)

    async def command(self, **more):
        """A request, and the id that its secrets are bound to."""
        id_ = uuid4()
        given = {"level": Level.EH3, "years": 1, "second_factor": FACTOR, **more}
        document = given.pop("document", "given")
        if document == "given":
            document = {}
        if document is not None:
            number = document.get("number", f"NR{given.get('surname', 'Bakker')}")
            document = IdentityDocumentEntry(
                type=document.get("type", DocumentType.PASSPORT), issuing_country="NL",
                number=sealed_for_identity(number, id_, "document.number"),
                expires_on=document.get("expires_on", date(2030, 1, 1)),
                files=document.get("files") or (await self.file(),),
            )  # fmt: skip
        person = RequestedPerson(
            name=PersonName(initials="B.", surname=given.pop("surname", "Bakker")), birth_date=date(1990, 5, 17),
            birth_place="Utrecht", nationality="NL", email=given.pop("email", "bakker@company.example"),
            phone=sealed_for_identity("", id_, "person.phone"),
            mobile=sealed_for_identity(given.pop("mobile", "+31612345678"), id_, "person.mobile"),
        )  # fmt: skip
        organisations = len(given.get("organisation_ids", ())) or 1
        quotation = given.pop("quotation", None) or self.quotation(
            given["level"], given["years"], given["second_factor"], organisations
        )
        address = sealed_for_identity(given.pop("address", ADDRESS), id_, "identification_address")
        command = RequestCredential(
            **{"actor": self.actor, "role": Role.USER, "agreed": True, **given}, person=person, document=document,
            identification_address=address, quotation=quotation,
        )  # fmt: skip
        return command, id_

    async def request(self, **more):
        command, id_ = await self.command(**more)
        outcome = await self.journey.send(command, id_)
        await self.journey.service.settle()
        return outcome

    async def approved(self, **more):
        received = await self.request(**more)
        await self.approve(received)
        return received

    async def approve(self, received, actor=HANDLER):
        outcome = await self.journey.approve(received.application_id, actor)
        await self.journey.service.settle()
        return outcome

    async def detail(self, credential_id, actor=None):
        return await self.journey.service.query(GetCredential(actor=actor or self.actor, credential_id=credential_id))

    async def application(self, application_id, actor=HANDLER):
        return await self.journey.service.query(GetApplication(actor=actor, application_id=application_id))

    async def users(self, actor=None):
        return (await self.journey.service.query(ListCredentials(actor=actor or self.actor))).rows

    async def letter(self, credential_id, actor=None, *, quotation=None, agreed=True):
        """Ask for a new letter, by the administrator or as an employee who handles a form; {} when it was sent."""
        actor = actor or self.actor
        command = IssueActivationLetter(
            actor=actor, credential_id=credential_id, quotation=quotation, agreed=agreed and actor is not self.actor
        )
        outcome = await self.journey.send(command)
        await self.journey.service.settle()
        return outcome if hasattr(outcome, "code") else outcome.model_dump()

    async def letters(self):
        return await self.journey.service.sent(SendActivationLetter)

    async def report(self, identification_id, key=PARTNER_KEY, typ="identification-report+jwt", **claims):
        """Send a report of the partner and return the outcome."""
        id_ = uuid4()
        given = {
            "sub": str(identification_id), "jti": uuid4().hex, "iat": int(self.journey.now.timestamp()),
            "event": "identified", "reference": f"AMP-{identification_id}", **claims,
        }  # fmt: skip
        token = jwt.encode({"alg": "EdDSA", "typ": typ, "kid": "amp-1"}, given, key, registry=_REGISTRY)
        command = ReportIdentification(
            actor={"kind": "anyone"}, identification_id=identification_id,
            report=sealed_for_identity(token, id_, "report"),
        )  # fmt: skip
        outcome = await self.journey.send(command, id_)
        await self.journey.service.settle()
        return outcome
