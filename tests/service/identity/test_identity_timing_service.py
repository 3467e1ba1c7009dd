"""Time tells nothing: 1,000 known against 1,000 unknown, by median and by Kolmogorov-Smirnov (S4)."""

import math
import statistics
import time
from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.identity import StartLogin, StartRecovery
from tests.service.identity.journey import KVK, sealed_for_identity

TIMES = 1000


def p_value(one, other):
    """Kolmogorov-Smirnov for two samples, by its limit."""
    one, other = sorted(one), sorted(other)
    at_one = at_other = apart = 0
    while at_one < len(one) and at_other < len(other):
        if one[at_one] <= other[at_other]:
            at_one += 1
        else:
            at_other += 1
        apart = max(apart, abs(at_one / len(one) - at_other / len(other)))
    scaled = apart * math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    if scaled < 0.2:
        return 1.0
    return 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 50))


def test_the_measure_tells_what_differs_from_what_does_not():
    same = [number % 97 for number in range(TIMES)]
    assert p_value(same, same[::-1]) > 0.99
    assert p_value(same, [number + 20 for number in same]) < 0.001


def recovery(known, number):
    return uuid4(), StartRecovery(actor=ANYONE, email="jansen@company.example" if known else f"n{number}@x.example")


def login(known, number):
    id_ = uuid4()
    password = sealed_for_identity(f"een heel ander wachtwoord {number}", id_, "password")
    name = f"user0.{KVK}" if known else "nobody.at-all"
    return id_, StartLogin(actor=ANYONE, user_name=name, password=password)


@pytest.mark.endurance
@pytest.mark.timeout(900)
@pytest.mark.rule("ID-189", "ID-178")
@pytest.mark.security("S4")
@pytest.mark.parametrize("ask", [recovery, login])
async def test_known_and_unknown_take_equally_long(journey, ask):
    await journey.customer()
    taken = {True: [], False: []}
    for number in range(TIMES):
        for known in (True, False) if number % 2 else (False, True):
            id_, command = ask(known, number)
            before = time.perf_counter()
            outcome = await journey.service.command(command, at=journey.now, id_=id_)
            taken[known].append(time.perf_counter() - before)
            assert outcome is not None
        journey.later(hours=2)
    apart = abs(statistics.median(taken[True]) - statistics.median(taken[False]))
    assert apart < 0.005
    assert p_value(taken[True], taken[False]) > 0.01
