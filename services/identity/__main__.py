"""Runs identity; `add-staff` adds an employee of the back office instead, and prints the secrets once."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace

from chassis.once import run_once
from chassis.sealed import Sealer
from chassis.serve import run
from contracts.actor import SYSTEM, StaffRole
from contracts.identity import AddStaff, PersonName, StaffAdded
from contracts.message import Refusal
from services.identity.app import create_app
from services.identity.settings import Settings


def arguments(given: list[str]) -> Namespace:
    """Read the command line; roles are parted by commas."""
    parser = ArgumentParser(prog="services.identity")
    staff = parser.add_subparsers(dest="action").add_parser("add-staff", help="add an employee of the back office")
    staff.add_argument("--user-name", required=True)
    staff.add_argument("--email", required=True)
    staff.add_argument("--roles", required=True, help=f"of {', '.join(StaffRole)}, parted by commas")
    staff.add_argument("--initials", default="B.")
    staff.add_argument("--surname", default="Backoffice")
    return parser.parse_args(given)


async def add_staff(settings: Settings, given: Namespace) -> tuple[int, str]:
    """Add an employee and return the exit code with what is to be shown: password and OTP device, this once."""
    command = AddStaff(
        actor=SYSTEM,
        user_name=given.user_name,
        name=PersonName(initials=given.initials, surname=given.surname),
        email=given.email,
        staff_roles=frozenset(StaffRole(role.strip()) for role in given.roles.split(",")),
    )
    own = settings.model_copy(update={"instance": f"{settings.instance}-command"})
    id_, outcome = await run_once(create_app(own), command)
    if isinstance(outcome, Refusal):
        return 1, f"refused: {outcome.code}"
    assert isinstance(outcome, StaffAdded), "the result of AddStaff"
    sealer = Sealer(settings.sealing_keys, "gateway")
    password = sealer.open(outcome.password, message_id=id_, field="password")
    uri = sealer.open(outcome.otp_uri, message_id=id_, field="otp_uri")
    return 0, f"password: {password}\notp: {uri}"


def main(given: list[str]) -> int:
    """Run the service, or the action of the command line."""
    settings = Settings()
    if given[:1] != ["add-staff"]:
        run(create_app(settings))
        return 0
    code, text = asyncio.run(add_staff(settings, arguments(given)))
    sys.stdout.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
