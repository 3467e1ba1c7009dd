"""Makes services/identity/common_passwords.txt.gz (S2) from lists of others, whose notices are in docs/third-party.md.

    python -m stack.data.make_common_passwords <folder of zxcvbn-covert> <Django's list.gz> <zxcvbn-dutch's .json>

The folder is `data/` of the source package zxcvbn-covert 5.0.1; Django 5.2 has contrib/auth/common-passwords.txt.gz;
zxcvbn-dutch 1.1 has generated/frequency_lists.json. What the present list holds stays in it: Dutch words of ours.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

TARGET = Path(__file__).parents[2] / "services" / "identity" / "common_passwords.txt.gz"
LEAST, MOST = 4, 64
WORDS = 45_000
"""Of a list of words by frequency the first so many: rarer ones are no guess."""


def common(folder: Path, django: Path, dutch: Path) -> set[str]:
    """Return the passwords and words, in lower case."""
    found = {*_lines(TARGET), *_lines(django), *_column(folder / "passwords.txt", None)}
    for name in ("english_wikipedia", "us_tv_and_film", "surnames", "male_names", "female_names"):
        found |= {*_column(folder / f"{name}.txt", WORDS)}
    lists = json.loads(dutch.read_text(encoding="utf-8"))
    for name in ("passwords", "dutch"):
        found |= {*lists[name]}
    return {word.casefold() for word in found if LEAST <= len(word) <= MOST}


def _lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return lines.read().split("\n")


def _column(path: Path, most: int | None) -> Iterator[str]:
    """Yield the words of a file whose lines are a word and how often it was seen, most frequent first."""
    with path.open(encoding="utf-8") as lines:
        yield from (line.split()[0] for line in islice(lines, most) if line.strip())


def main(given: list[str]) -> None:
    """Write the list, the same bytes from the same lists."""
    words = sorted(common(*(Path(path) for path in given)))
    text = "\n".join(words).encode()
    TARGET.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{len(words)} entries, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
