"""The machine that lives the lives of credentials: the customers, what happens at once, what must always be so."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.identity import (
    ApproveApplication,
    ChangeEmail,
    ChangeRole,
    EndCredential,
    IssueActivationLetter,
    RejectApplication,
)
from contracts.message import Refusal
from contracts.values import local_date
from services.identity.store import CREDENTIALS, ORGANISATIONS, PERSONS
from tests.harness import NOW
from tests.service.identity.life_commands import Counter
from tests.service.identity.life_model import DAY, IN_USE, OPEN, ROWS, Held, Human, Life

WHO = WHICH = st.sampled_from(range(24))
MOSTLY = 20
ROLES = st.sampled_from(["administrator", "user"])


class Beginning(RuleBasedStateMachine):
    """Two organisations, their people and the back office; requests, letters, activation, changes at once."""

    counter = None

    @initialize(users=st.booleans(), leaving=st.booleans())
    def customers(self, users, leaving):
        cls = type(self)
        cls.counter = cls.counter or Counter()
        self.send = self.counter.memory.send
        self.here, self.there = self.counter.begin()
        self.life = Life((self.here, self.there), local_date(NOW))
        both = {self.here: "administrator", self.there: "administrator"}
        self.life.held += self.counter.settle(both, sms=False)
        if users:
            for level in ("EH3", "EH3", "EH2+"):
                self.life.held += self.counter.settle({self.here: "user"}, level=level)
        if leaving:
            self.leave()

    def leave(self):
        """Let the only administrator there end in forty days: nothing else is open, so that it may be."""
        held = next(held for held in self.life.held if held.organisation == self.there)
        on = self.life.today + 40 * DAY
        command = EndCredential(
            actor=self.counter.actor(held), credential_id=held.id, moment="date", on=on, confirmed=True
        )
        self.judged(self.send(command), wanted=True)
        self.life.step(held, "end later")
        held.ends_on = on

    # who and what

    def one(self, which, fits=lambda held: held.open):
        """Return a credential: mostly one that fits, so that what happens is not only refused."""
        found = [held for held in self.life.held if fits(held)] if which < MOSTLY else []
        found = found or self.life.held
        return found[which % len(found)]

    def acting(self, who, held):
        """Return by whom a credential is changed: an administrator there more often than not."""
        places = [one for one in self.life.held if one.organisation == held.organisation and one.human.account]
        able = [one for one in places if self.life.administers(one.human, held.organisation) is one]
        found = able if able and who < MOSTLY else places
        return found[who % len(found)]

    def able(self, acting):
        return self.life.administers(acting.human, acting.organisation) is not None

    def judged(self, outcome, wanted):
        """What was foretold has happened."""
        assert isinstance(outcome, Refusal) is not wanted, (outcome, "foretold:", wanted)
        return wanted

    # requests, letters, activation

    @rule(who=WHO, which=WHICH, role=ROLES, years=st.sampled_from([1, 3]))
    def request(self, who, which, role, years):
        acting = self.acting(who, self.one(which))
        if self.judged(outcome := self.counter.request(acting, role, years), self.able(acting)):
            (id_,) = outcome.credential_ids
            person = self.counter.memory.all(CREDENTIALS)[id_].person_id
            held = Held(id_, acting.organisation, Human(person, sms=True, account=False), role, "EH2+",
                        "waiting_approval", years, application=outcome.application_id)  # fmt: skip
            self.life.held.append(held)

    @rule(which=WHICH, good=st.booleans())
    def decide(self, which, good):
        held = self.one(which, lambda held: held.status == "waiting_approval")
        if held.application is None:
            return
        given = {"actor": self.counter.employees[0], "application_id": held.application}
        command = ApproveApplication(**given) if good else RejectApplication(**given, reason="illegible")
        if self.judged(self.send(command), held.status == "waiting_approval"):
            self.life.step(held, "approve" if good else "reject")
            if good:
                self.lettered(held)

    def lettered(self, held):
        held.letters.append(self.counter.letter_code())
        held.activate_by = self.life.today + 30 * DAY

    @rule(which=WHICH)
    def new_letter(self, which):
        held = self.one(which, lambda held: held.status in {"waiting_activation", "activation_expired"})
        command = IssueActivationLetter(actor=self.counter.employees[0], credential_id=held.id, agreed=True)
        if self.judged(self.send(command), (held.status, "letter") in ROWS):
            self.life.step(held, "letter")
            self.lettered(held)

    @rule(which=WHICH, old=st.booleans())
    def activate(self, which, old):
        held = self.one(which, lambda held: held.status == "waiting_activation" and len(held.letters) > old)
        if len(held.letters) <= old:
            return
        code = held.letters[-2 if old else -1]
        wanted = not old and held.status == "waiting_activation"
        if self.judged(self.counter.activate(code), wanted):
            self.life.step(held, "activate")
            held.since, held.human.account = self.life.today, True

    @rule(who=WHO, which=WHICH, role=ROLES)
    def newcomer(self, who, which, role):
        """Somebody for whom all goes well: the long way is seldom walked to its end by chance."""
        self.request(who, which, role, years=1)
        self.decide(0, good=True)
        self.activate(0, old=False)

    # changes at once

    def changeable(self, acting, held):
        """SP-16, ST-17: by an administrator of that organisation, open, with no change pending."""
        return self.able(acting) and held.open and held.human.pending is None

    @rule(who=WHO, which=WHICH, role=ROLES)
    def change_role(self, who, which, role):
        held = self.one(which)
        acting = self.acting(who, held)
        wanted = self.changeable(acting, held) and held.human is not acting.human
        wanted = wanted and not (role == "administrator" and held.type == "belastingdienst")
        wanted = wanted and not (role == "user" and self.life.leaves_nobody(held, stays=True))
        command = ChangeRole(actor=self.counter.actor(acting), credential_id=held.id, role=role)
        if self.judged(self.send(command), wanted):
            held.role = role

    @rule(who=WHO, which=WHICH)
    def change_mobile(self, who, which):
        held = self.one(which)
        acting = self.acting(who, held)
        wanted = self.changeable(acting, held) and held.human is not acting.human and held.human.sms
        wanted = wanted and held.status in {"waiting_activation", "active", "ending_scheduled"}
        self.judged(self.counter.change_mobile(acting, held), wanted)

    @rule(who=WHO, which=WHICH)
    def change_email(self, who, which):
        held = self.one(which, lambda held: held.status == "waiting_activation")
        acting = self.acting(who, held)
        wanted = self.changeable(acting, held) and held.status == "waiting_activation" and not held.human.account
        command = ChangeEmail(actor=self.counter.actor(acting), credential_id=held.id, email="other@x.example")
        self.judged(self.send(command), wanted)

    # what is so after each step

    @invariant()
    def as_foretold(self):
        people = self.counter.memory.all(PERSONS)
        locked = {id_ for person in people.values() if person.mutation_id for id_ in person.credential_ids}
        found = {
            one.id: (one.status, one.role, one.level, one.type, one.ends_on, one.next_level, one.level_until,
                     one.id in locked)
            for one in self.held()
        }  # fmt: skip
        assert found == {held.id: held.shown for held in self.life.held}
        alive = {id_: one.active for id_, one in self.counter.memory.all(ORGANISATIONS).items()}
        assert alive == self.life.alive

    def held(self):
        return self.counter.memory.all(CREDENTIALS).values()

    @invariant()
    def never_without_administrator(self):
        """ID-158: as long as anything is open, somebody administers it; a day that comes is judged when it is there."""
        served = {one.organisation_id for one in self.held() if one.status in OPEN}
        able = {one.organisation_id for one in self.held() if one.status in IN_USE and one.role == "administrator"}
        assert served <= able

    @invariant()
    def one_belastingdienst_credential(self):
        """ID-137."""
        places = [one.organisation_id for one in self.held() if one.type == "belastingdienst" and one.status in OPEN]
        assert len(places) == len(set(places))
