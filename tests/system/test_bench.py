"""The measurements run: what they measure is for people to judge."""

import asyncio
import re
import sys

import pytest


@pytest.mark.long
@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ["commands", "queries"])
async def test_a_row_is_measured_beside_the_bare_loop(kind):
    bench = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench", "--kinds", kind, "--in-flight", "16", "--seconds", "1",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await bench.communicate()

    assert bench.returncode == 0
    row = re.search(rf"^{kind}\s+16\s+(\d+)/s.*?(\d+)/s", out.decode(), re.MULTILINE)
    assert row is not None
    assert int(row[1]) > 0
    assert int(row[2]) > 0
