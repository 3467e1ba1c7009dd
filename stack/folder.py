"""The data folder of a stack: one process has it, for one profile."""

import fcntl
from pathlib import Path
from typing import IO

from stack.checks import CannotStartError


def own(data: Path, profile: str) -> IO[str]:
    """Take the data folder for this process and profile; raises CannotStartError when another has it."""
    data.mkdir(parents=True, exist_ok=True)
    lock = (data / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        text = f"Another stack runs on {data}; stop it, or choose another folder: make up DATA=folder"
        raise CannotStartError(text) from None
    kept = data / "profile"
    if kept.exists() and (other := kept.read_text().strip()) != profile:
        lock.close()
        text = f"The data in {data} is of profile {other}; use PROFILE={other}, or another folder: make up DATA=folder"
        raise CannotStartError(text)
    kept.write_text(f"{profile}\n")
    return lock
