"""Structured logs: one JSON object a line, so that no input can forge one (S43); secrets and BSNs masked."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_BSN = re.compile(r"(?<!\d)\d{9}(?!\d)")
_SECRET = re.compile(r"password|code|token|secret|seed|mobile|phone|authorization|cookie", re.IGNORECASE)
_LENGTH, _MODULUS = 9, 11
_SPARING_S = 5.0


class Sparing(logging.Filter):
    """Lets a text of the Kafka client through once in five seconds: without a broker it says hundreds a second."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether this record is written; what differs in its arguments alone is the same text."""
        if not record.name.startswith("aiokafka"):
            return True
        text = (record.name, str(record.msg))
        if record.created < self._said.get(text, 0.0) + _SPARING_S:
            return False
        self._said[text] = record.created
        return True


def set_up(level: str, process: str, instance: str) -> None:
    """Write the log of this process to standard error."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _naming(process, instance),
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(Sparing())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("aiokafka", "uvicorn", "pymongo", "httpx", "httpcore", "faststream"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.getLogger("aiokafka").setLevel(logging.ERROR)


def _naming(process: str, instance: str) -> Any:
    def name(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"process": process, "instance": instance, **event}

    return name


def _mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        name: "***" if _SECRET.search(name) else masked(value) if isinstance(value, str) else value
        for name, value in event.items()
    }


def masked(text: str) -> str:
    """Return `text` without citizen service numbers: nine digits that pass the eleven-test (S38)."""
    return _BSN.sub(lambda found: "*********" if _eleven(found[0]) else found[0], text)


def _eleven(digits: str) -> bool:
    weights = (*range(_LENGTH, 1, -1), -1)
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))
    return bool(total % _MODULUS == 0)
