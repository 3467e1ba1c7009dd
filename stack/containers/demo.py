"""Loads the demo data into the containers: what `make up` does itself, over the same gateway."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from stack.demo import load

if TYPE_CHECKING:
    from stack.system import Stack


@dataclass(frozen=True)
class Containers:
    """As much of a Stack as loading needs: where things are, and identity's command line."""

    data: Path
    profile: str
    gateway_url: str
    mail_url: str

    async def command(self, name: str, *arguments: str) -> str:
        """Run the command line of a service with the keys that this container was given; raises RuntimeError."""
        ran = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"services.{name}", *arguments,
            env={**os.environ, "INSTANCE": f"demo-{os.urandom(4).hex()}"},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _nothing = await ran.communicate()
        if ran.returncode:
            raise RuntimeError(f"{name} {' '.join(arguments)} ended with {ran.returncode}: {output.decode()}")
        return output.decode()


def containers() -> Containers:
    """Read from the environment where the other containers are."""
    return Containers(
        data=Path(os.environ["DATA"]),
        profile=os.environ["PROFILE"],
        gateway_url=os.environ["GATEWAY_URL"],
        mail_url=os.environ["SMS_URL"],
    )


if __name__ == "__main__":
    asyncio.run(load(cast("Stack", containers())))
    print("The demo data is loaded")
