"""Makes the keys of the containers once, and gives each process's volume those it needs: run before all else.

The volumes lie below KEYS: `made` keeps all of them and is mounted nowhere else, `identity` and so on one process's.
"""

import json
import os
from pathlib import Path

from stack import secrets
from stack.containers.start import FILE


def share(folder: Path) -> None:
    """Make the keys that are missing and write each process's share; the same keys again on every start."""
    kept = secrets.load(folder / "made" / "secrets.json")
    for process in secrets.RECEIVERS:
        path = folder / process / FILE
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(secrets.environment(kept, process), out)
        fresh.replace(path)


if __name__ == "__main__":
    share(Path(os.environ.get("KEYS") or "/keys"))
