"""Who is in the demo, and the secrets that they chose: kept beside the data, readable by its owner alone."""

import json
import os
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import sleep, time
from typing import Any

import pyotp

from stack.checks import CannotStartError

PASSWORD = "een-Lange-Zin-voor-de-demo-7"  # noqa: S105 (of fictive people)


@dataclass(frozen=True)
class Person:
    """A person of the demo."""

    user_name: str
    initials: str
    surname: str
    role: str
    level: str
    factor: str
    mobile: str = ""
    infix: str | None = None

    @property
    def email(self) -> str:
        """The address at which the mail sink keeps this person's mails."""
        return f"{self.user_name}@demo.example"

    def applicant(self) -> dict[str, Any]:
        """Return what the application says of this person."""
        return {
            "name": {"initials": self.initials, "infix": self.infix, "surname": self.surname},
            "birthDate": "1985-05-17",
            "email": self.email,
            "mobile": self.mobile,
            "level": self.level,
            "role": self.role,
            "secondFactor": self.factor,
            "language": "nl",
            "identificationAddress": ["Voorbeeldstraat 1", "1234 AB Utrecht"],
        }


ANNA = Person("anna", "A.", "Aalbers", "administrator", "EH3", "otp")
CARLA = Person("carla", "C.", "Claassen", "user", "EH3", "otp")
DIRK = Person("dirk", "D.", "Dirksen", "user", "EH2+", "sms", mobile="+31612345678")
BRAM = Person("bram", "B.", "Bos", "administrator", "EH3", "sms", mobile="+31687654321", infix="van den")

INTERMEDIARY = "00000702"
SECOND = "00000703"
CUSTOMERS = {INTERMEDIARY: (ANNA, CARLA, DIRK), SECOND: (BRAM,)}
PEOPLE = {person.user_name: person for people in CUSTOMERS.values() for person in people}
STAFF = {"kim": "handler,reviewer", "lars": "handler,reviewer,auditor"}
STEP_S = 30
"""The time step of the demo's devices, in seconds."""
OFFER_CENTS = 1795
"""What the offer of the demo says a chain authorization costs a year."""


@dataclass
class Memory:
    """What the demo must remember between two starts."""

    path: Path
    passwords: dict[str, str] = field(default_factory=dict)
    otp_uris: dict[str, str] = field(default_factory=dict)
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By OIN: the id of the machine client and its private key."""

    done: list[str] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    """By user: the last time step whose code the demo gave; a code counts once."""

    @classmethod
    def of(cls, data: Path) -> "Memory":
        """Read what was remembered in a data folder."""
        path = data / "demo.json"
        if not path.exists():
            return cls(path)
        return cls(path, **json.loads(path.read_text()))

    def keep(self, step: str | None = None) -> None:
        """Write it down; `step` is done and is not done again."""
        if step is not None:
            self.done.append(step)
        values = {name: value for name, value in asdict(self).items() if name != "path"}
        fresh = self.path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(values, out, indent=2)
        fresh.replace(self.path)

    def unused(self, user: str) -> int:
        """Return the first time step whose code the demo has not given."""
        return self.used.get(user, 0) + 1

    def use(self, user: str, step: int) -> None:
        """Remember that the demo gave the code of a time step."""
        self.used[user] = step
        self.keep()

    def code(self, user: str, now: datetime) -> str:
        """Return the one-time code of a user's device."""
        device = pyotp.parse_uri(self.otp_uris[user])
        assert isinstance(device, pyotp.TOTP), "the demo has time-based devices"
        return device.at(now)


def otp(user: str) -> str:
    """Return a code that a demo user can log in with: waits when the demo used the one of this moment.

    Raises CannotStartError for a stranger.
    """
    memory = Memory.of(Path(os.environ.get("DATA") or ".volmacht"))
    if user in memory.otp_uris:
        if (wait_s := memory.unused(user) * STEP_S - time()) > 0:
            print(f"{user}'s device shows a code that the demo has used; the next one follows", file=sys.stderr)
            sleep(min(STEP_S, wait_s))
        return memory.code(user, datetime.now(UTC))
    if user in PEOPLE:
        raise CannotStartError(f"{user} gets the code by SMS: read it at the SMS sink that make up shows")
    known = ", ".join([*PEOPLE, *memory.otp_uris])
    raise CannotStartError(f"There is no demo user {user}; there are: {known}. Has make up run?")
