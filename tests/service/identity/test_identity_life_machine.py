"""The life of credentials at two organisations against a small model, in any order that hypothesis can think of.

Driven are the real handlers with the rules below them, on documents in memory: over a database a command takes 20 ms
and more, 500 lives of 50 steps many minutes; like this they take half of one. Each command is foretold by the model,
taken or refused; after it every credential is as the model has it, and what must always hold does. The model changes a
status by rows of SM 1 alone, so that being equal to it proves the transitions.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from contracts.actor import SYSTEM
from contracts.identity import (
    ConvertCredential,
    DowngradeCredential,
    EndCredential,
    EndOrganisation,
    LinkPerson,
    LinkTo,
    RefuseMutation,
    UndoEnding,
)
from services.identity.store import MUTATIONS
from tests.service.identity.life_machine import ROLES, WHICH, WHO, Beginning
from tests.service.identity.life_model import LEVELS, Change


def free(held):
    """Say whether a change may be asked for."""
    return held.status == "active" and held.human.pending is None


class LifeOfCredentials(Beginning):
    """Changes in treatment, endings, and the days that pass."""

    # changes in treatment

    def submitted(self, outcome, wanted, change):
        if self.judged(outcome, wanted):
            change.id = outcome.mutation_id
            change.held.human.pending = change

    def treatable(self, acting, held):
        return self.changeable(acting, held) and held.status == "active"

    @rule(who=WHO, which=WHICH, role=ROLES)
    def link(self, who, which, role):
        held = self.one(which, free)
        acting = self.acting(who, held)
        other = self.there if held.organisation == self.here else self.here
        own = self.life.administers(acting.human, other)
        lowest = min(LEVELS.index(one.level) for one in (acting, own or acting))
        wanted = self.treatable(acting, held) and own is not None and held.type == "regular"
        wanted = wanted and LEVELS.index(held.level) <= lowest and self.life.of(held.human, other) is None
        to = (LinkTo(organisation_id=other, role=role),)
        command = LinkPerson(actor=self.counter.actor(acting), credential_id=held.id, to=to, agreed=True)
        self.submitted(self.send(command), wanted, Change("link", held, to={other: role}))

    @rule(who=WHO, which=WHICH, role=ROLES)
    def upgrade(self, who, which, role):
        held = self.one(which, lambda held: free(held) and held.level == "EH2+")
        acting = self.acting(who, held)
        wanted = self.treatable(acting, held) and held.human is not acting.human and held.type == "regular"
        wanted = wanted and held.level == "EH2+" and acting.level == "EH3"
        wanted = wanted and not (role == "user" and self.life.leaves_nobody(held, stays=True))
        change = Change("upgrade", held, level="EH3", role=role, years=3)
        self.submitted(self.counter.upgrade(acting, held, role), wanted, change)

    @rule(who=WHO, which=WHICH)
    def downgrade(self, who, which):
        held = self.one(which, free)
        acting = self.acting(who, held)
        wanted = self.treatable(acting, held) and held.human is not acting.human and held.type == "regular"
        command = DowngradeCredential(
            actor=self.counter.actor(acting), credential_id=held.id, level="EH2+", agreed=True
        )
        wanted = wanted and held.level == "EH3" and held.lower is None  # one that is planned is not planned again
        self.submitted(self.send(command), wanted, Change("downgrade", held, level="EH2+"))

    @rule(who=WHO, which=WHICH, to=st.sampled_from(["belastingdienst", "belastingdienst", "regular"]))
    def convert(self, who, which, to):
        held = self.one(
            which, lambda held: free(held) and held.level == "EH3" and held.role == "user" and held.type != to
        )
        acting = self.acting(who, held)
        wanted = self.treatable(acting, held) and held.level == "EH3" and held.type != to
        if to == "belastingdienst":
            wanted = wanted and held.role == "user" and held.organisation not in self.life.belastingdienst
        command = ConvertCredential(
            actor=self.counter.actor(acting), credential_id=held.id, to_type=to, years=1, consent=True
        )
        self.submitted(self.send(command), wanted, Change(f"to_{to}", held, years=1))
        if wanted and to == "belastingdienst":
            self.life.belastingdienst[held.organisation] = held

    def pending(self, which):
        found = [
            held.human.pending for held in self.life.held if held.human.pending and held.human.pending.held is held
        ]
        return found[which % len(found)] if found else None

    @rule(which=WHICH)
    def process(self, which):
        if (change := self.pending(which)) is None:
            return
        places = change.to or {change.held.organisation: None}
        wanted = all(self.life.alive[place] for place in places)
        if change.kind == "upgrade" and change.role == "user":
            wanted = wanted and not self.life.leaves_nobody(change.held, stays=True)
        if self.judged(self.counter.process(change), wanted):
            lines = self.counter.memory.all(MUTATIONS)[change.id].lines
            self.life.process(change, {line.organisation_id: line.credential_id for line in lines}.get)

    @rule(which=WHICH)
    def refuse(self, which):
        if (change := self.pending(which)) is None:
            return
        command = RefuseMutation(actor=self.counter.employees[0], mutation_id=change.id, reason="incomplete")
        self.judged(self.send(command), wanted=True)
        self.life.free(change)
        change.held.human.pending = None

    # endings

    @rule(who=WHO, which=WHICH, moment=st.sampled_from(["now", "date", "contract_end"]), days=st.integers(0, 40),
          everywhere=st.booleans())  # fmt: skip
    def end(self, who, which, moment, days, everywhere):
        held = self.one(which)
        acting = self.acting(who, held)
        other = self.there if held.organisation == self.here else self.here
        on = self.life.today + timedelta(days=days) if moment == "date" else None
        command = EndCredential(
            actor=self.counter.actor(acting), credential_id=held.id, moment=moment, on=on, confirmed=True,
            organisation_ids=(other,) if everywhere else (),
        )  # fmt: skip
        places = [(held, self.able(acting))]
        if everywhere:
            places.append((self.life.of(held.human, other), self.life.administers(acting.human, other) is not None))
        wanted = all(able and one is not None and self.may_end(one, moment, on) for one, able in places)
        if self.judged(self.send(command), wanted):
            for one, _ in places:
                self.ended(one, moment, on)

    def may_end(self, held, moment, on):
        if moment == "now":
            return held.open and not self.life.leaves_nobody(held)
        if held.status != "active" or (on is not None and on <= self.life.today):
            return False
        return not self.life.leaves_nobody(held, last=on or self.life.contract_end(held))

    def ended(self, held, moment, on):
        if moment == "now":
            self.life.end(held)
            return
        held.ends_on = on or self.life.contract_end(held)
        self.life.step(held, "end later")
        self.life.cancel(held)

    @rule(who=WHO, which=WHICH)
    def undo(self, who, which):
        held = self.one(which, lambda held: held.status == "ending_scheduled")
        acting = self.acting(who, held)
        command = UndoEnding(actor=self.counter.actor(acting), credential_id=held.id)
        wanted = self.able(acting) and held.status == "ending_scheduled" and self.life.somebody_stays(held)
        if self.judged(self.send(command), wanted):
            self.life.step(held, "undo")
            held.ends_on = None

    @rule(which=st.sampled_from(range(30)))
    def company_ends(self, which):
        """ST-29, more seldom than the rest."""
        if which > 1:
            return
        place = (self.here, self.there)[which]
        self.send(EndOrganisation(actor=SYSTEM, organisation_id=place))
        self.life.alive[place] = False
        for held in self.life.open_at(place):
            self.life.end(held)

    @rule(days=st.sampled_from([1, 7, 31, 41, 366]))
    def days_pass(self, days):
        for _ in range(days):
            self.life.midnight()
        self.counter.memory.move_to(self.counter.memory.now + timedelta(days=days))


@pytest.mark.timeout(600)
@pytest.mark.rule("ID-111", "ID-112", "ID-137", "ID-158", "ID-159", "SP-08", "SP-16", "SP-25", "SP-26", "SP-28")
@pytest.mark.rule("ST-02", "ST-03", "ST-05", "ST-06", "ST-07", "ST-08", "ST-09", "ST-10", "ST-11", "ST-12", "ST-13")
@pytest.mark.rule("ST-14", "ST-15", "ST-16", "ST-17", "ST-18", "ST-19", "ST-20", "ST-21", "ST-22", "ST-23", "ST-28")
def test_no_order_of_events_makes_a_credential_do_what_the_table_does_not_have():
    run_state_machine_as_test(
        LifeOfCredentials,
        settings=settings(
            max_examples=500, stateful_step_count=50, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
