"""Belastingdienst credentials, conversions and downgrades on a real MongoDB, under both suppliers where they differ."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.identity import (
    ConfirmDeclaration,
    ConvertCredential,
    CredentialConverted,
    CredentialDowngraded,
    CredentialType,
    DowngradeCredential,
    EndCredential,
    GetCredential,
    GetOwnMutation,
    ProcessMutation,
    RefuseMutation,
    UpgradeCredential,
)
from contracts.values import Level, Role, end_of_day
from profiles.identity import Conversion
from profiles.model import load_profile
from tests.service.identity.journey import KVK
from tests.service.identity.organisations import BELASTINGDIENST, FIRST, Office, actor_of

TAX, REGULAR = CredentialType.BELASTINGDIENST, CredentialType.REGULAR


def a_conversion(actor, credential, to=TAX, **more):
    given = {"actor": actor, "credential_id": credential.id, "to_type": to, "years": 1, "consent": True}
    return ConvertCredential(**{**given, **more})


async def an_office(journey, number=KVK, level=Level.EH3):
    office = Office(journey)
    organisation = await office.organisation(number)
    actor, (boss,) = await office.administrator(organisation, level=level)
    return office, organisation, actor, boss


async def declared(journey, user, mutation_id):
    return await journey.send(ConfirmDeclaration(actor=actor_of(user), mutation_id=mutation_id))


@pytest.mark.rule("ID-143", "ID-144", "ID-145", "CF-22", "ST-16", "BI-21")
async def test_a_conversion_goes_in_the_directions_of_the_supplier(each_supplier):
    office, organisation, actor, _ = await an_office(each_supplier)
    regular, tax = await office.representative(organisation), await office.user(organisation, **BELASTINGDIENST)
    received = await each_supplier.send(a_conversion(actor, tax, REGULAR, years=3))
    each_supplier.later(days=3)
    assert (await office.processed(received.mutation_id)).status == "processed"
    after = await office.now(tax)
    assert (after.type, after.years, after.contract_from) == (REGULAR, 3, each_supplier.now.date())
    (event,) = await each_supplier.service.sent(CredentialConverted)
    assert (event.state.id, event.state.type) == (tax.id, "regular")
    there = await each_supplier.send(a_conversion(actor, regular))
    if Conversion.TO_BELASTINGDIENST in load_profile(each_supplier.profile).belastingdienst.conversions:
        assert there.mutation_id
    else:
        assert there.code == "conversion_not_offered"


@pytest.mark.rule("ID-136", "ID-142", "ID-144", "SP-34", "ST-16", "ST-18", "BI-22")
@pytest.mark.security("S25")
async def test_a_credential_becomes_the_belastingdiensts_after_declaration_and_check(we_id):
    office, organisation, actor, _ = await an_office(we_id)
    user = await office.representative(organisation)
    id_ = (await we_id.send(a_conversion(actor, user))).mutation_id
    (own,) = (await we_id.service.query(GetOwnMutation(actor=actor_of(user)))).rows
    assert (own.mutation_id, own.required_actions) == (id_, ("declaration",))
    refused = await we_id.send(ProcessMutation(actor=FIRST, mutation_id=id_))
    assert (refused.code, refused.details) == ("action_required", {"action": "declaration"})
    assert (await we_id.send(ConfirmDeclaration(actor=actor, mutation_id=id_))).code == "unknown"
    assert (await declared(we_id, user, id_)).model_dump() == {}
    assert (await declared(we_id, user, id_)).code == "wrong_status"
    assert (await office.overview(actor))[user.id].type == "regular"
    asked_at = we_id.now
    we_id.later(hours=1)
    assert (await office.processed(id_)).status == "processed"
    assert (await office.overview(actor))[user.id].type == "belastingdienst"
    detail = await we_id.service.query(GetCredential(actor=actor, credential_id=user.id))
    assert detail.subscription.agreed_at == asked_at


@pytest.mark.rule("ID-138", "SP-34")
async def test_only_who_is_fully_authorised_at_the_trade_register_gets_it(we_id):
    office, organisation, actor, _ = await an_office(we_id)
    user = await office.user(organisation)
    id_ = (await we_id.send(a_conversion(actor, user))).mutation_id
    await declared(we_id, user, id_)
    assert (await office.processed(id_)).code == "not_legal_representative"
    assert (await office.now(user)).type is REGULAR


@pytest.mark.rule("SP-45", "SP-34")
async def test_an_unreachable_register_leaves_the_conversion_waiting(we_id):
    office, organisation, actor, _ = await an_office(we_id, "90004973")
    user = await office.user(organisation)
    id_ = (await we_id.send(a_conversion(actor, user))).mutation_id
    await declared(we_id, user, id_)
    assert (await office.processed(id_)).code == "register_unavailable"
    assert [row.mutation_id for row in await office.queue()] == [id_]


@pytest.mark.rule("ID-33", "ID-136", "ID-140", "ID-146", "ID-147", "ID-148", "SP-35", "CF-23")
async def test_what_a_conversion_is_refused_for(we_id):
    office, organisation, actor, boss = await an_office(we_id)
    low, user = await office.user(organisation, level=Level.EH2_PLUS), await office.user(organisation)
    _, (colleague,) = await office.administrator(organisation)
    for command, code in (
        (a_conversion(actor, low), "wrong_level"),
        (a_conversion(actor, colleague), "role_not_possible"),
        (a_conversion(actor, boss), "role_not_possible"),
        (a_conversion(actor, user, consent=False), "agreement_missing"),
        (a_conversion(actor, user, REGULAR), "conversion_not_offered"),
        (a_conversion(actor_of(user), user), "not_allowed"),
    ):
        assert (await we_id.send(command)).code == code
    with pytest.raises(ValueError, match="years"):
        a_conversion(actor, user, years=2)


@pytest.mark.rule("ID-137", "SP-34", "ID-145")
async def test_one_credential_for_a_number_pending_ones_counted(we_id):
    office, organisation, actor, _ = await an_office(we_id)
    first, second = await office.representative(organisation), await office.representative(organisation)
    branch_actor, _ = await office.administrator(branch := await office.organisation())  # the same number
    third = await office.user(branch)
    pending = (await we_id.send(a_conversion(actor, first))).mutation_id
    assert (await we_id.send(a_conversion(actor, second))).code == "belastingdienst_taken"
    assert (await we_id.send(a_conversion(branch_actor, third))).code == "belastingdienst_taken"
    await we_id.send(RefuseMutation(actor=FIRST, mutation_id=pending, reason="niet bevoegd"))
    taken = (await we_id.send(a_conversion(actor, second))).mutation_id
    await declared(we_id, second, taken)
    assert (await office.processed(taken)).status == "processed"
    assert (await we_id.send(a_conversion(actor, first))).code == "belastingdienst_taken"
    await we_id.send(EndCredential(actor=actor, credential_id=second.id, confirmed=True))
    assert (await we_id.send(a_conversion(actor, first))).mutation_id


@pytest.mark.rule("ID-145", "ID-33")
async def test_a_credential_that_is_regular_again_has_no_limits_left(we_id):
    office, organisation, actor, _ = await an_office(we_id)
    tax, other = await office.user(organisation, **BELASTINGDIENST), await office.representative(organisation)
    back = (await we_id.send(a_conversion(actor, tax, REGULAR))).mutation_id
    await office.processed(back)
    assert (await we_id.send(a_conversion(actor, other))).mutation_id


@pytest.mark.rule("ID-135", "SP-12", "TI-14")
async def test_a_downgrade_takes_effect_when_the_contract_period_is_over(each_supplier):
    office, organisation, actor, _ = await an_office(each_supplier)
    user = await office.user(organisation)
    down = DowngradeCredential(actor=actor, credential_id=user.id, level=Level.EH2_PLUS, agreed=True)
    id_ = (await each_supplier.send(down)).mutation_id
    assert (await each_supplier.send(ProcessMutation(actor=FIRST, mutation_id=id_))).status == "processed"
    last = date(2027, 11, 21)
    planned = await office.now(user)
    assert (planned.level, planned.level_until) == ("EH3", last)
    assert (await office.holder(user)).mutation_id is None
    row = (await office.overview(actor))[user.id]
    assert (row.level, row.next_level, row.level_until) == ("EH3", "EH2+", last)
    assert (await each_supplier.send(down)).code == "already_planned"
    await each_supplier.service.tick(end_of_day(last) - timedelta(seconds=1))
    assert (await office.now(user)).level == "EH3"
    await each_supplier.service.tick(end_of_day(last))
    after = await office.now(user)
    assert (after.level, after.second_factor, after.contract_from) == ("EH2+", "otp", date(2027, 11, 22))
    (event,) = await each_supplier.service.sent(CredentialDowngraded)
    assert (event.state.id, event.state.level) == (user.id, "EH2+")


@pytest.mark.rule("SP-12", "CF-01", "ID-35")
async def test_what_a_downgrade_is_refused_for(each_supplier):
    office, organisation, actor, boss = await an_office(each_supplier)
    user, tax = await office.user(organisation), await office.user(organisation, **BELASTINGDIENST)
    _, (colleague,) = await office.administrator(organisation)
    offered = Level.EH2 in load_profile(each_supplier.profile).levels.offered

    async def code(target, level=Level.EH2_PLUS, *, agreed=True):
        command = DowngradeCredential(actor=actor, credential_id=target.id, level=level, agreed=agreed)
        return getattr(await each_supplier.send(command), "code", None)

    assert await code(boss) == "own_credential"
    assert await code(user, Level.EH3) == "wrong_level"
    assert await code(tax) == "wrong_level"
    assert await code(user, agreed=False) == "agreement_missing"
    assert await code(colleague, Level.EH2) == ("role_not_possible" if offered else "level_not_offered")
    assert await code(user, Level.EH2) == (None if offered else "level_not_offered")


@pytest.mark.rule("SP-13", "ID-126", "CF-01")
async def test_the_highest_level_is_the_suppliers_choice(each_supplier):
    office, organisation, actor, _ = await an_office(each_supplier, level=Level.EH4)
    user = await office.user(organisation)
    command = UpgradeCredential(actor=actor, credential_id=user.id, level=Level.EH4, years=1, agreed=True)
    outcome = await each_supplier.send(command, uuid4())
    by_oneself = load_profile(each_supplier.profile).levels.eh4_self_service
    assert getattr(outcome, "code", None) == (None if by_oneself else "level_not_offered")


@pytest.mark.rule("SP-12", "ID-154")
async def test_ending_voids_a_planned_downgrade(journey):
    office, organisation, actor, _ = await an_office(journey)
    user = await office.user(organisation)
    down = DowngradeCredential(actor=actor, credential_id=user.id, level=Level.EH2_PLUS, agreed=True)
    await journey.send(ProcessMutation(actor=FIRST, mutation_id=(await journey.send(down)).mutation_id))
    await journey.send(EndCredential(actor=actor, credential_id=user.id, confirmed=True))
    await journey.service.tick(end_of_day(date(2028, 1, 1)))
    assert await journey.service.sent(CredentialDowngraded) == []
    assert (await office.now(user)).role is Role.USER
