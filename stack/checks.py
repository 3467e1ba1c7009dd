"""What must be there before anything starts; each lack is one line that says what to do.

Uses the standard library alone, so that it runs before the environment exists: `python3 -I stack/checks.py`.
"""

import contextlib
import ctypes
import importlib.util
import os
import shutil
import socket
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
LEAST_FREE_MB = 500
# Debian's package and the library in it. The last is asked for by WeasyPrint, which still works without.
LIBRARIES = {
    "libcurl4": "libcurl.so.4",
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
OPTIONAL = frozenset({"libharfbuzz-subset0"})


class CannotStartError(Exception):
    """Something is missing; the text is one line for the person at the terminal."""


def has_library(name: str) -> bool:
    """Whether the dynamic loader finds a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing_packages() -> list[str]:
    """List the Debian packages that are missing, in the order of their names above."""
    missing = [] if shutil.which("make") else ["make"]
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        missing.append(_venv_package())
    return missing + [package for package, library in LIBRARIES.items() if not has_library(library)]


def _venv_package() -> str:
    distribution = Path("/usr/bin/python3")
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    same = distribution.exists() and distribution.resolve().name == own
    return "python3-venv" if same else f"{own}-venv"


def apt_line(packages: list[str]) -> str:
    """Write the one command that installs the packages."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install -y {' '.join(packages)}"


def check_packages(missing: list[str] | None = None) -> str | None:
    """Raise CannotStartError when a needed package is missing; return advice when only an optional one is."""
    found = missing_packages() if missing is None else missing
    if not found:
        return None
    if set(found) <= OPTIONAL:
        return f"Advised, not needed: {apt_line(found)}"
    raise CannotStartError(f"System packages are missing; run: {apt_line(found)}")


def check_python() -> None:
    """Raise CannotStartError when this Python is too old."""
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(str(part) for part in sys.version_info[:2])
        raise CannotStartError(f"Python 3.11 or newer is needed and this is {version}; run: make PYTHON=python3.11 env")


def check_port(name: str, port: int, host: str = "127.0.0.1") -> None:
    """Raise CannotStartError when the port is taken; `name` is the variable that chooses another."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            text = f"Port {port} cannot be used ({error.strerror}); choose another: make up {name}={port + 1000}"
            raise CannotStartError(text) from None


def check_disk(folder: Path, least_mb: int = LEAST_FREE_MB) -> None:
    """Raise CannotStartError when the disk that holds the folder has less than `least_mb` free."""
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    free_mb = shutil.disk_usage(there).free // 1_000_000
    if free_mb < least_mb:
        text = f"The disk of {folder} has {free_mb} MB free and {least_mb} MB are needed; free some, or use DATA=folder"
        raise CannotStartError(text)


def main() -> int:
    """Check Python and packages; 0 when the environment can be made."""
    try:
        check_python()
        advice = check_packages()
    except CannotStartError as problem:
        print(problem, file=sys.stderr)
        return 1
    if advice:
        print(advice)
    return 0


if __name__ == "__main__":
    sys.exit(main())
