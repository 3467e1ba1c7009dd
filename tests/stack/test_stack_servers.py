"""STACK chooses what everything stands on; what cannot be is told in one line."""

import signal
import subprocess

import pytest

from stack import kafka, servers
from stack.checks import CannotStartError
from stack.system import Stack


@pytest.fixture
def external(monkeypatch):
    monkeypatch.setenv("STACK", "external")
    monkeypatch.setenv("MONGO_URI", "mongodb://db.example/?replicaSet=rs0")
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "kafka.example:9092")


def test_an_unknown_stack_is_refused_with_the_choices(monkeypatch):
    monkeypatch.setenv("STACK", "cloud")

    with pytest.raises(CannotStartError, match="STACK=cloud is not known; choose one of embedded, kafka, containers"):
        servers.kind()


@pytest.mark.parametrize("missing", ["MONGO_URI", "KAFKA_BOOTSTRAP"])
def test_external_servers_must_be_named(external, monkeypatch, missing, tmp_path):
    monkeypatch.delenv(missing)

    with pytest.raises(CannotStartError, match=f"STACK=external needs {missing}"):
        servers.choose(tmp_path, 1, 2)


@pytest.mark.parametrize(
    ("stack", "kind", "expected"),
    [
        ("", "", "embedded"),
        ("embedded", "", "embedded"),
        ("kafka", "", "kafka"),
        ("containers", "", "kafka"),
        ("external", "", "kafka"),
        ("external", "embedded", "embedded"),
    ],
)
def test_the_settings_of_the_broker_follow_from_it(monkeypatch, stack, kind, expected):
    monkeypatch.setenv("STACK", stack)
    monkeypatch.setenv("KAFKA_KIND", kind)

    assert servers.kafka_kind() == expected


def test_a_stack_on_external_servers_has_a_name_of_its_own_that_stays_with_its_data(external, tmp_path):
    first, again = Stack(data=tmp_path / "a"), Stack(data=tmp_path / "a")
    other = Stack(data=tmp_path / "b")

    assert first.place.mongo_uri == "mongodb://db.example/?replicaSet=rs0"
    assert first.place.environment("x", 1)["KAFKA_BOOTSTRAP"] == "kafka.example:9092"
    assert first.deployment == again.deployment != other.deployment
    assert first.deployment.startswith("zlogin-")


async def test_external_servers_are_not_restarted(external, tmp_path):
    with pytest.raises(servers.NotOursError, match=r"kafka\.example:9092 is not ours to restart"):
        await servers.choose(tmp_path, 1, 2).broker.restart(signal.SIGKILL, wipe=False)


def test_kafka_without_java_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CannotStartError, match=r"Kafka needs Java 17; run: .*openjdk-17"):
        kafka.program(1, tmp_path)


def test_kafka_refuses_an_older_java(monkeypatch, tmp_path):
    old = tmp_path / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    assert "11.0.2" in subprocess.run(["java"], stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S607
    with pytest.raises(CannotStartError, match="Kafka needs Java 17"):
        kafka.check_java()
