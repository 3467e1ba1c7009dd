"""The command line of the stack: `python -m stack up|otp|demo|kafka|check`."""

import argparse
import asyncio
import errno
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from stack import checks, hooks, kafka
from stack.broker import MissingBrokerError
from stack.checks import CannotStartError
from stack.mongo import MissingMongodError
from stack.settings import BadPortError, Time
from stack.supervisor import NotReadyError
from stack.system import Stack
from stack.up import Wish, stop_signals, up

_TOLD = (CannotStartError, BadPortError, NotReadyError, MissingBrokerError, MissingMongodError)


def _run_up(asked: argparse.Namespace) -> None:
    time: Time = "ticks" if asked.time == "ticks" else "system"
    asyncio.run(up(Wish(data=asked.data, profile=asked.profile, demo=asked.demo == "1", time=time)))


def _run_otp(asked: argparse.Namespace) -> None:
    print(asyncio.run(hooks.otp(asked.user)))


def _run_demo(asked: argparse.Namespace) -> None:
    asyncio.run(_demo(asked.profile))


def _run_kafka(asked: argparse.Namespace) -> None:
    asyncio.run(_kafka(asked.port, asked.data))


def _run_check(_asked: argparse.Namespace) -> None:
    checks.check_python()
    if advice := checks.check_packages():
        print(advice)


async def _kafka(port: int, data: Path) -> None:
    await kafka.serve(port, data, stop_signals())


async def _demo(profile: str) -> None:
    """Play the demo on a stack of its own: free ports, time of its own, data that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="volmacht-demo-") as data:
        async with Stack(data=Path(data), profile=profile, time="ticks", demo=True, say=print) as stack:
            await hooks.play(stack)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stack", description="The whole system on one machine")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        added.add_argument("--profile", default=os.environ.get("PROFILE") or "zlogin")
        return added

    starting = command("up", _run_up, "start everything and keep it running until Ctrl-C")
    starting.add_argument("--data", type=Path, default=Path(os.environ.get("DATA") or ".volmacht"))
    starting.add_argument("--demo", choices=("0", "1"), default=os.environ.get("DEMO") or "1")
    starting.add_argument("--time", choices=("system", "ticks"), default=os.environ.get("TIME") or "system")
    command("otp", _run_otp, "print a one-time code for a demo user").add_argument("user")
    command("demo", _run_demo, "play the demo on a stack of its own")
    broker = command("kafka", _run_kafka, "start Apache Kafka alone and keep it running until Ctrl-C")
    broker.add_argument("--port", type=int, default=9092)
    broker.add_argument("--data", type=Path, default=Path(".volmacht/kafka/data"))
    command("check", _run_check, "say which system packages are missing")
    return parser


def main() -> int:
    """Run one command; a problem that a person can solve is one line, and exit code 1."""
    asked = _parser().parse_args()
    try:
        asked.run(asked)
    except _TOLD as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("The disk is full: free at least 500 MB and start again", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
