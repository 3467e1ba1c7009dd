"""Runs identity, or does one thing that its operator asks for.

`add-staff` adds an employee of the back office and prints the secrets once; `remove-staff` lets one go, the last one
too; `forget` erases the copies of a person's documents and what the audit trail holds of that person (S39). All else,
`rotate-keys` with it, is the command line of every service.
"""

import asyncio
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from getpass import getuser
from uuid import UUID

from pydantic import ValidationError

from chassis import audit, person_keys
from chassis.mongo import close, connect, database
from chassis.once import run_each, run_once
from chassis.sealed import Sealer
from chassis.serve import run
from contracts.actor import SYSTEM, StaffRole
from contracts.identity import (
    AddStaff,
    IdentityRefusal,
    PersonName,
    RemoveCopies,
    RemoveStaff,
    StaffAdded,
    account_key,
)
from contracts.message import Refusal
from services.identity.app import create_app
from services.identity.settings import Settings
from services.identity.store import ACCOUNTS, Reads


def arguments(given: list[str]) -> Namespace:
    """Read the command line; roles are parted by commas."""
    parser = ArgumentParser(prog="services.identity")
    actions = parser.add_subparsers(dest="action")
    forgetting = actions.add_parser(
        "forget", help="erase the copies of a person's documents and what the audit trail holds, for good"
    )
    forgetting.add_argument("--person", required=True, type=UUID)
    staff = actions.add_parser("add-staff", help="add an employee of the back office")
    staff.add_argument("--user-name", required=True)
    staff.add_argument("--email", required=True)
    staff.add_argument("--roles", required=True, type=_roles, help=f"of {', '.join(StaffRole)}, parted by commas")
    staff.add_argument("--initials", default="B.")
    staff.add_argument("--surname", default="Backoffice")
    leaving = actions.add_parser("remove-staff", help="take an employee's roles and sessions away")
    leaving.add_argument("--user-name", required=True)
    return parser.parse_args(given)


def _roles(text: str) -> frozenset[StaffRole]:
    named = [role.strip() for role in text.split(",")]
    if unknown := [role for role in named if role not in set(StaffRole)]:
        raise ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(StaffRole)}")
    return frozenset(StaffRole(role) for role in named)


async def add_staff(settings: Settings, given: Namespace) -> tuple[int, str]:
    """Add an employee and return the exit code with what is to be shown: password and OTP device, this once."""
    try:
        command = AddStaff(
            actor=SYSTEM,
            user_name=given.user_name,
            name=PersonName(initials=given.initials, surname=given.surname),
            email=given.email,
            staff_roles=given.roles,
        )
    except ValidationError as error:
        return 1, "\n".join(f"refused: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    id_, outcome = await run_once(create_app(_beside(settings)), command)
    if isinstance(outcome, Refusal):
        return 1, f"refused: {outcome.code}"
    assert isinstance(outcome, StaffAdded), "the result of AddStaff"
    assert outcome.password is not None, "the operator needs nobody's confirmation"
    sealer = Sealer(settings.sealing_keys, "gateway")
    password = sealer.open(outcome.password, message_id=id_, field="password")
    uri = sealer.open(outcome.otp_uri, message_id=id_, field="otp_uri")
    return 0, f"password: {password}\notp: {uri}"


async def remove_staff(settings: Settings, given: Namespace) -> tuple[int, str]:
    """Let an employee go, and return the exit code with what is to be shown."""
    client = connect(settings, "identity-command")
    try:
        account = await Reads(database(client, settings, "identity")).one(ACCOUNTS, account_key(given.user_name))
    finally:
        await close(client)
    if account is None:
        return 1, f"refused: {IdentityRefusal.UNKNOWN}"
    command = RemoveStaff(actor=SYSTEM, person_id=account.person_id)
    _, outcome = await run_once(create_app(_beside(settings)), command)
    return (1, f"refused: {outcome.code}") if isinstance(outcome, Refusal) else (0, "removed")


def _beside(settings: Settings) -> Settings:
    """Return the settings of a process that runs beside the service."""
    return settings.model_copy(update={"instance": f"{settings.instance}-command"})


async def forget(settings: Settings, given: Namespace) -> tuple[int, str]:
    """Remove the copies of a person's documents and destroy the key of what the audit trail holds of that person."""
    client = connect(settings, "identity-command")
    home = database(client, settings, "identity")
    try:
        documents = await Reads(home).documents_of(given.person)
        removals = [RemoveCopies(actor=SYSTEM, document_id=found.id) for found in documents]
        outcomes = await run_each(create_app(_beside(settings)), removals)
        if any(isinstance(outcome, Refusal) for _, outcome in outcomes):
            return 1, "nothing is forgotten: copies could not be removed (see dead-letters)"
        done = await person_keys.forget(home, given.person)
        entry = audit.action("forget", str(given.person), getuser(), done=done, documents=len(documents))
        await home[audit.NAME].insert_one(entry)
    finally:
        await close(client)
    said = f"copies of {len(documents)} documents are removed"
    return (0, f"forgotten; {said}") if done or documents else (1, "there was no key of this person")


ACTIONS = {"add-staff": add_staff, "remove-staff": remove_staff, "forget": forget}


def main(given: list[str]) -> int:
    """Run the service, or the action of the command line."""
    settings = Settings()
    if not {*given[:1]} & {*ACTIONS}:
        run(create_app(settings))
        return 0
    asked = arguments(given)
    code, text = asyncio.run(ACTIONS[asked.action](settings, asked))
    sys.stdout.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
