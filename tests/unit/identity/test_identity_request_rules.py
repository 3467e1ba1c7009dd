"""What a request for a new person must say, as tables under both profiles."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from contracts.actor import Actor, ActorKind
from contracts.billing import Quotation
from contracts.identity import (
    CopyFile,
    CredentialStatus,
    CredentialType,
    DocumentType,
    IdentityDocumentEntry,
    PersonName,
    RejectionGround,
    RequestCredential,
    RequestedPerson,
    RequiredAction,
    SecondFactor,
    Side,
)
from contracts.message import BlobReference
from contracts.values import Level, Role, add_months, local_date
from profiles.costs import Wanted, credential_lines, letter_lines
from profiles.model import load_profile
from services.identity.domain.applications import Looked
from services.identity.domain.asked import PersonSecrets, factor_of, marks_of
from services.identity.domain.credentials import required_actions
from services.identity.domain.documents import ground_refusal, sides_of
from services.identity.domain.requests import RequestFacts, decide_request
from services.identity.register import EmbeddedRegister
from tests.unit.identity.test_identity_rules import a_credential

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = local_date(NOW)
ORGANISATION = uuid4()
ACTOR = Actor(kind=ActorKind.PERSON, person_id=uuid4(), organisation_id=ORGANISATION, role=Role.ADMINISTRATOR)
BLOB = BlobReference(id=uuid4(), sha256="0" * 64, size=5, media_type="application/pdf", name="a.pdf")
BOTH = (Side.FRONT, Side.BACK)
SECRETS = PersonSecrets(mobile="+31612345678", phone="", address="Straat 1", number="NR1")


@pytest.fixture(params=["zlogin", "weid"])
def profile(request):
    return load_profile(request.param)


@pytest.fixture
async def looked():
    return Looked(await EmbeddedRegister.load().company("68750110"))


def a_file(*sides):
    return CopyFile(file=BLOB, sides=sides or BOTH)


def an_entry(**more):
    given = {
        "type": DocumentType.PASSPORT, "number": "sealed", "expires_on": date(2030, 1, 1), "issuing_country": "NL",
        "files": (a_file(),),
    }  # fmt: skip
    return IdentityDocumentEntry(**(given | more))


PERSON = {
    "name": PersonName(initials="B.", surname="Bakker"), "birth_date": date(1990, 5, 17), "birth_place": "Utrecht",
    "nationality": "NL", "email": "b@company.example", "phone": "sealed", "mobile": "sealed",
}  # fmt: skip


def a_request(**more):
    given = {
        "actor": ACTOR, "person": RequestedPerson(**PERSON), "level": Level.EH3, "role": Role.USER,
        "second_factor": SecondFactor.SMS, "years": 1, "identification_address": "sealed", "document": an_entry(),
        "agreed": True, "quotation": "token",
    }  # fmt: skip
    return RequestCredential(**(given | more))


def code_of(command, profile, looked, own=Level.EH4, **more):
    acting = a_credential(level=own, organisation_id=ORGANISATION)
    wanted = Wanted(command.level, command.years, factor_of(command.level, command.second_factor, profile))
    lines = credential_lines(profile, wanted, TODAY)
    quotation = lines and Quotation(
        id=uuid4(), organisation_id=ORGANISATION, lines=lines, total=sum(line.amount for line in lines), vat=0,
        expires_at=NOW + timedelta(minutes=30),
    )  # fmt: skip
    facts = RequestFacts(
        session=acting, acting=(acting,), looked=looked, secrets=SECRETS, copies_kept=True, known_already=False,
        quotation=quotation, prefixes=("+31",),
    )  # fmt: skip
    said = {name: more.pop(name) for name in ("mobile", "phone", "address") if name in more}
    refusal = decide_request(command, replace(facts, secrets=replace(SECRETS, **said), **more), profile, NOW)
    return refusal.code if refusal else None


@pytest.mark.rule("ID-41", "ID-62", "SP-20", "SP-22")
@pytest.mark.parametrize(
    ("field", "value"),
    [("role", None), ("role", "owner"), ("years", 2), ("years", None), ("years", 5), ("person", None)],
)
def test_role_person_and_a_term_of_one_or_three_years_are_needed(field, value):
    given = {name: getattr(a_request(), name) for name in RequestCredential.model_fields}
    with pytest.raises(ValidationError):
        RequestCredential(**{**given, field: value})
    with pytest.raises(ValidationError):
        an_entry(files=(a_file(),) * 3)


@pytest.mark.rule("ID-40")
@pytest.mark.parametrize("own", [Level.EH2_PLUS, Level.EH3, Level.EH4])
@pytest.mark.parametrize("wanted", [Level.EH2_PLUS, Level.EH3])
async def test_a_level_is_at_most_the_own(profile, looked, own, wanted):
    assert code_of(a_request(level=wanted), profile, looked, own) == ("above_own_level" if wanted > own else None)


@pytest.mark.rule("ID-39", "ID-28", "ID-66")
async def test_who_asks_is_administrator_here_and_wherever_it_is_for(profile, looked):
    user, administrator = a_credential(role=Role.USER), a_credential()
    ask = a_request()
    assert code_of(ask, profile, looked, session=None) == "not_allowed"
    assert code_of(ask, profile, looked, session=user) == "not_allowed"
    assert code_of(ask, profile, looked, acting=(administrator, None)) == "unknown"
    assert code_of(ask, profile, looked, acting=(administrator, user)) == "unknown"


@pytest.mark.rule("ID-35", "ID-43", "ID-44", "ID-60", "CF-01", "CF-03")
@pytest.mark.parametrize(("level", "role"), [(level, role) for level in Level for role in Role])
async def test_identity_data_are_needed_but_for_a_user_at_eh2(profile, looked, level, role):
    with_them = code_of(a_request(level=level, role=role), profile, looked)
    without = code_of(a_request(level=level, role=role, document=None, second_factor=SecondFactor.SMS), profile, looked)
    if level not in profile.levels.offered or (level is Level.EH4 and not profile.levels.eh4_self_service):
        assert with_them == without == "level_not_offered"
    elif level is Level.EH2 and role is Role.USER:
        assert (with_them, without) == (None, None)
    else:
        assert (with_them, without) == (None, "identity_data_missing")


@pytest.mark.rule("SP-13")
@pytest.mark.parametrize("allowed", [True, False])
async def test_eh4_needs_what_eh3_needs_where_it_is_offered(profile, looked, allowed):
    levels = profile.levels.model_copy(update={"eh4_self_service": allowed})
    own = profile.model_copy(update={"levels": levels})
    ask = a_request(level=Level.EH4)
    assert code_of(ask, own, looked) == (None if allowed else "level_not_offered")
    if allowed:
        assert code_of(ask, own, looked, address="") == "address_missing"
        assert code_of(a_request(level=Level.EH4, document=None), own, looked) == "identity_data_missing"
        assert code_of(a_request(level=Level.EH4, second_factor=None), own, looked) == "second_factor_missing"


@pytest.mark.rule("ID-47", "SP-05", "TI-13", "CF-07")
@pytest.mark.parametrize("days", [-1, 0, 1])
async def test_a_document_is_still_valid_or_two_months_more(profile, looked, days):
    months = {"zlogin": 0, "weid": 2}[profile.name]
    entry = an_entry(expires_on=add_months(TODAY, months) + timedelta(days=days))
    found = code_of(a_request(document=entry), profile, looked)
    assert found == ("document_expires" if days < 0 else None)


@pytest.mark.rule("ID-43")
@pytest.mark.parametrize(("days", "found"), [(0, None), (1, "birth_date_in_future")])
async def test_nobody_is_asked_for_who_is_not_born_yet(profile, looked, days, found):
    person = RequestedPerson(**{**PERSON, "birth_date": TODAY + timedelta(days=days)})
    assert code_of(a_request(person=person), profile, looked) == found


@pytest.mark.rule("ID-50", "ID-51", "ID-52", "SP-21")
@pytest.mark.parametrize("type_", list(DocumentType))
@pytest.mark.parametrize(
    ("files", "shown"),
    [
        ((a_file(),), BOTH),
        ((a_file(Side.FRONT), a_file(Side.BACK)), BOTH),
        ((a_file(Side.FRONT),), (Side.FRONT,)),
        ((a_file(Side.BACK),), (Side.BACK,)),
        ((a_file(Side.FRONT), a_file(Side.FRONT)), (Side.FRONT,)),
    ],
)
async def test_both_sides_are_shown_in_one_file_or_two_but_of_a_passport_one(profile, looked, type_, files, shown):
    needed = {Side.FRONT} if type_ is DocumentType.PASSPORT else set(BOTH)
    assert sides_of(type_) == needed
    found = code_of(a_request(document=an_entry(type=type_, files=files)), profile, looked)
    assert found == (None if needed <= set(shown) else "document_side_missing")


@pytest.mark.rule("ID-54", "ID-55", "ID-56")
@pytest.mark.parametrize(("level", "code"), [(Level.EH2_PLUS, None), (Level.EH3, "address_missing")])
async def test_an_address_is_asked_from_eh3_on(profile, looked, level, code):
    assert code_of(a_request(level=level), profile, looked, address="") == code


@pytest.mark.rule("ID-58", "ID-59")
@pytest.mark.parametrize(
    ("factor", "mobile", "code"),
    [
        (None, "+31612345678", "second_factor_missing"),
        (SecondFactor.SMS, "", "invalid_mobile"),
        (SecondFactor.SMS, "0612345678", "invalid_mobile"),
        (SecondFactor.SMS, "+31612345678", None),
        (SecondFactor.OTP, "", None),
    ],
)
async def test_a_second_factor_is_chosen_and_sms_has_a_number(profile, looked, factor, mobile, code):
    for level in (Level.EH2_PLUS, Level.EH3):
        found = code_of(a_request(level=level, second_factor=factor), profile, looked, mobile=mobile)
        assert found == code


@pytest.mark.rule("ID-60")
def test_an_eh2_credential_gets_no_second_factor():
    zlogin = load_profile("zlogin")
    assert factor_of(Level.EH2, SecondFactor.SMS, zlogin) is None
    assert factor_of(Level.EH2_PLUS, SecondFactor.SMS, zlogin) is SecondFactor.SMS


@pytest.mark.rule("ID-63", "ID-138", "SP-19", "SP-34", "SP-45")
@pytest.mark.parametrize(
    ("asked", "facts", "code"),
    [
        ({"agreed": False}, {}, "agreement_missing"),
        ({"credential_type": CredentialType.BELASTINGDIENST}, {}, "belastingdienst_personal"),
        ({}, {"known_already": True}, "already_requested"),
        ({}, {"copies_kept": False}, "file_missing"),
        ({}, {"looked": Looked(None, available=False)}, "register_unavailable"),
        ({}, {"looked": Looked(None)}, "company_unknown"),
        ({}, {"quotation": None}, "quotation_invalid"),
        ({}, {"phone": "12"}, "invalid_mobile"),
    ],
)
async def test_other_reasons_to_refuse(profile, looked, asked, facts, code):
    assert code_of(a_request(**asked), profile, **{"looked": looked, **facts}) == code


@pytest.mark.rule("SP-111", "BI-13", "BI-16", "CF-13")
def test_the_costs_are_those_of_the_profile(profile):
    lines = credential_lines(profile, Wanted(Level.EH3, 3, SecondFactor.OTP, 3), TODAY)
    found = [(str(line.item), line.quantity, line.unit_price, line.years) for line in lines]
    fee = {"zlogin": 750, "weid": 500}[profile.name]
    device = [("otp_device", 1, 4000, None)] if profile.name == "weid" else []
    assert found[1:] == [("link_fee", 2, fee, None), *device]
    assert found[0][:2] == ("credential", 1)
    assert found[0][3] == 3
    without = credential_lines(profile, Wanted(Level.EH3, 1, SecondFactor.SMS), TODAY)
    assert [str(line.item) for line in without] == ["credential"]
    assert credential_lines(profile, Wanted(Level.EH3, 1, None), date(1999, 1, 1)) is None
    assert [line.amount for line in letter_lines(profile, TODAY)] == ([750] if profile.name == "weid" else [])


@pytest.mark.rule("ID-53", "ID-46", "CF-08")
@pytest.mark.parametrize("ground", [None, *RejectionGround])
def test_what_may_be_covered_is_no_ground(profile, ground):
    covered = ground in {RejectionGround.COVERED_BSN, RejectionGround.COVERED_PHOTO}
    found = ground_refusal(ground, profile)
    assert (found is not None) is (covered and profile.name == "weid")


@pytest.mark.rule("SP-19")
def test_persons_are_known_by_document_or_by_name_birth_and_email():
    entry = an_entry()

    def marks(number="x", document=entry, **other):
        person = {**PERSON, **other}
        return marks_of(person["name"], person["birth_date"], person["email"], document, number)

    name, document = marks("nr-1234 5")
    assert marks("NR12345")[1] == document
    assert marks("other", name=PersonName(initials="B", surname="BAKKER"))[0] == name
    for other in ({"birth_date": date(1990, 5, 18)}, {"email": "c@company.example"}):
        assert marks(**other)[0] != name
    assert marks("", None) == (name,)


@pytest.mark.rule("ID-69", "ID-93", "CF-31")
@pytest.mark.parametrize(
    ("status", "level", "identified", "actions"),
    [
        ("waiting_approval", Level.EH3, False, ["approval", "identification", "activation"]),
        ("waiting_approval", Level.EH2_PLUS, False, ["approval", "activation"]),
        ("waiting_activation", Level.EH3, False, ["identification", "activation"]),
        ("waiting_activation", Level.EH3, True, ["activation"]),
        ("activation_expired", Level.EH3, True, ["new_letter", "activation"]),
        ("active", Level.EH3, False, []),
        ("ending_scheduled", Level.EH3, True, []),
    ],
)
def test_what_is_still_needed(status, level, identified, actions):
    credential = a_credential(CredentialStatus(status), level, identified_at=NOW if identified else None)
    assert required_actions(credential) == tuple(RequiredAction(action) for action in actions)
