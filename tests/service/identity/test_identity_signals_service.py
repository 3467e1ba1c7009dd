"""Reading the mutation signals of the trade register: what ended is suspended once, an outage loses nothing."""

from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from chassis.once import handle_once
from contracts.identity import OrganisationSuspended, ResumeOrganisation
from services.identity.handlers.signals import OVERLAP, SignalReader
from services.identity.register import RegisterUnavailable, Signal
from services.identity.store import SIGNALS_READ, Reads
from tests.service.identity.journey import HANDLER
from tests.service.identity.offices import REGISTER, SINGLE, logged_in_at


@dataclass
class MutationService:
    """A mutation service that holds signals, or is out."""

    found: list = field(default_factory=list)
    out: bool = False
    asked: list = field(default_factory=list)
    ended: set = field(default_factory=set)

    async def subscriptions(self):
        return ("sub-1",)

    async def signals(self, _, since, until):
        if self.out:
            raise RegisterUnavailable("out")
        self.asked.append((since, until))
        return tuple(self.found)

    async def company(self, kvk_number):
        company = await REGISTER.company(kvk_number)
        return replace(company, active=False) if company and kvk_number in self.ended else company


@pytest.fixture
def service():
    return MutationService()


@pytest.fixture
def reader(journey, service):
    process = journey.service.process
    return SignalReader(
        service, service, Reads(process.database), process.clock, partial(handle_once, process), every_s=300
    )


def a_signal(journey, kind="SignaalBeeindiging_2025_01", **more):
    return Signal("signal-1", journey.now, SINGLE, kind, **more)


@pytest.mark.rule("SP-45")
async def test_an_ended_company_is_suspended_once_however_often_its_signal_is_read(journey, service, reader):
    _, (administrator, _) = await logged_in_at(journey, SINGLE)
    service.found, service.ended = [a_signal(journey)], {SINGLE}
    await reader.read()
    assert len(await journey.service.sent(OrganisationSuspended)) == 1
    resume = ResumeOrganisation(actor=HANDLER, organisation_id=administrator.organisation_id, reason="vergissing")
    await journey.send(resume)
    await reader.read()
    assert len(await journey.service.sent(OrganisationSuspended)) == 1
    (_, first), (second, _) = service.asked
    assert second == first - OVERLAP


async def test_other_signals_and_those_of_a_branch_or_of_a_company_that_goes_on_suspend_nothing(
    journey, service, reader
):
    await logged_in_at(journey, SINGLE)
    service.found = [
        a_signal(journey), replace(a_signal(journey, branch_number="000037178598"), id="signal-2"),
        replace(a_signal(journey, "SignaalGewijzigdeInschrijving"), id="signal-3"),
        replace(a_signal(journey), id="signal-4", kvk_number="99999999"),
    ]  # fmt: skip
    await reader.read()
    assert await journey.service.sent(OrganisationSuspended) == []


async def test_an_outage_leaves_the_place_where_it_was(journey, service, reader):
    await reader.read()
    known = await Reads(journey.service.database).one(SIGNALS_READ, "sub-1")
    service.out = True
    with pytest.raises(RegisterUnavailable):
        await reader.read()
    service.out, service.found = False, [replace(a_signal(journey), kvk_number="90004973")]
    with pytest.raises(RegisterUnavailable):
        await reader.read()
    assert await Reads(journey.service.database).one(SIGNALS_READ, "sub-1") == known
