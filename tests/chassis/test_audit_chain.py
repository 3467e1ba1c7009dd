"""The chain of the audit trail by itself: every change of the past is found, at the right number."""

from copy import deepcopy
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest

from chassis.audit_chain import START, Heads, canonical, entry_hash, first_bad
from stack.secrets import generate
from tests.chassis.auditing import HEADS, a_row
from tests.chassis.shop import Counter
from tests.harness import NOW

# the pure chain


def a_chain(length: int, scope: str = "o1", every: int = 7) -> tuple[list[dict], list[dict]]:
    """Sealed rows with a head every so many, and one at the end."""
    rows, heads, before = [], [], START
    for number in range(1, length + 1):
        row = {**a_row(None, None, Counter(uuid4(), number, f"n{number}")), "scope": scope, "number": number}
        before = entry_hash(before, row)
        rows.append({**row, "hash": before, "sealed": True})
        if number % every == 0 or number == length:
            heads.append(HEADS.head(scope, number, before, NOW))
    return rows, heads


def edit(random: Random, rows: list[dict]) -> int:
    at = random.randrange(len(rows))
    row = deepcopy(rows[at])
    name = random.choice([name for name in row if name != "before"])
    row[name] = {
        "after": {**row["after"], "count": -1}, "number": row["number"] + 1000, "sealed": False,
        "hash": bytes(32), "actor": {"kind": "system", "name": "x"},
    }.get(name, "something else")  # fmt: skip
    rows[at] = row
    return at + 1


def delete(random: Random, rows: list[dict]) -> int:
    at = random.randrange(len(rows))
    del rows[at]
    return at + 1


def swap(random: Random, rows: list[dict]) -> int:
    """Exchange what two entries say; each place keeps its number and hash."""
    first, second = sorted(random.sample(range(len(rows)), 2))
    places = [{name: rows[at][name] for name in ("number", "hash")} for at in (first, second)]
    rows[first], rows[second] = {**rows[second], **places[0]}, {**rows[first], **places[1]}
    return first + 1


def truncate(random: Random, rows: list[dict]) -> int:
    at = random.randrange(len(rows))
    del rows[at:]
    return at + 1


@pytest.mark.rule("SP-59")
@pytest.mark.security("S42")
def test_a_thousand_changes_of_the_past_are_all_found_at_the_right_number():
    random = Random(42)  # noqa: S311 (not a secret)
    rows, heads = a_chain(40)
    assert first_bad("o1", rows, heads, HEADS) is None
    wrong = []
    for n in range(1000):
        changed = list(rows)
        mutation = (edit, delete, swap, truncate)[n % 4]
        expected = mutation(random, changed)
        if (found := first_bad("o1", changed, heads, HEADS)) != expected:
            wrong.append((mutation.__name__, expected, found))
    assert wrong == []


def test_an_end_written_anew_with_fitting_hashes_is_found_behind_the_last_head_that_holds():
    random = Random(7)  # noqa: S311 (not a secret)
    rows, heads = a_chain(40)
    for _ in range(100):
        at = random.randrange(len(rows))
        changed, before = rows[:at], rows[at - 1]["hash"] if at else START
        for row in rows[at:]:
            forged = {**row, "actor": {"kind": "forger"}}
            before = entry_hash(before, forged)
            changed.append({**forged, "hash": before})
        assert first_bad("o1", changed, heads, HEADS) == at // 7 * 7 + 1


def test_without_heads_a_cut_off_end_does_not_show_and_with_them_it_does():
    rows, heads = a_chain(10)
    assert first_bad("o1", rows[:8], [], HEADS) is None
    assert first_bad("o1", rows[:8], heads, HEADS) == 9
    assert first_bad("o1", [], heads, HEADS) == 1


def test_a_head_of_another_key_or_scope_or_moment_is_not_believed():
    rows, heads = a_chain(10, every=10)
    [head] = heads
    stranger = Heads(generate()["AUDIT_SIGNING_KEY"])

    for forged in (
        stranger.head("o1", 10, rows[-1]["hash"], NOW),
        HEADS.head("o2", 10, rows[-1]["hash"], NOW),
        {**head, "at": NOW + timedelta(seconds=1)},
        {**head, "signature": bytes(64)},
        {name: value for name, value in head.items() if name != "signature"},
    ):
        assert first_bad("o1", rows, [forged], HEADS) == 1


def test_the_canonical_form_tells_values_apart_that_look_alike():
    id_ = uuid4()
    assert canonical({"a": id_}) != canonical({"a": str(id_)})
    assert canonical({"a": NOW}) != canonical({"a": NOW.isoformat()})
    assert canonical({"a": b"x"}) != canonical({"a": "78"})
    assert canonical({"b": 1, "a": 2}) == canonical({"a": 2, "b": 1})
    assert canonical({"a": "1,2"}) != canonical({"a": "1", "2": ""})
