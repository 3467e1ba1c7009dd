"""Secrets: peppers and keys that rotate, audit values that can be erased, canaries that are found nowhere."""

import json
import logging
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from bson import encode as bson_encode

from chassis import audit, logs, person_keys
from chassis.mongo import CODEC
from chassis.sealed import FieldCipher, SealError
from contracts.identity import SecondFactor
from contracts.notifications import SendRecoveryLink
from contracts.values import Level
from services.identity.__main__ import forget
from services.identity.app import create_app
from services.identity.crypto.passwords import Passwords
from tests.harness import FIELD_KEYS, ServiceUnderTest, a_key, rotate_keys, under_key
from tests.service.identity.accounts import NEW, complete, import_devices, link_of
from tests.service.identity.journey import (
    KVK,
    MOBILE,
    PASSWORD,
    Journey,
    actor_of,
    an_applicant,
    identity_settings,
)
from tests.service.identity.offices import submit
from tests.service.identity.organisations import Office
from tests.service.identity.requesting import Desk

USER = f"user0.{KVK}"
OTHER = an_applicant("Peters", Level.EH2_PLUS, factor=SecondFactor.SMS)
WRONG = "een heel ander wachtwoord"
SEED = "7a1d2f3c4b5a69788796a5b4c3d2e1f00f1e2d3c"
BSN = "111222333"


@pytest.mark.security("S3")
async def test_a_pepper_rotates_at_login_and_one_that_is_gone_leaves_nothing_right():
    old, new = a_key(), a_key()
    before, after, alone = Passwords(old, 1), Passwords(new, 1, (old,)), Passwords(new, 1)
    kept = await before.hash(PASSWORD)
    assert (await after.check(kept, WRONG)).right is False
    checked = await after.check(kept, PASSWORD)
    assert checked.right
    assert (await alone.check(checked.renewed, PASSWORD)) == (await after.check(checked.renewed, PASSWORD))
    assert (await alone.check(checked.renewed, PASSWORD)).right
    assert (await alone.check(checked.renewed, WRONG)).right is False
    assert (await alone.check(kept, PASSWORD)).right is False
    for passwords in (before, after, alone):
        passwords.close()


async def with_every_secret(journey):
    """A request with a document, a form with a BSN, an upgrade with an address and a number."""
    office = Office(journey)
    place = await office.organisation("00000104")
    boss, _ = await office.administrator(place)
    desk = Desk(journey, boss)
    assert (await desk.request()).application_id
    await submit(journey, boss, "owner_bsn", owner="A. Smit", bsn="123456782")
    low = await office.user(place, level=Level.EH2, factor=None)
    document = {"type": "passport", "expires_on": journey.now.date() + timedelta(days=400), "issuing_country": "NL"}
    more = {"mobile": MOBILE, "second_factor": SecondFactor.SMS, "document": document}
    assert (await office.upgrade(boss, low, address="Kade 1", **more)).model_dump().get("mutation_id")
    database = journey.service.database
    assert await database["mutations"].count_documents(
        {"mobile": {"$ne": None}, "identification_address": {"$ne": None}}
    )
    assert await database["forms"].count_documents({"bsn": {"$ne": None}})


@pytest.mark.security("S37")
async def test_values_move_to_a_new_field_key_while_the_service_goes_on(mongo):
    settings = identity_settings(mongo)
    async with ServiceUnderTest(create_app(settings)) as service:
        journey = Journey(service)
        _, seeds = await journey.customer(
            an_applicant(), an_applicant("Peters", Level.EH2_PLUS, factor=SecondFactor.SMS)
        )
        await import_devices(journey, f"serial,type,seed\nAB-1001,hotp,{SEED}\n".encode())
        await with_every_secret(journey)
        keys = {"f2": a_key(), **FIELD_KEYS}
        rotating = create_app(settings.model_copy(update={"field_keys": keys}))
        assert (await rotate_keys(rotating))["values"] >= 6, "two numbers, a seed, a device, two keys of persons"
        assert (await rotate_keys(rotating))["values"] == 0
        await rotating.client.close()
        assert await under_key(service.database, next(iter(FIELD_KEYS))) == set(), "nothing is left under the old key"
        newest = create_app(settings.model_copy(update={"field_keys": {"f2": keys["f2"]}}))
        newest.assemble()
        service.process.commands, service.process.queries = newest.commands, newest.queries
        journey.later(minutes=1)
        assert len(await journey.log_in(USER, seeds[USER])) == 2
        assert len(await journey.log_in(f"user1.{KVK}")) == 2
        await newest.client.close()


@pytest.mark.security("S37")
async def test_an_encrypted_value_of_another_place_is_refused(journey):
    await journey.customer(an_applicant(), an_applicant("Peters"))
    seeds = [row["otp_seed"] async for row in journey.service.database["authenticators"].find()]
    ids = [row["_id"] async for row in journey.service.database["authenticators"].find()]
    fields = journey.service.process.fields
    assert fields.decrypt(seeds[0], f"authenticators:{ids[0]}:otp_seed")
    with pytest.raises(SealError):
        fields.decrypt(seeds[0], f"authenticators:{ids[1]}:otp_seed")


