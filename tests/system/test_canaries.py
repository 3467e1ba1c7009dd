"""Every secret that goes through the whole system is found nowhere afterwards (S40)."""

import importlib
import json
import re
from io import BytesIO
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from pypdf import PdfReader

from chassis.bus import Producer
from chassis.envelope import Envelope, encode, schema, topic
from chassis.sealed import Sealer
from chassis.settings import ChassisSettings
from chassis.time import real_now
from contracts.actor import ANYONE, Actor, ActorKind
from contracts.chain import Relation, RequestChainAuthorization
from contracts.identity import StartLogin
from contracts.message import Command, Kind
from stack.demo import decisions, requesting
from stack.demo.api import Api, RefusedError
from stack.demo.journal import Journal
from stack.demo.login import Desk
from stack.demo.people import ANNA, BRAM, DIRK, Memory
from stack.system import Stack
from tests.probes import until
from tests.system.canaries import Canaries, collector, logs, metrics, records, stored

BSN = "123456782"
FISCAL = "987654329"
FILE = "KANARIE-in-een-bestand-dat-iemand-ondertekende"
IN_A_FORM = "+31698765432"
LETTERS = ("identity", "chain")
WRONG = f"een verkeerd wachtwoord met {BSN} erin"


async def flows(desk: Desk, canaries: Canaries) -> None:
    """Log in, request, sign, approve, decide, export, recover, fill a form in, and make every kind of mistake."""
    for password in desk.memory.passwords.values():
        canaries.add("password", password)
    for address in desk.memory.otp_uris.values():
        canaries.add("seed", parse_qs(urlsplit(address).query)["secret"][0])
    journey = await requesting.start(desk, Journal(desk.stack.profile))
    seen = await desk.arrivals.all("mails", requesting.CONTACT["email"])
    await requesting.request(journey)
    mail = await desk.arrivals.newest("mails", requesting.CONTACT["email"], seen[-1]["number"] if seen else 0)
    canaries.add("invitation", requesting.link_token(mail["text"]))
    await requesting.sign(journey)
    await requesting.approve(journey)
    await requesting.told_and_charged(journey)
    await decisions.ask(journey)
    await requesting.export(journey)
    await a_relation_without_kvk_number(journey, canaries)
    await journey.anna.get("/v1/credentials/exports", format="csv")
    await forms(journey, canaries)
    await a_file_of_a_relation(journey, canaries)
    await recover(desk, canaries)
    await mistakes(desk, canaries)
    await dead_letters(desk.stack, canaries)


async def a_relation_without_kvk_number(journey: requesting.Journey, canaries: Canaries) -> None:
    """Ask a relation by its fiscal number, find it, be refused with it, let it sign, approve, and export it."""
    canaries.add("fiscal number", FISCAL)
    anna, email = journey.anna, "maatschap@relation.example"
    body = requesting.body(journey, (await requesting.quote(journey, 1))["token"])
    body |= {
        "relation": {"fiscalNumber": FISCAL, "name": "Maatschap"},
        "contact": requesting.CONTACT | {"email": email},
    }
    id_ = (await anna.post("/v1/chain-authorizations", body))["chainAuthorizationId"]
    for relation in (body["relation"], {**body["relation"], "kvkNumber": "00000110"}, {"fiscalNumber": f"{FISCAL}0"}):
        with pytest.raises(RefusedError):
            await anna.post("/v1/chain-authorizations", {**body, "relation": relation})
    token = requesting.link_token((await journey.desk.arrivals.newest("mails", email))["text"])
    canaries.add("invitation", token)
    path = f"/v1/invitations/{token}"
    agreement = await until(lambda: _agreement(journey.desk.api, path))
    assert FISCAL in "".join(page.extract_text() for page in PdfReader(BytesIO(agreement)).pages)
    assert (await journey.desk.api.get(path))["relation"]["fiscalNumber"] == FISCAL
    await journey.desk.api.post(f"{path}/agreement", files={"file": ("signed.pdf", agreement, "application/pdf")})
    queue = (await journey.kim.get("/v1/received-agreements"))["rows"]
    assert FISCAL in {row["relation"]["fiscalNumber"] for row in queue}
    await journey.kim.post(f"/v1/received-agreements/{id_}/approvals")
    [found] = (await anna.get("/v1/chain-authorizations", tab="active", search=FISCAL))["rows"]
    assert (found["chainAuthorizationId"], found["relation"]["fiscalNumber"]) == (id_, FISCAL)
    assert FISCAL.encode() in await anna.get("/v1/chain-authorizations/exports", tab="active", format="csv")


