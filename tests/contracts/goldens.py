"""Golden files: each message as it stands on the wire, frozen on the day it was new."""

import json
from pathlib import Path
from typing import Any

from chassis.describe import REPLY_TYPE
from contracts.message import Message, Model, Refusal, Reply
from stack.describe import described
from tests.contracts.examples import example

FOLDER = Path(__file__).parent / "golden"
Json = Any


def models() -> dict[str, tuple[type[Model], type[Model] | None]]:
    """Return by file name what the value of a record is, and of a reply what its result is."""
    found: dict[str, tuple[type[Model], type[Model] | None]] = {REPLY_TYPE: (Reply, None)}
    for each in described():
        found[each.message.type] = (each.message, None)
        if each.result is not None:
            found[f"{each.message.type}.reply"] = (Reply, each.result)
    return found


def written(name: str) -> Json:
    """Return the JSON of a golden file."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def made(model: type[Model], result: type[Model] | None) -> Json:
    """Return the JSON of a fresh example."""
    if model is Reply and result is None:
        return as_json(Reply(refusal=Refusal(code="unknown", details={"name": "voorbeeld", "limit": 1})))
    if result is not None:
        return as_json(Reply(result=as_json(example(result))))
    return as_json(example(model))


def as_json(model: Model) -> Json:
    """Return what a model looks like on the wire."""
    return json.loads(model.model_dump_json())


def lost(golden: Json, again: Json, path: str = "") -> list[str]:
    """Return where a value of the golden file is gone or different; fields of later minor versions may be added."""
    if isinstance(golden, dict) and isinstance(again, dict):
        places = [(f"{path}.{name}", value, again.get(name)) for name, value in golden.items()]
        gone = [f"{path}.{name} is gone" for name in golden.keys() - again.keys()]
        return gone + [fault for place, old, new in places for fault in lost(old, new, place)]
    if isinstance(golden, list) and isinstance(again, list) and len(golden) == len(again):
        pairs = zip(golden, again, strict=True)
        return [fault for n, (old, new) in enumerate(pairs) for fault in lost(old, new, f"{path}[{n}]")]
    same = type(golden) is type(again) and golden == again
    return [] if same else [f"{path or 'the value'} was {golden!r} and is written as {again!r}"]


def read_and_written(name: str, model: type[Model], result: type[Model] | None) -> list[str]:
    """Read a golden file as a subscriber does, write it again, and return what was lost."""
    golden = written(name)
    read = model.model_validate_json(json.dumps(golden))
    if isinstance(read, Reply) and result is not None:
        again = result.model_validate(read.result)
        return lost(golden, as_json(read)) + lost(golden["result"], as_json(again), "result")
    assert isinstance(read, Message | Reply)
    return lost(golden, as_json(read))