@pytest.mark.security("S39", "S41")
async def test_a_person_is_forgotten_in_the_audit_trail_and_the_others_are_not(journey):
    row, access, *_ = await journey.logged_in(an_applicant(), an_applicant("Peters"))
    database, settings = journey.service.database, journey.service.process.settings
    mine, theirs = (view.person_id for view in row.credentials)
    entries = await database["audit"].find({"collection": "persons", "subject": {"$in": [mine, theirs]}}).to_list()
    assert {entry["subject"] for entry in entries} == {mine, theirs}
    assert all("Jansen" not in str(entry) and "@company" not in str(entry) for entry in entries)
    own = await ciphers(database, journey, mine, theirs)
    for entry in entries:
        shown = audit.opened(entry, own[entry["subject"]])
        assert (shown["after"] or shown["before"])["email"].endswith("@company.example")
    given = type("Given", (), {"person": mine})
    assert (await forget(settings, given))[0] == 0
    assert (await forget(settings, given))[0] == 1
    after = await ciphers(database, journey, mine, theirs)
    for entry in entries:
        if entry["subject"] == theirs:
            assert audit.opened(entry, after[theirs])
            continue
        with pytest.raises(SealError):
            audit.opened(entry, after[mine])
    stored = await database[person_keys.NAME].find_one({"_id": mine})
    assert stored == {"_id": mine, "key": None}
    assert await database["audit"].count_documents({"what": "forget", "subject": str(mine)}) == 2
    assert actor_of(access).person_id == mine


async def ciphers(database, journey, *persons: UUID) -> dict[UUID, FieldCipher]:
    return await person_keys.ciphers(database, journey.service.process.fields, persons)


@pytest.mark.security("S41")
async def test_every_login_and_refusal_says_who_when_and_what_in_the_audit_trail(journey):
    row, seeds = await journey.customer()
    journey.later(minutes=1)
    await journey.start_login(USER, WRONG)
    await journey.log_in(USER, seeds[USER])
    entries = await journey.service.database["audit"].find({"collection": "login_history"}).to_list()
    own = await ciphers(journey.service.database, journey, row.credentials[0].person_id)
    shown = [audit.opened(entry, own[row.credentials[0].person_id])["after"]["outcome"] for entry in entries]
    assert sorted(shown) == ["done", "wrong_password"]
    assert {entry["at"] for entry in entries} == {journey.now}
    assert all(entry["actor"]["kind"] == "anyone" and entry["correlation"] for entry in entries)
    assert len({entry["what"] for entry in entries}) == 2


@pytest.mark.security("S40")
async def test_canaries_that_went_through_every_flow_lie_nowhere_in_clear(journey, capsys):
    taken = StringIO()
    logs.set_up("DEBUG", "identity", "test")
    logging.getLogger().handlers[0].setStream(taken)
    try:
        canaries = await through_every_flow(journey)
    finally:
        logging.getLogger().handlers = []
    dump = [
        bson_encode(document, codec_options=CODEC)
        for name in await journey.service.database.list_collection_names()
        async for document in journey.service.database[name].find()
    ]
    blobs = journey.service.process.client[f"{journey.service.process.settings.deployment}_blobs"]
    for name in await blobs.list_collection_names():
        dump += [bson_encode(document, codec_options=CODEC) async for document in blobs[name].find()]
    assert len(dump) > 50
    said = taken.getvalue()
    for name, canary in canaries.items():
        assert canary not in said, f"{name} in a log"
        hits = [document for document in dump if canary.encode() in document]
        assert hits == [], f"{name} in the database: {hits[:1]}"
    assert any(USER.encode() in document for document in dump), "what is no secret is found"


async def through_every_flow(journey):
    """Login, refresh, recovery, import of a device, SMS, a wrong password; returns every secret that was used."""
    _, seeds = await journey.customer(an_applicant(), OTHER)
    journey.later(minutes=1)
    wrong = f"wachtwoord met {BSN} erin"
    await journey.start_login(USER, wrong)
    used = journey.otp(seeds[USER])
    access, refresh = await journey.log_in(USER, seeds[USER])
    session = actor_of(access).session_id
    newer, successor = await journey.refresh(session, refresh)
    await journey.log_in(f"user1.{KVK}")
    by_sms = await journey.sms_code()
    token = await link_of(journey, "jansen@company.example")
    assert len(await journey.service.sent(SendRecoveryLink)) == 1
    journey.later(minutes=1)
    await complete(journey, token, journey.otp(seeds[USER]))
    await import_devices(journey, f"serial,type,seed\nAB-1001,hotp,{SEED}\n".encode())
    logging.getLogger("volmacht").info("a line with %s", BSN)
    logging.getLogger("volmacht").info("two\nlines", extra={"mobile": MOBILE, "code": by_sms})
    return {
        "password": PASSWORD, "new password": NEW, "wrong password": wrong, "access token": access,
        "refresh token": refresh, "renewed token": newer, "its successor": successor, "OTP seed": seeds[USER],
        "device seed": SEED, "link": token, "telephone number": MOBILE, "citizen service number": BSN,
    } | ({"OTP": used} if used not in by_sms else {})  # fmt: skip


@pytest.mark.security("S43", "S38")
def test_no_input_makes_a_line_of_its_own_or_colours_in_a_log():
    taken = StringIO()
    logs.set_up("INFO", "identity", "test")
    logging.getLogger().handlers[0].setStream(taken)
    try:
        evil = 'a\r\n{"level": "info", "event": "forged"}\x1b[31m\u2028b'
        logging.getLogger("volmacht").warning("name: %s", evil, extra={"user": evil, "number": BSN})
    finally:
        logging.getLogger().handlers = []
    (line,) = taken.getvalue().splitlines()
    assert "\x1b" not in line
    assert json.loads(line)["user"] == evil
    assert BSN not in line
