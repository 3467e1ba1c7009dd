"""Whatever is killed, lost, doubled or stopped: what was acknowledged has exactly one effect."""

import pytest

from stack.settings import PROCESSES
from tests.faults import table
from tests.faults.checker import told
from tests.faults.nemesis import faults
from tests.faults.seeds import seeded
from tests.faults.series import series

SEED = 1
COMMANDS = 500


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_nothing_is_lost_doubled_or_out_of_order_whatever_breaks(tmp_path):
    rows = []
    async with series(tmp_path, SEED, in_flight=12) as running:
        kinds = faults(running.stack, seeded(SEED))
        chosen = [fault for kind, its in kinds.items() if kind != "none" for fault in its]
        for fault in chosen:
            rows.append(await running.run(fault, -(-COMMANDS // len(chosen))))
            assert rows[-1].clean, f"{table.head()}\n{table.line(rows[-1])}\n{rows[-1].report.first()}"
    last, heard = rows[-1].report, told.read(running.history.path)
    assert last.commands >= COMMANDS
    assert last.acknowledged > 0.7 * last.commands
    assert min(heard.deaths[name] for name in PROCESSES) >= 1, heard.deaths
    assert heard.again > COMMANDS / len(chosen)
