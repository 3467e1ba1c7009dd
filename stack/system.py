"""The whole system as one object: `async with Stack(data=path) as stack:` for make up, demos, tests and benchmarks."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from stack import folder, hooks, secrets, servers
from stack.http import says_ready
from stack.ports import HOST
from stack.process import Program, base_environment
from stack.servers import Given, Servers
from stack.settings import MODULES, PROCESSES, Place, Running, Time, any_ports, fixed_ports
from stack.supervisor import Supervisor

_SINKS_S = 60.0
_PROCESSES_S = 180.0  # Kafka and seven processes on a machine that does other work too


class Stack:
    """A running system; `beside` puts a second deployment on the mongod, broker and sinks of another stack.

    STACK chooses mongod and broker (stack/servers.py); `kafka` and `mongo_uri` name others. A process that is named
    twice in `processes` runs twice: identity, identity-1. `settings` are more environment variables for every process.
    """

    def __init__(  # noqa: PLR0913 - what can be chosen about a system
        self,
        *,
        data: Path,
        profile: str = "zlogin",
        deployment: str | None = None,
        ports: Literal["free", "fixed"] | Mapping[str, int] = "free",
        time: Time = "system",
        demo: bool = False,
        processes: Sequence[str] = PROCESSES,
        peers: Sequence[str] = (),
        beside: "Stack | None" = None,
        mongo_uri: str | None = None,
        kafka: str | None = None,
        mongo_driver: str = "pymongo",
        log_level: str = "INFO",
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.data = data
        self.demo = demo
        self.time: Time = time
        self.profile = profile
        self.ports = _ports(ports)
        self._beside = beside
        self.servers = self._choose(mongo_uri, kafka)
        self.deployment = deployment or servers.deployment(data, profile, shared=self.servers.shared)
        self._settings = dict(settings or {})
        self._changed: dict[str, dict[str, str]] = {}
        self._lock: IO[str] | None = None
        self._secrets: secrets.Secrets = {}
        self._health: dict[str, int] = {}
        self._processes = _named(processes)
        self.mongo_uri, self.kafka = self.servers.mongo.address, self.servers.broker.address
        self.kafka_kind = self.servers.kafka_kind
        self.smtp_port: int = beside.smtp_port if beside else self.ports["smtp"]
        self.mail_url: str = beside.mail_url if beside else f"http://{HOST}:{self.ports['sinks']}"
        self.sms_url = self.mail_url
        self.gateway_url = f"http://{HOST}:{self.ports['gateway']}"
        self.place = Place(
            profile=profile,
            deployment=self.deployment,
            mongo_uri=self.mongo_uri,
            kafka=self.kafka,
            kafka_kind=self.kafka_kind,
            smtp_port=self.smtp_port,
            sms_url=self.sms_url,
            public_url=self.gateway_url,
            time=time,
            peers=tuple(peers),
            mongo_driver=mongo_driver,
            log_level=log_level,
        )
        self._say = say or (lambda _line: None)
        self._supervisor: Supervisor | None = None

    def _choose(self, mongo_uri: str | None, kafka: str | None) -> Servers:
        if self._beside is not None:
            return servers.beside(self._beside.servers)
        chosen = servers.choose(self.data, self.ports["mongo"], self.ports["kafka"])
        if mongo_uri is not None:
            chosen = replace(chosen, mongo=Given(mongo_uri), shared=True)
        return replace(chosen, broker=Given(kafka), kafka_kind="kafka", shared=True) if kafka else chosen

    @property
    def supervisor(self) -> Supervisor:
        """The supervisor, while the stack runs."""
        assert self._supervisor is not None, "the stack does not run"
        return self._supervisor

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    def runs(self, name: str) -> bool:
        """Tell whether there is a process of that name."""
        return name in self._processes

    def instances(self, process: str) -> list[str]:
        """Return the names of a process' instances."""
        return [name for name, (each, _) in self._processes.items() if each == process]

    def health_url(self, name: str, what: str = "ready") -> str:
        """Give the address of /health/ready or /health/live of a process."""
        return f"http://{HOST}:{self._health[name]}/health/{what}"

    def health_urls(self, name: str) -> tuple[str, str, str]:
        """Give the addresses of live, ready and metrics of a process."""
        return self.health_url(name, "live"), self.health_url(name), f"http://{HOST}:{self._health[name]}/metrics"

    def pid(self, name: str) -> int | None:
        """Return the process id, None while it is down."""
        return self.supervisor.pid(name)

    async def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End a process as a fault would (SIGKILL); returns when it is dead, and it is started again."""
        await self.supervisor.kill(name, number)

    async def ready(self, name: str, within: float = 60.0) -> None:
        """Wait until a process is ready; raises NotReadyError."""
        await self.supervisor.ready(name, within)

    async def all_ready(self, within: float = _PROCESSES_S) -> None:
        """Wait until every process is ready; raises NotReadyError."""
        await asyncio.gather(*(self.ready(name, within) for name in self._processes))

    async def down(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """End a process and keep it down until `up`."""
        await self.supervisor.down(name, number)

    async def up(self, name: str) -> None:
        """Start a process that is down, and wait until it is ready."""
        await self.supervisor.up(name)

    async def restart(self, name: str) -> None:
        """End a process with SIGTERM and wait until a new one is ready."""
        await self.supervisor.restart(name)

    def change(self, name: str, **settings: str) -> None:
        """Give a process other settings; they hold from its next start on, and for its command line."""
        self._changed.setdefault(name, {}).update(settings)
        self.supervisor.change(name, self.environment(name))

    async def restart_broker(self, *, wipe: bool = False) -> None:
        """Kill the broker and wait for a new one, always empty where it is the embedded one; processes come back."""
        await self.servers.broker.restart(signal.SIGKILL, wipe=wipe)

    async def restart_mongo(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End mongod and wait for a new one on the same data."""
        await self.servers.mongo.restart(number, wipe=False)

    def environment(self, name: str) -> dict[str, str]:
        """Give the whole environment of a process, for a command line that acts for it."""
        process, index = self._processes[name]
        return {
            **base_environment(),
            **self.place.environment(f"{process}-{index}", self._health[name]),
            **secrets.environment(self._secrets, process),
            **self._settings,
            **self._changed.get(name, {}),
        }

    async def command(self, name: str, *arguments: str, within: float = 60.0) -> str:
        """Run the command line of a process (`python -m services.identity …`) and return its output."""
        ran = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            MODULES[self._processes[name][0]],
            *arguments,
            env=self.environment(name) | {"INSTANCE": f"{name}-command"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(within):
                output, _nothing = await ran.communicate()
        except BaseException:
            ran.kill()
            await ran.wait()
            raise
        if ran.returncode:
            raise RuntimeError(f"{name} {' '.join(arguments)} ended with {ran.returncode}: {output.decode()}")
        return output.decode()

    async def _start(self) -> None:
        self._lock = folder.own(self.data, self.profile)
        self._secrets = secrets.load(self.data / "secrets.json")
        self._supervisor = Supervisor(self.data / "logs", self._say)
        await self._start_infrastructure()
        for name in self._processes:
            await self._start_process(name)
        await self.all_ready()
        if self.demo:
            await hooks.load(self)
        self._describe().write(self.data)

    async def _start_infrastructure(self) -> None:
        if self._beside is not None:
            return
        await self.supervisor.start(sinks_program(self.data / "mails", self.ports["smtp"], self.ports["sinks"]))
        await servers.start((self.servers.mongo, self.servers.broker), self.supervisor)
        await self.supervisor.ready("sinks", _SINKS_S)

    async def _start_process(self, name: str) -> None:
        process, index = self._processes[name]
        port = self.ports[process] if index == 0 else any_ports()["gateway"]
        self._health[name] = port

        async def ready() -> bool:
            return await says_ready(port)

        command = (sys.executable, "-m", MODULES[process])
        await self.supervisor.start(Program(name, command, self.environment(name), ready))

    async def _stop(self) -> None:
        if self._lock is not None:
            (self.data / "stack.json").unlink(missing_ok=True)
        if self._supervisor is not None:
            await self._supervisor.stop()
            self._supervisor = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _describe(self) -> Running:
        return Running(
            gateway_url=self.gateway_url,
            mongo_uri=self.mongo_uri,
            kafka=self.kafka,
            mail_url=self.mail_url,
            sms_url=self.sms_url,
            profile=self.profile,
            deployment=self.deployment,
            time=self.time,
            process=os.getpid(),
        )


def sinks_program(mails: Path, smtp_port: int, http_port: int) -> Program:
    """How the mail and SMS sinks are run; mails are kept in the folder as .eml files."""
    environment = {
        **base_environment(),
        "MAIL_FOLDER": str(mails),
        "SMTP_PORT": str(smtp_port),
        "HTTP_PORT": str(http_port),
    }

    async def ready() -> bool:
        return await says_ready(http_port)

    return Program("sinks", (sys.executable, "-m", "stack.sinks"), environment, ready)


def _ports(wanted: Literal["free", "fixed"] | Mapping[str, int]) -> dict[str, int]:
    if wanted == "fixed":
        return fixed_ports()
    return {**any_ports(), **({} if wanted == "free" else wanted)}


def _named(processes: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Give each process its name and number: identity, identity-1."""
    seen: Counter[str] = Counter()
    named = {}
    for process in processes:
        index = seen[process]
        seen[process] += 1
        named[process if index == 0 else f"{process}-{index}"] = (process, index)
    return named
