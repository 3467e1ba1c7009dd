"""The measurements run: what they measure is for people to judge."""

import asyncio
import re
import sys

import pytest


async def bench(*arguments: str) -> str:
    """Run a part of the measurements and return what it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench", *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


@pytest.mark.long
@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", ["commands", "queries"])
@pytest.mark.parametrize("part", ["loops", "gateway"])
async def test_a_row_is_measured_beside_the_bare_loop(kind, part):
    said = await bench("--parts", part, "--kinds", kind, "--in-flight", "16", "--seconds", "1")

    row = re.search(r"^ +16 +([\d,]+)/s.*? ([\d,]+)/s", said, re.MULTILINE)
    assert row is not None, said
    assert all(float(rate.replace(",", "")) > 0 for rate in row.groups())
    assert re.search(r"processor ms a question: .*owner \d+\.\d+.*conflicts 0", said), said
    assert ("second service behind" in said) == (kind == "commands")
