"""Runs authorizations; `import-catalogue FILE` takes a service catalogue over instead."""

import asyncio
import sys
from pathlib import Path

from chassis.once import run_once
from chassis.serve import run
from contracts.actor import SYSTEM
from contracts.authorizations import CatalogueImported, ImportCatalogue
from services.authorizations.app import create_app
from services.authorizations.settings import Settings


async def import_catalogue(settings: Settings, data: bytes, name: str) -> tuple[int, str]:
    """Take the catalogue of a file over and return the exit code with what is to be shown."""
    process = create_app(settings.model_copy(update={"instance": f"{settings.instance}-command"}))
    blob = await process.blobs.put(data, "application/xml", name)
    _, outcome = await run_once(process, ImportCatalogue(actor=SYSTEM, blob=blob))
    if isinstance(outcome, CatalogueImported):
        found = f"{outcome.providers} providers with {outcome.services} services"
        return 0, f"{found}; {outcome.changed} differ from what was known"
    return 1, f"refused: {outcome}"


def main(given: list[str]) -> int:
    """Run the service, or the action of the command line."""
    settings = Settings()
    if given[:1] != ["import-catalogue"]:
        run(create_app(settings))
        return 0
    if len(given) != 2:  # noqa: PLR2004 (the action and its file)
        sys.stderr.write("say which file: import-catalogue FILE\n")
        return 2
    code, text = asyncio.run(import_catalogue(settings, Path(given[1]).read_bytes(), Path(given[1]).name))
    sys.stdout.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
