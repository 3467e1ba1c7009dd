"""Starts programs, keeps them running and stops them, leaving none behind."""

import asyncio
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from stack.process import Child, Program

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
QUICK_CRASH_S = 2.0
STOP_WITHIN_S = 10.0
_PROBE_S = 0.05
_LOG_BYTES = 16 * 1024 * 1024
_LINE_SHOWN = 300


class NotReadyError(Exception):
    """A program did not answer in time; the text says which, its last line and where its log is."""


def _terminal(line: str) -> None:
    print(line, flush=True)


class _Kept:
    """One program with the task that keeps it running."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.child: Child | None = None
        self.task: asyncio.Task[None] | None = None
        self.held = False
        self.free = asyncio.Event()
        self.free.set()
        self.turn = asyncio.Lock()
        self.crashes = 0


class Supervisor:
    """Keeps programs running: a crashed one is started again, all end in reverse order of their start."""

    def __init__(self, logs: Path, say: Callable[[str], None] = _terminal) -> None:
        self._logs = logs
        self._say = say
        self._kept: dict[str, _Kept] = {}
        logs.mkdir(parents=True, exist_ok=True)

    @property
    def names(self) -> list[str]:
        """The programs in order of their start."""
        return list(self._kept)

    def log(self, name: str) -> Path:
        """Tell where the output of a program goes."""
        return self._logs / f"{name}.log"

    def pid(self, name: str) -> int | None:
        """Return the process id of a program, None while it is down."""
        child = self._kept[name].child
        return child.pid if child and child.running else None

    def crashes(self, name: str) -> int:
        """Count how often a program ended unasked."""
        return self._kept[name].crashes

    async def start(self, program: Program) -> None:
        """Start a program and keep it running; returns when it has been started, not when it is ready."""
        if program.name in self._kept:
            raise ValueError(f"{program.name} is started already")
        self._rotate(self.log(program.name))
        kept = _Kept(program)
        await self._spawn(kept)
        self._kept[program.name] = kept
        kept.task = asyncio.create_task(self._keep(kept), name=f"keep {program.name}")

    async def ready(self, name: str, within: float = 30.0) -> None:
        """Wait until the program's probe says it answers; raises NotReadyError after `within` seconds."""
        kept = self._kept[name]
        try:
            async with asyncio.timeout(within):
                while not await self._answers(kept):  # noqa: ASYNC110 - another process sets no event
                    await asyncio.sleep(_PROBE_S)
        except TimeoutError:
            last = kept.child.last_line[:_LINE_SHOWN] if kept.child else ""
            raise NotReadyError(f"{name} is not ready after {within:g} s: {last} (see {self.log(name)})") from None

    async def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End a program by a signal, as a fault would; returns when it is dead, and it is started again."""
        if (child := self._kept[name].child) and child.running:
            child.send(number)
            await child.wait()

    async def down(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """End a program and keep it down until `up`."""
        kept = self._kept[name]
        kept.held = True
        kept.free.clear()
        async with kept.turn:
            if kept.child is not None:
                await kept.child.stop(STOP_WITHIN_S, number)

    async def up(self, name: str, within: float = 30.0) -> None:
        """Start a program that is down, and wait until it is ready."""
        kept = self._kept[name]
        kept.free.set()
        await self.ready(name, within)

    def change(self, name: str, environment: Mapping[str, str]) -> None:
        """Give a program another environment, with which it is started from now on."""
        kept = self._kept[name]
        kept.program = replace(kept.program, environment=environment)

    async def restart(self, name: str, number: signal.Signals = signal.SIGTERM, within: float = 30.0) -> None:
        """End a program with a signal and wait until a new one is ready."""
        await self.down(name, number)
        await self.up(name, within)

    async def stop(self) -> None:
        """Stop all programs in reverse order; each has 10 s before it is killed."""
        for kept in reversed(self._kept.values()):
            if kept.task is not None:
                kept.task.cancel()
                await asyncio.wait([kept.task])
            if kept.child is not None:
                await kept.child.stop(STOP_WITHIN_S)
        self._kept.clear()

    async def _answers(self, kept: _Kept) -> bool:
        if kept.child is None or not kept.child.running:
            return False
        return kept.program.ready is None or await kept.program.ready()

    async def _spawn(self, kept: _Kept) -> None:
        name = kept.program.name
        kept.child = await Child.start(kept.program, self.log(name), lambda text: self._say(f"{name}: {text}"))

    async def _keep(self, kept: _Kept) -> None:
        pause, quick = FIRST_PAUSE_S, False
        while True:
            begun = time.monotonic()
            assert kept.child is not None
            code = await kept.child.wait()
            if kept.held:
                pause, quick = FIRST_PAUSE_S, False
            else:
                again = quick and time.monotonic() - begun < QUICK_CRASH_S
                pause = min(pause * 2, LONGEST_PAUSE_S) if again else FIRST_PAUSE_S
                quick = True
                self._report(kept, code, quiet=again)
                await asyncio.sleep(pause)
            while not await self._respawn(kept):
                pass

    async def _respawn(self, kept: _Kept) -> bool:
        await kept.free.wait()
        async with kept.turn:
            if not kept.free.is_set():
                return False
            kept.held = False
            try:
                await self._spawn(kept)
            except OSError as error:  # no memory or no file handles just now
                self._say(f"{kept.program.name} cannot be started: {error}")
            else:
                return True
        await asyncio.sleep(LONGEST_PAUSE_S)
        return False

    def _report(self, kept: _Kept, code: int, *, quiet: bool) -> None:
        kept.crashes += 1
        if quiet:
            return
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        last = kept.child.last_line[:_LINE_SHOWN] if kept.child else ""
        name = kept.program.name
        self._say(f"{name} {how} and is started again: {last} (see {self.log(name)})")

    @staticmethod
    def _rotate(log: Path) -> None:
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
