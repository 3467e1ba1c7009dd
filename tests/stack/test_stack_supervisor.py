"""The supervisor keeps programs running, and leaves none behind."""

import asyncio
import contextlib
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from stack.process import Program, base_environment
from stack.supervisor import NotReadyError, Supervisor

ROOT = Path(__file__).resolve().parents[2]


def python(name, code, ready=None):
    return Program(name, (sys.executable, "-c", textwrap.dedent(code)), base_environment(), ready)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def written(log):
    return log.read_text().strip() if log.exists() else ""


async def until(probe, seconds=15):
    async with asyncio.timeout(seconds):
        while not (found := probe()):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.02)
    return found


@contextlib.asynccontextmanager
async def supervisor(folder):
    said = []
    keeper = Supervisor(folder, said.append)
    keeper.said = said
    try:
        yield keeper
    finally:
        await keeper.stop()


LASTING = "import time; print('up', flush=True); time.sleep(600)"


async def test_a_killed_program_is_started_again_and_that_is_said_once(tmp_path):
    async with supervisor(tmp_path) as keeper:
        await keeper.start(python("lasting", LASTING))
        before = keeper.pid("lasting")

        await keeper.kill("lasting")
        after = await until(lambda: keeper.pid("lasting"))

        assert after != before
        assert [line for line in keeper.said if "SIGKILL" in line and "started again" in line] == keeper.said
        assert len(keeper.said) == 1


async def test_a_program_that_keeps_crashing_is_said_once_and_backs_off(tmp_path):
    async with supervisor(tmp_path) as keeper:
        await keeper.start(python("crashing", "raise SystemExit('no settings')"))

        await until(lambda: keeper.crashes("crashing") >= 4)

        assert len(keeper.said) == 1
        assert "no settings" in keeper.said[0]
        assert "code 1" in keeper.said[0]
        assert "crashing.log" in keeper.said[0]


async def test_an_error_line_reaches_the_terminal(tmp_path):
    code = """
        import json, time
        for level in ("info", "error", "critical"):
            print(json.dumps({"level": level, "event": "seen " + level}), flush=True)
        time.sleep(600)
    """
    async with supervisor(tmp_path) as keeper:
        await keeper.start(python("talking", code))

        await until(lambda: len(keeper.said) == 2)

        assert keeper.said == ["talking: seen error", "talking: seen critical"]
        assert "seen info" in keeper.log("talking").read_text()


async def test_programs_end_in_reverse_order(tmp_path):
    code = """
        import pathlib, signal, sys, time
        def end(*_):
            with open({path!r}, "a") as out:
                out.write({name!r} + " ")
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        pathlib.Path({path!r} + {name!r}).touch()
        time.sleep(600)
    """
    ended = tmp_path / "ended"
    path = str(ended)
    async with supervisor(tmp_path) as keeper:
        for name in ("first", "second", "third"):
            await keeper.start(python(name, textwrap.dedent(code).format(path=path, name=name)))
            await until(lambda name=name: (tmp_path / f"ended{name}").exists())

    assert ended.read_text().split() == ["third", "second", "first"]


async def test_a_program_that_ignores_sigterm_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("stack.supervisor.STOP_WITHIN_S", 0.3)
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LASTING
    async with supervisor(tmp_path) as keeper:
        await keeper.start(python("deaf", code))
        pid = keeper.pid("deaf")
        await until(lambda: "up" in written(keeper.log("deaf")))

    assert not alive(pid)


async def test_a_program_that_never_answers_is_named(tmp_path):
    async def never():
        return False

    async with supervisor(tmp_path) as keeper:
        await keeper.start(python("silent", LASTING, never))

        with pytest.raises(NotReadyError, match=r"silent is not ready after 0\.2 s"):
            await keeper.ready("silent", within=0.2)


async def test_a_program_that_is_down_stays_down_until_it_is_asked_for(tmp_path):
    async with supervisor(tmp_path) as keeper:
        await keeper.start(python("lasting", LASTING))

        await keeper.down("lasting", signal.SIGKILL)
        assert keeper.pid("lasting") is None
        await keeper.up("lasting")

        assert alive(keeper.pid("lasting"))
        assert keeper.crashes("lasting") == 0
        assert keeper.said == []


SUPERVISING = """
    import asyncio, sys
    from pathlib import Path
    from stack.process import Program, base_environment
    from stack.supervisor import Supervisor

    async def main():
        keeper = Supervisor(Path(sys.argv[1]))
        for name in ("one", "two"):
            code = "import time; time.sleep(600)"
            await keeper.start(Program(name, (sys.executable, "-c", code), base_environment()))
            print(keeper.pid(name), flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())
"""


async def test_nothing_is_left_when_the_supervisor_itself_is_killed(tmp_path):
    code = textwrap.dedent(SUPERVISING)
    keeper = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE, env=base_environment()
    )
    pids = [int(await keeper.stdout.readline()) for _ in range(2)]
    assert all(alive(pid) for pid in pids)

    keeper.kill()
    await keeper.communicate()

    await until(lambda: not any(alive(pid) for pid in pids))


async def test_what_a_program_started_itself_ends_with_it(tmp_path):
    code = """
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(child.pid, flush=True)
        child.wait()
    """
    async with supervisor(tmp_path) as keeper:
        await keeper.start(python("parent", code))
        pid = int(await until(lambda: written(keeper.log("parent"))))
        assert alive(pid)

        await keeper.kill("parent")

        await until(lambda: not alive(pid))


def test_a_child_sees_nothing_of_the_environment_but_what_it_needs(monkeypatch):
    monkeypatch.setitem(os.environ, "SECRET_OF_THE_SHELL", "x")

    assert "SECRET_OF_THE_SHELL" not in base_environment()


async def test_another_environment_holds_from_the_next_start_on(tmp_path):
    telling = "import os, time; print(os.environ.get('KEY', 'none'), flush=True); time.sleep(600)"
    async with supervisor(tmp_path) as keeper:
        await keeper.start(python("telling", telling))
        await until(lambda: written(keeper.log("telling")) == "none")
        before = keeper.pid("telling")

        keeper.change("telling", {**base_environment(), "KEY": "new"})
        assert keeper.pid("telling") == before
        await keeper.restart("telling")

        await until(lambda: written(keeper.log("telling")).splitlines() == ["none", "new"])
