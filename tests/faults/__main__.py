"""`make faults SEED=1 COMMANDS=1000`: break the system in every way, so many commands for each kind of fault."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from tests.faults import table
from tests.faults.nemesis import faults
from tests.faults.seeds import seeded
from tests.faults.series import Row, series


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commands", type=int, default=1000, help="for each kind of fault")
    parser.add_argument("--in-flight", type=int, default=24)
    parser.add_argument("--only", nargs="*", default=None, help="kinds: none kill broker again stop mongod")
    parser.add_argument("--keep", action="store_true", help="keep the data although nothing was found")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _run(data: Path, chosen: argparse.Namespace) -> list[Row]:
    rows = []
    async with series(data, chosen.seed, chosen.in_flight) as running:
        _say(table.head())
        for kind, its in faults(running.stack, seeded(chosen.seed)).items():
            if chosen.only and kind not in chosen.only:
                continue
            for fault in its:
                rows.append(await running.run(fault, -(-chosen.commands // len(its))))
                _say(table.line(rows[-1]))
                if rows[-1].new:
                    _say(rows[-1].report.first())
    return rows


def main() -> int:
    """Run everything; return 1 when a promise was not kept."""
    chosen = _arguments()
    data = Path(tempfile.mkdtemp(prefix="volmacht-faults-"))
    kept = True
    try:
        rows = asyncio.run(_run(data, chosen))
        last = rows[-1].report
        _say(f"seed {chosen.seed}: {last.commands} commands, {last.acknowledged} acknowledged, {last.events} events,")
        _say(f"{last.mails} mails, {last.lines} invoice lines, {last.copies} copies; {dict(last.counts) or 'all held'}")
        kept = chosen.keep or not all(row.clean for row in rows)
    finally:
        if kept:
            _say(f"the history is {data / 'history.jsonl'}, the logs are in {data / 'logs'}")
        else:
            shutil.rmtree(data)
    return int(not all(row.clean for row in rows))


if __name__ == "__main__":
    sys.exit(main())
