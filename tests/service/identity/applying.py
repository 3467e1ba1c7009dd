"""What a first application holds in tests: persons with sealed secrets and documents, a quotation of billing's key."""

from datetime import date, timedelta
from uuid import uuid4

from joserfc.jwk import OKPKey

from chassis.sealed import Sealer
from contracts.billing import Quotation, prospect_id
from contracts.identity import CopyFile, DocumentType, IdentityDocumentEntry, Side
from contracts.values import local_date
from profiles.costs import Wanted, application_lines
from profiles.model import load_profile
from services.identity.domain.documents import needs_identity
from tests.harness import SEALING_KEYS
from tests.unit.chain.chain_quotations import signed

QUOTE_KEY = OKPKey.generate_key("Ed25519", {"kid": "q1", "use": "sig"})
GATEWAY = Sealer(SEALING_KEYS, "gateway")
PDF = b"%PDF-1.7\n" + b"canary of a passport" * 20


def sealed_for_identity(text, id_, field):
    return GATEWAY.seal(text, to="identity", message_id=id_, field=field)


async def a_document(journey, number, *, type_=DocumentType.PASSPORT, expires_on=date(2030, 1, 1), sides=tuple(Side)):
    """The data of an identity document, its number in clear, with a file that shows it."""
    blob = await journey.service.process.blobs.put(PDF, "application/pdf", "pas.pdf")
    return IdentityDocumentEntry(
        type=type_, number=number, expires_on=expires_on, issuing_country="NL",
        files=(CopyFile(file=blob, sides=sides),),
    )  # fmt: skip


async def shown(journey, applicants):
    """The applicants, each with an identity document where one is needed and none was given."""
    return [
        one.model_copy(update={"document": await a_document(journey, f"FA {one.name.surname} {one.email}")})
        if one.document is None and needs_identity(one.level, one.role) else one
        for one in applicants
    ]  # fmt: skip


def sealed(applicant, index, id_):
    """An applicant with the secrets sealed for identity."""
    place = f"applicants.{index}"

    def seal(text, name):
        return None if text is None else sealed_for_identity(text, id_, f"{place}.{name}")

    document = applicant.document
    if document is not None:
        document = document.model_copy(update={"number": seal(document.number, "document.number")})
    secrets = {name: seal(getattr(applicant, name), name) for name in ("mobile", "identification_address")}
    return applicant.model_copy(update={**secrets, "document": document})


def quoted(profile, kvk, applicants, years, now, **more):
    """The token of a quotation of a first application; None where the supplier has no price for it."""
    wanted = [Wanted(one.level, years, one.second_factor, type=one.type) for one in applicants]
    costs = application_lines(load_profile(profile), wanted, local_date(now))
    if costs is None:
        return "none"
    lines = tuple(line for found in costs for line in found)
    given = {
        "id": uuid4(), "organisation_id": prospect_id(kvk), "lines": lines, "vat": 0,
        "total": sum(line.amount for line in lines), "expires_at": now + timedelta(minutes=30),
    }  # fmt: skip
    return signed(QUOTE_KEY, Quotation(**(given | more)))
