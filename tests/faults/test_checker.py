"""The checker shares nothing with what it checks, and finds every fault that is planted."""

import ast
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.checker import commands, told
from tests.faults.nemesis import faults
from tests.faults.planted import PLANTS, Copy
from tests.faults.seeds import seeded
from tests.faults.series import series

CHECKER = Path(__file__).parent / "checker"
ALLOWED = {
    "ast", "bson", "collections", "dataclasses", "datetime", "email", "functools", "json", "pathlib", "pymongo",
    "typing", "uuid", "tests.faults.checker",
}  # fmt: skip
COMMANDS = 120


def imported(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def foreign(source):
    def fits(name):
        return name in ALLOWED or name.partition(".")[0] in ALLOWED or name.startswith("tests.faults.checker")

    return [name for name in imported(source) if not fits(name)]


def test_the_checker_imports_nothing_of_the_project():
    files = sorted(CHECKER.glob("*.py"))
    assert len(files) > 5
    assert {path.name: found for path in files if (found := foreign(path.read_text()))} == {}


@pytest.mark.parametrize(
    "line",
    ["import chassis.outbox", "from contracts.message import Event", "from stack.system import Stack",
     "from tests.faults.client import Client", "from . import told"],
)  # fmt: skip
def test_an_import_of_the_project_would_be_seen(line):
    assert foreign(line)


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [([201], told.ACKNOWLEDGED), ([202], told.ACKNOWLEDGED), ([None, 503, 204], told.ACKNOWLEDGED),
     ([409], told.REFUSED), ([202, 409], told.REFUSED), ([None], told.UNKNOWN), ([503, 401, 429], told.UNKNOWN),
     ([], told.UNKNOWN)],
)  # fmt: skip
def test_any_2xx_acknowledges(statuses, verdict):
    intent = told.Intent(1, "grant", "authorizations", "", "id", {})
    intent.answers = [{"status": status} if status else {"error": "ReadTimeout"} for status in statuses]
    assert intent.verdict == verdict


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def clean_run(tmp_path_factory):
    """What a run without a fault was found to be, and a copy of what it has left."""
    data = tmp_path_factory.mktemp("clean")
    async with series(data, seed=7, in_flight=8) as running:
        (nothing,) = faults(running.stack, seeded(7))["none"]
        row = await running.run(nothing, COMMANDS)
        stack = running.stack
        copy = Copy(stack.mongo_uri, stack.deployment, data / "mails", running.history.path)
        try:
            yield row, copy
        finally:
            copy.close()


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_a_clean_run_has_nothing_to_find(clean_run, tmp_path):
    row, copy = clean_run
    assert row.at_rest
    assert row.report.first() == ""
    assert row.report.commands >= COMMANDS
    copy.renew(tmp_path)
    assert copy.check() == row.report
    asked = {intent.kind for intent in told.read(copy.history).intents.values()}
    assert asked == {*commands.EVENTS, "read"}


@pytest.mark.long
@pytest.mark.timeout(120)
@pytest.mark.parametrize("planted", PLANTS, ids=lambda planted: planted.name)
async def test_a_planted_fault_is_found_and_nothing_else(clean_run, tmp_path, planted):
    _row, copy = clean_run
    copy.renew(tmp_path)
    named = planted.put(copy)
    found = copy.check()
    assert found.violations, "it stays unfound"
    assert {violation.kind for violation in found.violations} <= planted.kinds, found.first()
    for violation in found.violations:
        assert any(name in violation.what for name in named), violation
