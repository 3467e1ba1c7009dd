"""What is missing is one line that says what to do."""

import ctypes
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stack import checks
from stack.checks import CannotStartError
from stack.settings import FIXED_PORTS, BadPortError, any_ports, check_apart, fixed_ports

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_taken_port_names_the_port_and_the_variable(taken_port):
    with pytest.raises(CannotStartError) as told:
        checks.check_port("GATEWAY_PORT", taken_port)

    assert f"Port {taken_port} " in str(told.value)
    assert f"make up GATEWAY_PORT={taken_port + 1000}" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_free_port_is_silent():
    for name, port in any_ports().items():
        checks.check_port(name, port)


def test_missing_packages_are_one_apt_get_line(monkeypatch):
    monkeypatch.setattr(checks, "has_library", lambda name: name not in {"libcurl.so.4", "libpango-1.0.so.0"})

    with pytest.raises(CannotStartError, match=r"apt-get install -y libcurl4 libpango-1\.0-0$") as told:
        checks.check_packages()

    assert "\n" not in str(told.value)


def test_make_and_venv_are_named_too(monkeypatch):
    monkeypatch.setattr(checks, "has_library", lambda _name: True)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    packages = checks.missing_packages()

    assert packages[0] == "make"
    assert packages[1].startswith("python3")
    assert packages[1].endswith("-venv")


def test_an_optional_package_is_advised_and_stops_nothing():
    advice = checks.check_packages(["libharfbuzz-subset0"])

    assert advice is not None
    assert advice.endswith("apt-get install -y libharfbuzz-subset0")


def test_an_optional_package_is_named_beside_a_needed_one():
    with pytest.raises(CannotStartError, match="install -y libcurl4 libharfbuzz-subset0"):
        checks.check_packages(["libcurl4", "libharfbuzz-subset0"])


def test_nothing_missing_is_silent():
    assert checks.check_packages([]) is None


def test_a_library_is_looked_for_with_the_loader_itself():
    assert checks.has_library("libc.so.6")
    assert not checks.has_library("libnowhere.so.7")
    assert ctypes.CDLL("libc.so.6") is not None


def test_an_old_python_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))

    with pytest.raises(CannotStartError, match=r"this is 3\.9; run: make PYTHON=python3\.11 env"):
        checks.check_python()


def test_a_full_disk_names_the_folder(tmp_path):
    with pytest.raises(CannotStartError, match=rf"{tmp_path}.* MB free") as told:
        checks.check_disk(tmp_path / "not" / "yet", least_mb=10**12)

    assert "\n" not in str(told.value)
    checks.check_disk(tmp_path / "not" / "yet", least_mb=0)


def test_a_port_that_is_none_is_told():
    with pytest.raises(BadPortError, match="KAFKA_PORT=broker is no port"):
        fixed_ports({"KAFKA_PORT": "broker"})


def test_a_port_is_chosen_by_the_environment():
    assert fixed_ports({"GATEWAY_PORT": "9000"}) == {**FIXED_PORTS, "gateway": 9000}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"gateway": 18090}, "GATEWAY_PORT and MONGO_PORT are both 18090; choose another: make up GATEWAY_PORT=19090"),
        ({"mongo": 8080}, "GATEWAY_PORT and MONGO_PORT are both 8080; choose another: make up MONGO_PORT=9080"),
        (
            {"smtp": 65_535, "sinks": 65_535, "clock": 64_535},
            "SMTP_PORT and SINKS_PORT are both 65535; choose another: make up SMTP_PORT=63535",
        ),
    ],
)
def test_two_equal_ports_name_both_variables_and_another_port(given, told):
    with pytest.raises(BadPortError) as error:
        check_apart({**FIXED_PORTS, **given})

    assert str(error.value) == told


def test_ports_that_differ_are_silent():
    check_apart(FIXED_PORTS)
    check_apart(any_ports())


def test_make_up_with_two_equal_ports_is_one_line_and_starts_nothing(tmp_path):
    ports = {f"{name.upper()}_PORT": str(port) for name, port in any_ports().items()}
    environment = {**os.environ, **ports, "GATEWAY_PORT": ports["SINKS_PORT"], "DATA": str(tmp_path / "data")}

    ran = subprocess.run(
        [sys.executable, "-m", "stack", "up"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    told = f"GATEWAY_PORT and SINKS_PORT are both {ports['SINKS_PORT']}; choose another: make up GATEWAY_PORT="
    assert (ran.returncode, ran.stderr.count("\n"), ran.stderr[: len(told)]) == (1, 1, told)
    assert "Starting" not in ran.stdout
    assert not (tmp_path / "data").exists()


def test_the_checks_run_before_the_environment_exists():
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "stack" / "checks.py")], capture_output=True, text=True, check=False
    )

    assert ran.stderr.count("\n") <= 1
    assert "Traceback" not in ran.stderr
