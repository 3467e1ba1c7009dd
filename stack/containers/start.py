"""The entry point of the image: `python -m stack.containers.start services.identity [arguments]`.

It puts the keys of the mounted volume into the environment, where `docker inspect` does not show them, and becomes the
module that is named.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

FILE = "environment.json"
_MOUNTED = Path("/run/keys")


def environment(folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Add the keys of a folder to what was given; a process without keys has an empty folder."""
    path = folder / FILE
    keys: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return {**given, **keys}


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit("Say which module: services.identity, gateway, clock, stack.sinks")
    os.execve(  # noqa: S606 - the command of the container, as the image's owner wrote it
        sys.executable, [sys.executable, "-m", *sys.argv[1:]], environment(_MOUNTED, os.environ)
    )
