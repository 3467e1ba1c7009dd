"""Where things are on this machine: ports, folders, and the environment of each process."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from stack.ports import free_ports

SERVICES = ("identity", "authorizations", "chain", "notifications", "billing")
PROCESSES = (*SERVICES, "gateway", "clock")
MODULES: Mapping[str, str] = {**{name: f"services.{name}" for name in SERVICES}, "gateway": "gateway", "clock": "clock"}

Time = Literal["system", "ticks"]
KafkaKind = Literal["embedded", "kafka"]
_LAST_PORT = 65_535

# The documented block: the gateway on 8080, all else from 18081 on. Each is overridden by <NAME>_PORT.
FIXED_PORTS: Mapping[str, int] = {
    "gateway": 8080,
    "identity": 18081,
    "authorizations": 18082,
    "chain": 18083,
    "notifications": 18084,
    "billing": 18085,
    "clock": 18086,
    "mongo": 18090,
    "kafka": 18091,
    "smtp": 18092,
    "sinks": 18093,
}


class BadPortError(Exception):
    """Ports as they were given cannot be used; the text is one line for the person at the terminal."""


def port_variable(name: str) -> str:
    """Name the environment variable that overrides a fixed port."""
    return f"{name.upper()}_PORT"


def fixed_ports(environment: Mapping[str, str] | None = None) -> dict[str, int]:
    """Give the documented ports, with what the environment overrides; raises BadPortError."""
    given = os.environ if environment is None else environment
    ports = dict(FIXED_PORTS)
    for name in ports:
        text = given.get(port_variable(name), "")
        if text:
            ports[name] = _port(port_variable(name), text)
    return ports


def check_apart(ports: Mapping[str, int]) -> None:
    """Raise BadPortError when two processes would listen on one port: it names both variables, and another port."""
    by_port: dict[int, str] = {}
    for name, port in ports.items():
        other = by_port.setdefault(port, name)
        if other != name:
            given = other if FIXED_PORTS[other] != port else name
            both = f"{port_variable(other)} and {port_variable(name)} are both {port}"
            raise BadPortError(f"{both}; choose another: make up {port_variable(given)}={_another(port, ports)}")


def _another(port: int, ports: Mapping[str, int]) -> int:
    """Return a port that none of these is, away from the documented block."""
    step = 1000 if port < _LAST_PORT // 2 else -1000
    used = set(ports.values())
    return next(other for other in range(port + step, _LAST_PORT if step > 0 else 0, step) if other not in used)


def _port(variable: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _LAST_PORT:
        raise BadPortError(f"{variable}={text} is no port; give a number from 1 to {_LAST_PORT}")
    return int(text)


def any_ports() -> dict[str, int]:
    """Give free ports under the same names."""
    return dict(zip(FIXED_PORTS, free_ports(len(FIXED_PORTS)), strict=True))


@dataclass(frozen=True)
class Place:
    """What one process stands on; none of it is secret."""

    profile: str
    deployment: str
    mongo_uri: str
    kafka: str
    sms_url: str
    smtp_port: int
    public_url: str
    smtp_host: str = "127.0.0.1"
    http_host: str = "127.0.0.1"
    kafka_kind: KafkaKind = "embedded"
    time: Time = "system"
    peers: tuple[str, ...] = ()
    mongo_driver: str = "pymongo"
    log_level: str = "INFO"

    def environment(self, instance: str, http_port: int) -> dict[str, str]:
        """Write it as the environment variables of one process."""
        return {
            "DEPLOYMENT": self.deployment,
            "PROFILE": self.profile,
            "PEERS": json.dumps(self.peers),
            "MONGO_URI": self.mongo_uri,
            "MONGO_DRIVER": self.mongo_driver,
            "KAFKA_BOOTSTRAP": self.kafka,
            "KAFKA_KIND": self.kafka_kind,
            "KAFKA_PARTITIONS": "4" if self.kafka_kind == "embedded" else "12",
            "TIME": self.time,
            "HTTP_HOST": self.http_host,
            "HTTP_PORT": str(http_port),
            "INSTANCE": instance,
            "LOG_LEVEL": self.log_level,
            "SMTP_HOST": self.smtp_host,
            "SMTP_PORT": str(self.smtp_port),
            "MAIL_FROM": f"noreply@{self.profile}.example",
            "SMS_URL": self.sms_url,
            "LETTER_URL": self.sms_url,
            "PUBLIC_URL": self.public_url,
        }


@dataclass(frozen=True)
class Running:
    """Where a stack that runs can be reached, as it wrote it in its data folder."""

    gateway_url: str
    mongo_uri: str
    kafka: str
    mail_url: str
    sms_url: str
    profile: str
    deployment: str
    time: str
    process: int

    def write(self, data: Path) -> None:
        """Leave it where another command line finds it."""
        (data / "stack.json").write_text(json.dumps(asdict(self), indent=2))

    @classmethod
    def read(cls, data: Path) -> "Running | None":
        """Find the stack that runs on a data folder, None when there is none."""
        try:
            found = cls(**json.loads((data / "stack.json").read_text()))
            os.kill(found.process, 0)
        except (OSError, ValueError, TypeError):
            return None
        return found
