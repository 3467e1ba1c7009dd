"""What the demo data offers, when it is there: load, otp, play and the logins to show."""

import importlib
import importlib.util
import inspect
from types import ModuleType
from typing import TYPE_CHECKING, Any

from stack.checks import CannotStartError

if TYPE_CHECKING:
    from stack.system import Stack

_MODULE = "stack.demo"


def _demo() -> ModuleType | None:
    return importlib.import_module(_MODULE) if importlib.util.find_spec(_MODULE) else None


async def _call(name: str, *arguments: Any) -> Any:
    module = _demo()
    if module is None:
        raise CannotStartError(f"There is no demo data in this installation ({_MODULE} is missing)")
    outcome = getattr(module, name)(*arguments)
    return await outcome if inspect.isawaitable(outcome) else outcome


async def load(stack: "Stack") -> None:
    """Load the demo data, when this installation has any; what is loaded already stays as it is."""
    if _demo() is not None:
        await _call("load", stack)


async def otp(user: str) -> str:
    """Make a one-time code for a demo user; raises CannotStartError when there is no demo data."""
    return str(await _call("otp", user))


async def play(stack: "Stack") -> None:
    """Walk the demo through; raises CannotStartError when there is none."""
    await _call("play", stack)


def logins(profile: str) -> list[tuple[str, str]]:
    """List who can log in, as (user name, how) for the table; empty without demo data."""
    module = _demo()
    listed = getattr(module, "logins", None)
    return list(listed(profile)) if listed else []