async def forms(journey: requesting.Journey, canaries: Canaries) -> None:
    """Send forms with a citizen service number and with a telephone number, which the back office reads."""
    canaries.add("telephone number", IN_A_FORM)
    change = [{"name": "person", "value": "A. Jansen"}, {"name": "change", "value": f"Nieuw nummer: {IN_A_FORM}"}]
    await journey.anna.post("/v1/forms", {"code": "owner_bsn", "values": [{"name": "owner", "value": "A"}], "bsn": BSN})
    await journey.anna.post("/v1/forms", {"code": "other_changes", "values": change})
    for reader in (journey.anna, journey.kim):
        found = (await reader.get("/v1/forms"))["rows"]
        assert [row["values"]["change"] for row in found if row["code"] == "other_changes"] == [change[1]["value"]]


async def a_file_of_a_relation(journey: requesting.Journey, canaries: Canaries) -> None:
    """Let another relation sign with a file that says something."""
    canaries.add("file", FILE)
    quotation = await requesting.quote(journey, 1)
    body = requesting.body(journey, quotation["token"], "00000110")
    body["contact"] = {**requesting.CONTACT, "email": "ander@relation.example"}
    await journey.anna.post("/v1/chain-authorizations", body)
    mail = await journey.desk.arrivals.newest("mails", "ander@relation.example")
    token = requesting.link_token(mail["text"])
    canaries.add("invitation", token)
    path = f"/v1/invitations/{token}"
    agreement = await until(lambda: _agreement(journey.desk.api, path))
    signed = agreement.replace(b"%PDF-1.7\n", f"%PDF-1.7\n% {FILE}\n".encode(), 1) + f"\n% {FILE}\n".encode()
    await journey.desk.api.post(f"{path}/agreement", files={"file": ("signed.pdf", signed, "application/pdf")})


async def _agreement(api: Api, path: str) -> bytes:
    return (await api.get(path))["agreementReady"] and await api.get(f"{path}/agreement")


async def recover(desk: Desk, canaries: Canaries) -> None:
    """Choose a new password by the link of the mail."""
    seen = await desk.arrivals.all("mails", ANNA.email)
    await desk.present.pass_seconds(60)
    await desk.api.post("/v1/recoveries", {"email": ANNA.email})
    mail = await desk.arrivals.newest("mails", ANNA.email, seen[-1]["number"])
    token = re.search(r"#([A-Za-z0-9_.-]{20,})", mail["text"])[1]
    canaries.add("recovery link", token)
    await desk.api.post("/v1/recoveries/openings", {"token": token})
    new = {"token": token, "code": await desk.code("anna"), "password": "een-heel-Nieuwe-zin-zonder-naam-8"}
    await desk.api.post("/v1/recoveries/completions", new)
    desk.memory.passwords["anna"] = new["password"]


async def mistakes(desk: Desk, canaries: Canaries) -> None:
    """Be refused with secrets in every place of a request."""
    canaries.add("wrong token", "verkeerd-token-van-een-uitnodiging-0123456789")
    (wrong,) = canaries.kinds["wrong token"]
    tries = [
        ("/v1/logins", {"userName": "anna", "password": WRONG}),
        ("/v1/logins", {"userName": {"a": WRONG}, "password": [WRONG]}),
        ("/v1/logins", {"userName": "anna", "password": WRONG, WRONG: WRONG, BSN: BSN}),
        ("/v1/activations", {"letterCode": "GEHE-IMEE-CODE-VANE"}),
        ("/v1/recoveries/openings", {"token": wrong}),
        ("/v1/recoveries/completions", {"token": wrong, "code": "135790", "password": WRONG}),
        (f"/v1/sessions/{uuid4()}/tokens", {"refreshToken": wrong}),
        (f"/v1/logins/{uuid4()}/sessions", {"code": "864202"}),
        ("/v1/tokens", {"client_assertion": wrong}),
    ]
    for path, body in tries:
        with pytest.raises(RefusedError):
            await desk.api.post(path, body)
    for path in (f"/v1/invitations/{wrong}", f"/v1/companies/{BSN}", f"/v1/companies/{WRONG}"):
        with pytest.raises(RefusedError):
            await desk.api.get(path)
    with pytest.raises(RefusedError):
        await desk.api.acting(wrong).get("/v1/sessions/current")


