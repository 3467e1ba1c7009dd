"""Logs: one JSON object a line whatever the input; citizen service numbers and secrets masked."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from chassis import logs

BSN, NO_BSN = "111222333", "123456789"


@pytest.fixture
def lines(monkeypatch) -> Iterator[Callable[[], list[dict]]]:
    """What the log has written, a parsed object a line."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in ("aiokafka", "uvicorn", "pymongo", "httpx", "faststream")}
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    logs.set_up("INFO", "chain", "one")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers, root.level = handlers, level
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)
    logging.getLogger("httpcore").setLevel(logging.NOTSET)


log = logging.getLogger("a.test")

EVIL = [
    'x\r\n{"event": "forged"}',
    "x\n\nforged",
    "\x1b[2J\x1b[31mred",
    "\x9b2J",
    "x\u2028y\u2029z\x85w\x0bv\x0cu",
    "\x00\x08\x7f",
    '"}\n{"a": "',
]


@pytest.mark.parametrize("evil", EVIL)
def test_no_input_can_make_a_line_or_move_a_terminal(lines, evil):
    log.info(evil)
    log.info("said %s", evil)
    log.info("told", extra={"why": evil, "deep": {"a": [evil]}, "evil\n": 1})
    log.error("failed", exc_info=ValueError(evil))

    found = lines()
    assert len(found) == 4
    assert found[0]["event"] == evil
    assert found[2]["why"] == evil


@pytest.mark.parametrize("evil", EVIL)
def test_what_is_written_is_plain_ascii(evil, monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        logs.set_up("INFO", "chain", "one")
        log.warning(evil, extra={"why": evil})
    finally:
        root.handlers, root.level = handlers, level
    text = written.getvalue()
    assert text.endswith("\n")
    assert text[:-1].isascii()
    assert text[:-1].isprintable()


def test_a_line_names_its_process_instance_level_logger_and_moment(lines):
    log.warning("told", extra={"number": 7})
    [line] = lines()
    assert {name: line[name] for name in ("process", "instance", "level", "logger", "event", "number")} == {
        "process": "chain", "instance": "one", "level": "warning", "logger": "a.test", "event": "told", "number": 7,
    }  # fmt: skip
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (BSN, "*" * 9),
        (f"bsn={BSN}.", f"bsn={'*' * 9}."),
        (f"{BSN} and {BSN}", f"{'*' * 9} and {'*' * 9}"),
        (NO_BSN, NO_BSN),
        (f"1{BSN}", f"1{BSN}"),
        (f"{BSN}4", f"{BSN}4"),
        ("000000000", "*" * 9),
        ("", ""),
    ],
)
def test_nine_digits_that_pass_the_eleven_test_are_masked(text, shown):
    assert logs.masked(text) == shown


def test_citizen_service_numbers_are_masked_in_messages_extras_and_errors(lines):
    log.info("person %s", BSN)
    log.info("told", extra={"why": f"no {BSN}"})
    log.error("failed", exc_info=ValueError(f"bad {BSN}"))
    assert BSN not in json.dumps(lines())
    assert len(lines()) == 3


@pytest.mark.parametrize(
    "name", ["password", "new_password", "code", "token", "refresh_token", "client_secret", "seed", "mobile", "phone",
             "Authorization", "cookie"]
)  # fmt: skip
def test_secrets_are_masked_by_their_name(lines, name):
    log.info("told", extra={name: "hunter2"})
    [line] = lines()
    assert line[name] == "***"


def test_below_the_level_nothing_is_written(lines):
    log.debug("hidden")
    logging.getLogger("pymongo.command").info("hidden")
    assert lines() == []


def test_a_text_that_the_kafka_client_repeats_is_written_once_in_five_seconds(lines):
    client = logging.getLogger("aiokafka.client")
    for node in range(100):
        client.error("Unable to connect to node %s", node)
        log.error("ours %s", node)
    client.error("Another text")

    events = [line["event"] for line in lines()]
    assert [event for event in events if not event.startswith("ours")] == [
        "Unable to connect to node 0",
        "Another text",
    ]
    assert len([event for event in events if event.startswith("ours")]) == 100


def test_it_is_written_again_after_five_seconds():
    spare = logs.Sparing()
    found = []
    for at in (0.0, 4.9, 5.1, 9.9, 10.2):
        record = logging.makeLogRecord({"name": "aiokafka", "msg": "gone", "created": 1_000_000 + at})
        found.append(spare.filter(record))

    assert found == [True, False, True, False, True]
