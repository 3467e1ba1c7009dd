"""Apache Kafka without containers: its jars from Maven Central, one node in KRaft mode on Java 17."""

import asyncio
import os
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

from stack import broker
from stack.checks import CannotStartError, apt_line, check_port
from stack.ports import HOST, free_ports
from stack.process import Program, base_environment
from stack.supervisor import Supervisor

OLDEST_JAVA = 17
HEAP = "512m"
FOLDER = Path(__file__).resolve().parent / "data" / "kafka"
START = FOLDER / "start.sh"
_POM = FOLDER / "pom.xml"
_LIBS = Path(__file__).resolve().parent.parent / ".volmacht" / "kafka" / "libs"
_READY_S = 60.0


def program(port: int, data: Path) -> Program:
    """How Kafka is run; fetches its jars the first time. Raises CannotStartError without Java or Maven."""
    settings = {
        "KAFKA_LIBS": str(libs()),
        "KAFKA_DATA": str(data),
        "KAFKA_LISTEN": HOST,
        "KAFKA_HOST": HOST,
        "KAFKA_PORT": str(port),
        "KAFKA_CONTROLLER_PORT": str(free_ports(1)[0]),
        **jvm(),
    }
    return Program("broker", ("sh", str(START)), base_environment() | settings, partial(broker.answers, port))


def jvm() -> dict[str, str]:
    """Return how much memory Kafka gets, and what else is chosen for its JVM."""
    given = {"KAFKA_JVM": os.environ["KAFKA_JVM"]} if os.environ.get("KAFKA_JVM") else {}
    return given | {"KAFKA_HEAP": os.environ.get("KAFKA_HEAP") or HEAP}


def libs() -> Path:
    """Return the folder of the jars, fetched when it is missing or of another pom.xml; KAFKA_LIBS names one that is."""
    check_java()
    if given := os.environ.get("KAFKA_LIBS"):
        return Path(given).resolve()
    kept = _LIBS / _POM.name
    if not kept.exists() or kept.read_bytes() != _POM.read_bytes():
        _fetch(_LIBS)
    return _LIBS


def check_java() -> None:
    """Raise CannotStartError when there is no Java that runs Kafka."""
    java = shutil.which("java")
    found = _run(java, "-version")[1] if java else ""
    version = re.search(r'version "(\d+)', found)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise CannotStartError(f"Kafka needs Java {OLDEST_JAVA}; run: {apt_line(['openjdk-17-jre-headless'])}")


def _run(*command: str) -> tuple[int, str]:
    """Run a program and return its exit code and all it said."""
    ran = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return ran.returncode, ran.stdout


def _fetch(folder: Path) -> None:
    """Copy the jars from Maven Central, checked by their sums; a folder that was not finished is not used."""
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotStartError(f"Kafka's jars are fetched with Maven; run: {apt_line(['maven'])}")
    shutil.rmtree(folder, ignore_errors=True)
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}")
    code, said = _run(maven, "-q", "-B", "-C", "-f", str(_POM), *goal)
    if code:
        why = next((line for line in said.splitlines() if "ERROR" in line), "no reason given")
        raise CannotStartError(f"Maven could not fetch Kafka: {why[:300]}")
    shutil.copy(_POM, folder)


async def serve(port: int, data: Path, stopped: asyncio.Event) -> None:
    """Run Kafka alone on a port until it is asked to stop; its log stays in `data`."""
    check_port("PORT", port)
    supervisor = Supervisor(data / "logs")
    try:
        await supervisor.start(program(port, data))
        await supervisor.ready("broker", _READY_S)
        print(f"Kafka answers on {broker.bootstrap(port)}; its data is in {data}. Ctrl-C stops.", flush=True)
        await stopped.wait()
    finally:
        await supervisor.stop()
