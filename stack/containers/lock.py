"""Prints the part of requirements.lock that the image needs: `python -m stack.containers.lock`.

It keeps the dependencies of pyproject.toml, the sink's and the demo's, and whatever these need by the lock's "via"
lines. Nothing but the standard library is imported here: it runs before there are packages.
"""

import re
import tomllib
from pathlib import Path

_TREE = Path(__file__).resolve().parents[2]
_MORE = ("aiosmtpd", "pypdf")


def blocks(lock: str) -> dict[str, str]:
    """Cut a lock into its packages, each with its hashes and comments."""
    found = re.findall(r"^[A-Za-z0-9][^\n]*\n(?:[ \t]+[^\n]*\n?)*", lock, re.MULTILINE)
    return {_name(block): block for block in found}


def needed(lock: str, roots: set[str]) -> str:
    """Keep the roots and what they need; raises KeyError when a root is not in the lock."""
    packages = blocks(lock)
    users = {
        name: set(re.findall(r"^ +#(?: via)? +([\w.-]+)", block, re.MULTILINE)) for name, block in packages.items()
    }
    kept = {name: packages[name] for name in roots}
    while more := {name for name in packages if name not in kept and users[name] & kept.keys()}:
        kept |= {name: packages[name] for name in more}
    return "".join(packages[name] for name in packages if name in kept)


def roots(project: str) -> set[str]:
    """Name the packages that the processes in the image import, from the text of pyproject.toml."""
    listed = tomllib.loads(project)["project"]["dependencies"]
    return {_name(requirement) for requirement in listed} | set(_MORE)


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None, "a requirement begins with its name"
    return found[0].lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    print(needed((_TREE / "requirements.lock").read_text(), roots((_TREE / "pyproject.toml").read_text())), end="")
