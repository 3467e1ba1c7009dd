"""What a maker's file says of OTP devices, row by row: what each must hold, and what is wrong with it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.identity import DeviceFault
from services.identity.domain.devices import Algorithm, DeviceKind, Make

Faults = dict[str, DeviceFault]
"""What is wrong, by the place in the file."""

FILE: Final = "file"
_MOST: Final = 50_000
_TOLD: Final = 50
"""So many faults are told at once."""

_LEAST_SEED: Final = 16
_DEFAULTS: Final = {"digits": "6", "step": "30", "algorithm": "sha1", "counter": "0"}
_FITTING: Final = {
    "serial": (re.compile(r"[A-Za-z0-9-]{4,40}"), DeviceFault.SERIAL_INVALID),
    "type": (re.compile("hotp|totp"), DeviceFault.TYPE_UNKNOWN),
    "digits": (re.compile("6|8"), DeviceFault.DIGITS_INVALID),
    "step": (re.compile("30|60"), DeviceFault.STEP_INVALID),
    "algorithm": (re.compile("sha1|sha256|sha512"), DeviceFault.ALGORITHM_UNKNOWN),
    "counter": (re.compile("[0-9]{1,15}"), DeviceFault.COUNTER_INVALID),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A device as a file tells it: texts by column, the seed apart; `line` is where it stands."""

    line: int
    texts: Mapping[str, str]
    seed: bytes | DeviceFault


def devices(rows: Iterable[Row]) -> tuple[list[Make], Faults]:
    """Return the devices of a file, or what is wrong with it, of many faults the first."""
    made: dict[str, Make] = {}
    faults: Faults = {}
    for row in rows:
        texts = _plain(row)
        wrong = dict(_wrong(row, texts))
        if texts["serial"] in made:
            wrong["serial"] = DeviceFault.SERIAL_TWICE
        faults |= {place(row.line, name): fault for name, fault in wrong.items()}
        if len(faults) >= _TOLD or len(made) > _MOST:
            break
        if not wrong:
            made[texts["serial"]] = _make(row, texts)
    if not faults and not 0 < len(made) <= _MOST:
        faults = {FILE: DeviceFault.TOO_MANY_DEVICES if made else DeviceFault.NO_DEVICES}
    return list(made.values()), faults


def place(line: int, column: str | None = None) -> str:
    """Return how a place in a file is named."""
    return f"{FILE}.{line}.{column}" if column else f"{FILE}.{line}"


def _plain(row: Row) -> dict[str, str]:
    """Return the texts of a row in one form, with what holds where nothing is said."""
    texts = {name: row.texts.get(name) or _DEFAULTS.get(name, "") for name in _FITTING}
    algorithm = texts["algorithm"].lower().replace("-", "").removeprefix("hmac")
    return texts | {"type": texts["type"].lower(), "algorithm": algorithm}


def _wrong(row: Row, texts: Mapping[str, str]) -> Iterator[tuple[str, DeviceFault]]:
    for name, (shape, fault) in _FITTING.items():
        if not shape.fullmatch(texts[name]):
            yield name, fault
    if isinstance(row.seed, DeviceFault):
        yield "seed", row.seed
    elif len(row.seed) < _LEAST_SEED:
        yield "seed", DeviceFault.SEED_INVALID


def _make(row: Row, texts: Mapping[str, str]) -> Make:
    assert isinstance(row.seed, bytes), "a row without faults"
    return Make(
        serial=texts["serial"], kind=DeviceKind(texts["type"]), seed=row.seed, digits=int(texts["digits"]),
        step_s=int(texts["step"]), algorithm=Algorithm(texts["algorithm"]), counter=int(texts["counter"]),
    )  # fmt: skip
