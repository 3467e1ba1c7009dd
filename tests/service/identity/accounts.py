"""Ways through recovery, the own account and OTP devices: each sends the real messages."""

import asyncio
from uuid import uuid4

from contracts.actor import ANYONE
from contracts.identity import (
    AssignDevice,
    ChangePassword,
    CompleteRecovery,
    ImportDevices,
    OpenRecovery,
    ResynchroniseDevice,
    StartRecovery,
    recovery_key,
)
from contracts.notifications import SendRecoveryLink
from tests.harness import a_record, an_envelope
from tests.service.identity.journey import HANDLER, sealed_for_identity

NEW = "zeven uilen lezen kranten"


async def ask_for_link(journey, email):
    outcome = await journey.send(StartRecovery(actor=ANYONE, email=email))
    await journey.service.settle()
    return outcome


async def link_of(journey, email):
    """Ask for a link and return its token."""
    await ask_for_link(journey, email)
    _, opened = await journey.newest(SendRecoveryLink)
    return opened("link").partition("#")[2]


async def open_link(journey, token):
    return await journey.send(OpenRecovery(actor=ANYONE, token_hash=recovery_key(token)))


async def complete(journey, token, code="", password=NEW, **more):
    id_ = uuid4()
    command = CompleteRecovery(
        actor=ANYONE, token_hash=recovery_key(token), code=sealed_for_identity(code, id_, "code"),
        password=sealed_for_identity(password, id_, "password"), **more,
    )  # fmt: skip
    return await journey.send(command, id_)


async def change_password(journey, actor, present, password=NEW, **more):
    id_ = uuid4()
    command = ChangePassword(
        actor=actor, present=sealed_for_identity(present, id_, "present"),
        password=sealed_for_identity(password, id_, "password"), **more,
    )  # fmt: skip
    return await journey.send(command, id_)


async def import_devices(journey, data, actor=HANDLER, key=None):
    id_, blob = uuid4(), await journey.service.process.blobs.put(data, "text/csv", "devices.csv")
    sealed = sealed_for_identity(key, id_, "transport_key") if key else None
    return await journey.send(ImportDevices(actor=actor, blob=blob, transport_key=sealed), id_)


async def assign(journey, serial, person_id, actor=HANDLER):
    return await journey.send(AssignDevice(actor=actor, serial=serial, person_id=person_id))


async def resynchronise(journey, serial, first, second, actor=HANDLER):
    id_ = uuid4()
    command = ResynchroniseDevice(
        actor=actor, serial=serial, first=sealed_for_identity(first, id_, "first"),
        second=sealed_for_identity(second, id_, "second"),
    )  # fmt: skip
    return await journey.send(command, id_)


async def at_once(journey, made):
    """Handle commands in five groups at once; returns their outcomes in order. `made`: pairs of id and command."""
    records = [a_record(command, an_envelope(command, journey.now, id_)) for id_, command in made]
    handle = journey.service.process.commands.handle
    await asyncio.gather(*(handle(records[start::5]) for start in range(5)))
    return [await journey.service.outcome(command, id_) for id_, command in made]
