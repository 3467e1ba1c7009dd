"""`python -m stack.describe [--check]`: writes docs/asyncapi and docs/schemas, or tells what differs from them."""

import argparse
import importlib
import json
import pkgutil
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import contracts
from chassis.asyncapi import of_public_events, of_service
from chassis.describe import ANY, Described, schemas, wire
from contracts.message import Kind
from stack.compatibility import breaks

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def described() -> list[Described]:
    """Return all messages of contracts/."""
    for module in pkgutil.walk_packages(contracts.__path__, "contracts."):
        importlib.import_module(module.name)
    return wire("contracts")


def generated() -> dict[str, str]:
    """Return the text of each generated document by its path below docs/."""
    found = described()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    services = sorted({each.message.service for each in found} - {ANY})
    documents: dict[str, Any] = {f"asyncapi/{name}.json": of_service(name, found, version) for name in services}
    documents["asyncapi/public.json"] = of_public_events(found, version)
    documents |= {f"schemas/{type_}.json": schema for type_, schema in schemas(found).items()}
    return {path: json.dumps(body, indent=2, ensure_ascii=False) + "\n" for path, body in documents.items()}


def written(docs: Path = DOCS) -> dict[str, str]:
    """Return the text of each document that stands below a docs folder, by its path."""
    files = [*docs.glob("asyncapi/*.json"), *docs.glob("schemas/*.json")]
    return {path.relative_to(docs).as_posix(): path.read_text() for path in files}


def drift(new: Mapping[str, str], old: Mapping[str, str]) -> list[str]:
    """Return a sentence for each document that is not what contracts/ says."""
    missing = [f"docs/{path} is missing." for path in sorted(new.keys() - old.keys())]
    left = [f"docs/{path} describes nothing that exists." for path in sorted(old.keys() - new.keys())]
    other = [f"docs/{path} is out of date." for path in sorted(new.keys() & old.keys()) if new[path] != old[path]]
    return missing + left + other


def breaking(new: Mapping[str, str], old: Mapping[str, str], public: set[str]) -> list[str]:
    """Return a sentence for each breaking change between schemas; `public`: the types that other suppliers read."""
    found = []
    for path in sorted(name for name in old if name.startswith("schemas/")):
        type_ = Path(path).stem
        if path not in new:
            found.append(f"{type_}: the message is gone, and somebody may still send or read it.")
            continue
        faults = breaks(json.loads(old[path]), json.loads(new[path]), strict=type_ in public)
        found += [f"{type_}: {fault}" for fault in faults]
    return found


def public_types() -> set[str]:
    """Return the types that other suppliers read."""
    return {each.message.type for each in described() if each.message.kind is Kind.PUBLIC_EVENT}


def write(new: Mapping[str, str], docs: Path = DOCS) -> None:
    """Write all documents and remove those that describe nothing."""
    for path in written(docs).keys() - new.keys():
        (docs / path).unlink()
    for path, text in new.items():
        (docs / path).parent.mkdir(parents=True, exist_ok=True)
        (docs / path).write_text(text)


def main() -> int:
    """Write the documents, or only check them; what breaks is told and not written over, with exit code 1."""
    parser = argparse.ArgumentParser(prog="stack.describe", description="Documents of the messages, from contracts/")
    parser.add_argument("--check", action="store_true", help="write nothing; tell what differs")
    parser.add_argument("--accept-breaking", action="store_true", help="only before a first release")
    asked = parser.parse_args()
    new, old = generated(), written()
    faults = [] if asked.accept_breaking else breaking(new, old, public_types())
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        print("A breaking change needs a message of a new version (vN) beside the old one.", file=sys.stderr)
        return 1
    if asked.check:
        differing = drift(new, old)
        print("\n".join(differing) or "The documents are up to date.")
        return 1 if differing else 0
    write(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
