"""One child process: it dies with its parent, and its output goes to a log file."""

import asyncio
import contextlib
import ctypes
import functools
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_CHUNK_BYTES = 65_536
_LINE_BYTES = 1_048_576
_TROUBLE = frozenset({"error", "critical"})


@dataclass(frozen=True)
class Program:
    """What to run: command, the whole environment, and a probe that says when it answers."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready: Callable[[], Awaitable[bool]] | None = None


def base_environment() -> dict[str, str]:
    """Take over what every child may see of the present environment: where programs and time zones lie."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
    here = {name: os.environ[name] for name in kept if name in os.environ}
    return {**here, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}


def trouble(line: bytes) -> str | None:
    """Return the message of a JSON log line with level error or critical, else None."""
    if not line.startswith(b"{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or str(entry.get("level", "")).lower() not in _TROUBLE:
        return None
    return str(entry.get("event") or entry.get("message") or line.decode(errors="replace"))


def _die_with(parent: int) -> None:
    """In the child, before exec: be killed when the parent dies, even by SIGKILL."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)


class Child:
    """A running program; `on_trouble` hears each error line it logs."""

    def __init__(
        self, process: asyncio.subprocess.Process, log: Path, on_trouble: Callable[[str], None] | None = None
    ) -> None:
        self._process = process
        self._on_trouble = on_trouble
        self._last = b""
        self._pump = asyncio.create_task(self._copy_output(log))

    @classmethod
    async def start(cls, program: Program, log: Path, on_trouble: Callable[[str], None] | None = None) -> "Child":
        """Start the program in a process group of its own, so that Ctrl-C reaches the supervisor alone."""
        process = await asyncio.create_subprocess_exec(
            *program.command,
            env=dict(program.environment) or base_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=functools.partial(_die_with, os.getpid()),
        )
        return cls(process, log, on_trouble)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    @property
    def last_line(self) -> str:
        """The last line of output that was not empty."""
        return self._last.decode(errors="replace").strip()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to its whole process group; nothing happens when that has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    async def wait(self) -> int:
        """Wait until it has ended and its output is written; returns the exit code, minus the signal if by one."""
        code = await self._process.wait()
        if not self._pump.done():
            self.send(signal.SIGKILL)  # what it started itself ends with it, and lets go of the pipe
        await asyncio.shield(self._pump)
        return code

    async def stop(self, within: float = 10.0, number: signal.Signals = signal.SIGTERM) -> int:
        """Send SIGTERM (or `number`), and SIGKILL when it still runs after `within` seconds."""
        if self.running:
            self.send(number)
        try:
            async with asyncio.timeout(within):
                await self._process.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
        return await self.wait()

    async def _copy_output(self, log: Path) -> None:
        reader = self._process.stdout
        assert reader is not None
        rest = b""
        with log.open("ab", buffering=0) as out:
            while chunk := await reader.read(_CHUNK_BYTES):
                with contextlib.suppress(OSError):  # a full disk must not stop a program through its own log
                    out.write(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                rest = rest[-_LINE_BYTES:]
                for line in lines:
                    self._hear(line)
        self._hear(rest)

    def _hear(self, line: bytes) -> None:
        if line.strip():
            self._last = line
        if self._on_trouble is not None and (message := trouble(line)):
            self._on_trouble(message)
