"""What a first application must say, as tables under both profiles: of each person what a request must say."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from contracts.actor import ANYONE
from contracts.billing import Quotation, prospect_id
from contracts.identity import (
    Applicant,
    CredentialType,
    DocumentType,
    LegalRepresentative,
    PersonName,
    SecondFactor,
    Side,
    SubmitApplication,
)
from contracts.values import Level, Role, add_months
from profiles.costs import Wanted, application_lines
from profiles.model import load_profile
from services.identity.domain.applications import ApplicationFacts, Looked, decide_submission
from services.identity.domain.asked import PersonSecrets
from services.identity.domain.documents import sides_of
from services.identity.register import EmbeddedRegister
from tests.unit.identity.test_identity_request_rules import NOW, TODAY, a_file, an_entry

KVK = "00000102"
REPRESENTATIVE = LegalRepresentative(
    name=PersonName(initials="R.", infix="van den", surname="Berg"), birth_date=date(1994, 7, 28)
)
SECRETS = PersonSecrets(mobile="+31612345678", phone="", address="Straat 1", number="NR")


@pytest.fixture(params=["zlogin", "weid"])
def profile(request):
    return load_profile(request.param)


@pytest.fixture
async def looked():
    return Looked(await EmbeddedRegister.load().company(KVK))


def an_applicant(surname="Jansen", **more):
    given = {
        "name": PersonName(initials="A.", surname=surname), "birth_date": date(1980, 2, 29), "mobile": "sealed",
        "email": f"{surname}@x.example", "level": Level.EH3, "role": Role.ADMINISTRATOR, "document": an_entry(),
        "second_factor": SecondFactor.SMS, "identification_address": "sealed",
    }  # fmt: skip
    return Applicant(**(given | more))


def a_quotation(profile, applicants, years, **more):
    wanted = [Wanted(one.level, years, one.second_factor, type=one.type) for one in applicants]
    lines = tuple(line for found in application_lines(profile, wanted, TODAY) or () for line in found)
    given = {
        "id": uuid4(), "organisation_id": prospect_id(KVK), "lines": lines, "vat": 0,
        "total": sum(line.amount for line in lines), "expires_at": NOW + timedelta(minutes=30),
    }  # fmt: skip
    return Quotation(**(given | more))


def refused(profile, looked, *applicants, said=None, facts=None, secrets=None):
    """The refusal of an application, right but for what is said otherwise; None: taken in."""
    command = SubmitApplication(**{
        "actor": ANYONE, "kvk_number": KVK, "representative": REPRESENTATIVE, "applicants": applicants, "years": 3,
        "agreed": True, "quotation": "token", **(said or {}),
    })  # fmt: skip
    each = tuple(
        replace(SECRETS, **{"number": f"NR{index}", **(secrets or {}).get(index, {})})
        for index in range(len(applicants))
    )
    known = ApplicationFacts(
        looked=looked, secrets=each, copies_kept=True, quotation=a_quotation(profile, applicants, 3), prefixes=("+31",)
    )
    return decide_submission(command, replace(known, **(facts or {})), profile, NOW)


def told(refusal):
    return (refusal.code, refusal.details.get("applicant")) if refusal else None


@pytest.mark.rule("ID-35", "ID-41", "ID-43", "ID-44", "ID-60", "ST-01", "CF-01", "CF-03")
@pytest.mark.parametrize(("level", "role"), [(level, role) for level in Level for role in Role])
async def test_each_person_needs_identity_data_but_a_user_at_eh2(profile, looked, level, role):
    def second(**more):
        return told(refused(profile, looked, an_applicant(), an_applicant("Peters", level=level, role=role, **more)))

    if level not in profile.levels.offered or (level is Level.EH4 and not profile.levels.eh4_self_service):
        assert second() == second(document=None) == ("level_not_offered", 1)
    elif level is Level.EH2 and role is Role.USER:
        assert second() is second(document=None) is None
    else:
        assert second() is None
        assert second(document=None) == ("identity_data_missing", 1)


@pytest.mark.rule("ID-47", "SP-05", "TI-13", "CF-07", "ST-01")
@pytest.mark.parametrize("days", [-1, 0, 1])
async def test_a_document_is_still_valid_or_two_months_more(profile, looked, days):
    months = {"zlogin": 0, "weid": 2}[profile.name]
    entry = an_entry(expires_on=add_months(TODAY, months) + timedelta(days=days))
    found = told(refused(profile, looked, an_applicant(document=entry)))
    assert found == (("document_expires", 0) if days < 0 else None)


@pytest.mark.rule("ID-50", "ID-51", "ID-52", "ST-01")
@pytest.mark.parametrize("type_", list(DocumentType))
@pytest.mark.parametrize("shown", [(Side.FRONT,), (Side.BACK,), (Side.FRONT, Side.BACK)])
async def test_both_sides_are_shown_but_of_a_passport_one(profile, looked, type_, shown):
    for files in ((a_file(*shown),), tuple(a_file(side) for side in shown)):
        entry = an_entry(type=type_, files=files)
        found = told(refused(profile, looked, an_applicant(), an_applicant("Peters", document=entry)))
        assert found == (None if sides_of(type_) <= set(shown) else ("document_side_missing", 1))


@pytest.mark.rule("ID-54", "ID-58", "ID-59", "ST-01")
@pytest.mark.parametrize(
    ("level", "more", "secrets", "code"),
    [
        (Level.EH3, {}, {"address": ""}, "address_missing"), (Level.EH2_PLUS, {}, {"address": ""}, None),
        (Level.EH3, {"second_factor": None}, {}, "second_factor_missing"),
        (Level.EH2_PLUS, {"second_factor": None}, {}, "second_factor_missing"),
        (Level.EH3, {}, {"mobile": ""}, "invalid_mobile"), (Level.EH3, {}, {"mobile": "0612345678"}, "invalid_mobile"),
        (Level.EH3, {"second_factor": SecondFactor.OTP}, {"mobile": ""}, None),
    ],
)  # fmt: skip
async def test_second_factor_number_and_address_are_asked_as_of_a_request(profile, looked, level, more, secrets, code):
    found = refused(profile, looked, an_applicant(), an_applicant("B", level=level, **more), secrets={1: secrets})
    assert told(found) == ((code, 1) if code else None)


@pytest.mark.rule("ID-62", "ID-63", "ST-01", "SP-45", "SP-111")
@pytest.mark.parametrize(
    ("said", "facts", "code"),
    [
        ({"agreed": False}, {}, "agreement_missing"), ({"years": None}, {}, "quotation_invalid"),
        ({"years": 1}, {}, "quotation_invalid"), ({}, {"copies_kept": False}, "file_missing"),
        ({}, {"quotation": None}, "quotation_invalid"), ({}, {"looked": Looked(None)}, "company_unknown"),
        ({}, {"looked": Looked(None, available=False)}, "register_unavailable"),
        ({"kvk_number": "00000110"}, {}, "quotation_invalid"),
        ({"actor": {"kind": "staff", "person_id": uuid4()}}, {}, "not_allowed"),
    ],
)  # fmt: skip
async def test_other_reasons_to_refuse(profile, looked, said, facts, code):
    refusal = refused(profile, looked, an_applicant(), said=said, facts={"looked": looked, **facts})
    assert refusal.code == code


@pytest.mark.rule("ID-62")
@pytest.mark.parametrize("years", [0, 2, 5])
def test_the_term_is_one_or_three_years(years):
    with pytest.raises(ValidationError):
        SubmitApplication(
            actor=ANYONE, kvk_number=KVK, representative=REPRESENTATIVE, applicants=(an_applicant(),), years=years
        )


@pytest.mark.rule("SP-111", "BI-12", "BI-16", "BI-20", "ST-01")
async def test_the_quotation_is_of_these_persons_at_the_prices_of_today(profile, looked):
    people = an_applicant(), an_applicant("Peters", level=Level.EH2_PLUS, second_factor=SecondFactor.OTP)

    def code(*quoted, **more):
        refusal = refused(profile, looked, *people, facts={"quotation": a_quotation(profile, quoted, 3, **more)})
        return refusal.code if refusal else None

    assert code(*people) is None
    assert code(*reversed(people)) == code(people[0]) == code(*people, people[0]) == "quotation_invalid"
    assert code(*people, organisation_id=uuid4()) == "quotation_invalid"
    assert code(*people, total=1) == code(*people, expires_at=NOW) == "quotation_expired"


@pytest.mark.rule("ID-13", "SP-19")
async def test_one_administers_and_nobody_is_there_twice(profile, looked):
    user = an_applicant(role=Role.USER)
    assert refused(profile, looked, user).code == "no_administrator"
    assert refused(profile, looked, an_applicant(), user).code == "already_requested"
    other = an_applicant("Peters", email="other@x.example")
    assert refused(profile, looked, an_applicant(), other) is None
    same = {0: {"number": "nr 1"}, 1: {"number": "NR1"}}
    assert refused(profile, looked, an_applicant(), other, secrets=same).code == "already_requested"


@pytest.mark.rule("BI-20", "BI-16", "CF-13", "PR-02")
def test_each_credential_has_its_own_lines(profile):
    wanted = [
        Wanted(Level.EH3, 3, SecondFactor.OTP), Wanted(Level.EH3, 3, SecondFactor.SMS),
        Wanted(Level.EH3, 3, SecondFactor.SMS, type=CredentialType.BELASTINGDIENST),
    ]  # fmt: skip
    found = [[(str(line.item), line.amount) for line in lines] for lines in application_lines(profile, wanted, TODAY)]
    device = [("otp_device", 4_000)] if profile.name == "weid" else []
    regular, tax = ("credential", 10_000), ("credential", {"weid": 7_500, "zlogin": 9_000}[profile.name])
    assert found == [[regular, *device], [regular], [tax]]
    assert application_lines(profile, wanted, date(1999, 1, 1)) is None
