"""Write the description of the interface: `python -m gateway.description docs/openapi.json`."""

import json
import sys
from pathlib import Path

from gateway.openapi import describe
from gateway.routes import ROUTERS


def description() -> str:
    """Return the description as text that stays the same as long as the interface does."""
    return json.dumps(describe(ROUTERS), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(description(), encoding="utf-8")