async def dead_letters(stack: Stack, canaries: Canaries) -> None:
    """Send what was sealed for another message: it cannot be opened, and is set aside."""
    password = "een-wachtwoord-dat-in-een-dode-brief-ligt"
    canaries.add("password", password)
    sealer = Sealer(json.loads(stack.environment("gateway")["SEALING_KEYS"]), "gateway")
    sealed = sealer.seal(password, to="identity", message_id=uuid4(), field="password")
    await set_aside(stack, StartLogin(actor=ANYONE, user_name="anna", password=sealed))
    number = sealer.seal(FISCAL, to="chain", message_id=uuid4(), field="relation.fiscal_number")
    request = RequestChainAuthorization(
        actor=Actor(kind=ActorKind.PERSON, person_id=uuid4(), organisation_id=uuid4()),
        relation=Relation(fiscal_number=number, name="Maatschap"), contact=requesting.CONTACT,
        terms={
            "scope": {"general": True}, "sender": requesting.SENDER, "language": "nl", "quotation": "none",
        },
    )  # fmt: skip
    await set_aside(stack, request)


async def set_aside(stack: Stack, command: Command) -> None:
    """Send a command to its service, and wait until it is a dead letter there."""
    settings = ChassisSettings(
        deployment=stack.deployment, kafka_bootstrap=stack.kafka, kafka_kind=stack.kafka_kind
    )  # fmt: skip
    producer = Producer(settings)
    await producer.start()
    try:
        seen = await _letters(stack, command.service)
        envelope = Envelope(
            id=uuid4(), source="urn:nld:kvknr:00000000:systeem:test", type=command.type, time=real_now(),
            dataschema=schema(type(command)),
        )  # fmt: skip
        name = topic(stack.deployment, command.service, Kind.COMMAND)
        await (await producer.send(name, command.key.encode(), encode(command), envelope.headers()))
        await until(lambda: _more_letters(stack, command.service, seen), within_s=30)
    finally:
        await producer.stop()


async def _letters(stack: Stack, service: str) -> str:
    return await stack.command(service, "dead-letters", "list")


async def _more_letters(stack: Stack, service: str, seen: str) -> bool:
    return len(await _letters(stack, service)) > len(seen)


@pytest.mark.long
@pytest.mark.timeout(500)
@pytest.mark.security("S40", "S38")
async def test_no_secret_that_went_through_the_system_lies_anywhere_in_clear(tmp_path, monkeypatch):
    canaries = Canaries()
    monkeypatch.setattr(
        importlib.import_module("stack.demo.load"), "Api", lambda url: Api(url, client=canaries.client())
    )
    canaries.add("citizen service number", BSN)
    canaries.add("password", WRONG)
    for person in (DIRK, BRAM):
        canaries.add("telephone number", person.mobile)
    with collector() as (address, spans):
        settings = {"OTLP_ENDPOINT": address}
        stack = Stack(data=tmp_path, time="ticks", demo=True, log_level="DEBUG", settings=settings)
        async with stack:
            async with Api(stack.gateway_url, client=canaries.client()) as api:
                await flows(Desk(stack, api, Memory.of(tmp_path)), canaries)
            letters = [(f"dead letters of {name}", (await _letters(stack, name)).encode()) for name in LETTERS]
            told = [*await metrics(stack), *letters, *canaries.problems]
            lying, sent = await stored(stack), await records(stack)
        written = logs(stack)

    kinds = {kind: len(texts) for kind, texts in canaries.kinds.items()}
    assert kinds.keys() >= {
        "password", "code", "letterCode", "validationCode", "seed", "accessToken", "refreshToken", "access_token",
        "client_assertion", "invitation", "recovery link", "bsn", "file",
        "fiscal number",
    }, kinds  # fmt: skip
    places = [*told, *lying, *sent, *written, *spans]
    found = canaries.found_in(places)
    assert not found, "\n".join(found)
    assert len(canaries.problems) >= 12
    assert len(canaries.exports) >= 2
    open_ones = Canaries()
    open_ones.add("address", ANNA.email)
    for kind, where in (("database", lying), ("broker", sent)):
        assert open_ones.found_in(where), f"what is no secret is found in the {kind}"
    open_ones.add("route", "/v1/logins")
    assert open_ones.found_in(list(spans)), "traces were heard"
    assert all(text for _, text in letters), "each of these services has set something aside"
    shown = {kind: canaries.kinds.pop(kind) for kind in ("telephone number", "fiscal number")}
    assert canaries.found_in(canaries.exports) == [], "exports show numbers of users and relations, and nothing else"
    assert all(shown.values())
