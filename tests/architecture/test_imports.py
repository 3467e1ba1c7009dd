"""The import rules hold, and each has been seen to fail on a planted violation."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("contracts", "chassis", "services", "gateway", "clock", "profiles")
PLANTS = {
    "the chassis on a service": ("chassis/ids.py", "import services.chain.domain"),
    "the contracts on the chassis": ("contracts/message.py", "import chassis.ids"),
    "the chassis knows a word of the domain": ("chassis/ids.py", "import contracts.identity"),
    "the chassis knows a value of the domain": ("chassis/ids.py", "import contracts.values"),
    "the chassis knows a profile": ("chassis/ids.py", "import profiles.model"),
    "a service imports another": ("services/chain/app.py", "import services.identity.app"),
    "a service imports the gateway": ("services/chain/app.py", "import gateway.app"),
    "the gateway imports a service": ("gateway/app.py", "import services.chain.app"),
    "rules import a handler": ("services/billing/domain/__init__.py", "import services.billing.handlers"),
    "rules do input or output": ("services/billing/domain/__init__.py", "import asyncio"),
    "rules import the chassis": ("services/billing/domain/__init__.py", "import chassis.mongo"),
    "handlers know the broker": ("services/billing/handlers/__init__.py", "import aiokafka"),
}


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"]
    return subprocess.run(program, cwd=root, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages, to plant in."""
    root = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_the_import_rules_hold():
    outcome = lint_imports(ROOT)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_import_is_caught(copy, plant):
    name, line = PLANTS[plant]
    file = copy / name
    if not file.exists():
        file = copy / name.replace("/__init__", "")
    before = file.read_text()
    file.write_text(f"{before}\n{line}\n")
    try:
        outcome = lint_imports(copy)
    finally:
        file.write_text(before)
    assert outcome.returncode != 0, f"not caught: {line} in {name}"


CLOCKS = [
    "from datetime import datetime, UTC\nNOW = datetime.now(UTC)\n",
    "import uuid\nID = uuid.uuid4()\n",
    "import time\nNOW = time.time()\n",
    "import datetime\nDAY = datetime.date.today()\n",
]


@pytest.mark.parametrize("text", CLOCKS)
def test_a_rule_that_asks_a_clock_is_caught(tmp_path, text):
    file = tmp_path / "domain.py"
    file.write_text(text)
    config = str(ROOT / "pyproject.toml")
    ruff = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--config", config, str(file)]
    outcome = subprocess.run(ruff, capture_output=True, text=True, check=False, timeout=60)
    assert "TID251" in outcome.stdout


def test_files_are_short():
    long = {
        str(file.relative_to(ROOT)): lines
        for package in (*PACKAGES, "stack", "bench")
        for file in (ROOT / package).rglob("*.py")
        if (lines := len(file.read_text().splitlines())) > 300
    }
    assert long == {}


def test_broad_excepts_stand_in_the_chassis_only():
    found = [
        str(file.relative_to(ROOT))
        for package in ("services", "gateway", "contracts", "profiles")
        for file in (ROOT / package).rglob("*.py")
        if "except Exception" in file.read_text() or "except:" in file.read_text()
    ]
    assert found == []


def test_versions_are_pinned_and_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [one for some in project["optional-dependencies"].values() for one in some]
    lock = (ROOT / "requirements.lock").read_text()
    for requirement in wanted:
        assert requirement.replace("[kafka]", "") + " " in lock, requirement
    assert "://" not in lock
    assert "--hash=sha256:" in lock
