"""What SM 1 to SM 4 say of credentials, written down once more: small, and of nobody's code.

The model shares no function with the service. Days are plain dates; a day is over at midnight.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

OPEN = {"waiting_approval", "waiting_activation", "activation_expired", "active", "ending_scheduled"}
IN_USE = {"active", "ending_scheduled"}
LEVELS = ["EH2+", "EH3"]
NEVER = date.max
DAY = timedelta(days=1)

# From, trigger: to (SM 1; SP-28 lets an ending be undone, ST-08 holds for one that is scheduled too).
ROWS = {
    ("waiting_approval", "approve"): "waiting_activation",  # ST-02
    ("waiting_approval", "reject"): "rejected",  # ST-03
    ("waiting_activation", "activate"): "active",  # ST-05
    ("waiting_activation", "thirty days"): "activation_expired",  # ST-06
    ("activation_expired", "letter"): "waiting_activation",  # ST-07
    ("waiting_activation", "letter"): "waiting_activation",  # SP-08
    ("active", "end later"): "ending_scheduled",  # ST-09, ST-10
    ("ending_scheduled", "its day"): "ended",  # ST-11
    ("ending_scheduled", "undo"): "active",
    **{(status, "end"): "ended" for status in OPEN},  # ST-08, ST-12, ST-13
}


@dataclass
class Human:
    """A person; `pending` is the change in treatment, which locks every other one (ST-17, SP-16)."""

    id: object
    sms: bool = False
    account: bool = True
    pending: "Change | None" = None


@dataclass
class Held:
    """A credential."""

    id: object
    organisation: str
    human: Human
    role: str
    level: str
    status: str
    years: int = 1
    since: date | None = None
    """The first day of the contract."""

    type: str = "regular"
    ends_on: date | None = None
    activate_by: date | None = None
    lower: tuple[str, date] | None = None
    """The level to come, and the last day of the present one (SP-12)."""

    letters: list[str] = field(default_factory=list)
    application: object = None

    @property
    def open(self):
        return self.status in OPEN

    @property
    def usable(self):
        return self.status in IN_USE

    @property
    def shown(self):
        """What can be compared with the service."""
        lower = self.lower or (None, None)
        return self.status, self.role, self.level, self.type, self.ends_on, *lower, self.human.pending is not None


@dataclass
class Change:
    """A change in treatment: of `held`, and what links it brings, by organisation."""

    kind: str
    held: Held
    id: object = None
    level: str | None = None
    role: str | None = None
    years: int | None = None
    to: dict[str, str] = field(default_factory=dict)


class Life:
    """All credentials of the organisations, and what may happen to them."""

    def __init__(self, organisations, today):
        self.alive = dict.fromkeys(organisations, True)
        self.held = []
        self.today = today
        self.belastingdienst = {}
        """By organisation: the credential that is, or is to be, the one of its KvK number (ID-137)."""

    def open_at(self, organisation):
        return [one for one in self.held if one.organisation == organisation and one.open]

    def of(self, human, organisation):
        return next((one for one in self.open_at(organisation) if one.human is human), None)

    def administers(self, human, organisation):
        """Who may act there: an administrator whose credential is in use, of a customer (SP-26)."""
        own = self.of(human, organisation)
        fits = own is not None and own.usable and own.role == "administrator"
        return own if fits and self.alive[organisation] else None

    def leaves_nobody(self, held, *, last=date.min, stays=False):
        """SP-25: from some day on others are open, and no administrator without an end is there.

        `stays` : the credential itself stays open, as a user.
        """
        if not (held.usable and held.role == "administrator"):
            return False
        others = [one for one in self.open_at(held.organisation) if one is not held]
        left = [one for one in others if (one.ends_on or NEVER) > last]
        keeps = any(one.usable and one.role == "administrator" and one.ends_on is None for one in left)
        return bool(left or stays) and not keeps

    def somebody_stays(self, held):
        """SP-25: with this one going on, an administrator without an end is there."""
        here = self.open_at(held.organisation)
        return any(
            one.usable and one.role == "administrator" and (one is held or one.ends_on is None) for one in here
        )  # fmt: skip

    def step(self, held, trigger):
        """Take a row of the table; there is one, or the caller is wrong."""
        held.status = ROWS[held.status, trigger]

    def end(self, held):
        """ST-08, ST-12, ST-13, ST-28: with the last one the organisation ends."""
        self.step(held, "end" if held.ends_on is None or held.ends_on >= self.today else "its day")
        held.ends_on = held.lower = None
        self.cancel(held)
        if self.belastingdienst.get(held.organisation) is held:
            del self.belastingdienst[held.organisation]
        if not self.open_at(held.organisation):
            self.alive[held.organisation] = False

    def cancel(self, held):
        """SP-16: ending cancels the change that is pending for the credential."""
        if held.human.pending is not None and held.human.pending.held is held:
            self.free(held.human.pending)
            held.human.pending = None

    def free(self, change):
        """A conversion that does not take place leaves its place to others."""
        if change.kind == "to_belastingdienst":
            del self.belastingdienst[change.held.organisation]

    def contract_end(self, held):
        """1 or 3 years from the first day, then by the year (SP-103)."""
        years = held.years
        while (last := _years_later(held.since, years) - DAY) < self.today:
            years += 1
        return last

    def process(self, change, linked):
        """ST-18: what a change brings is in force; `linked` makes the credential of a link."""
        held = change.held
        match change.kind:
            case "upgrade":
                held.level, held.role, held.lower = change.level, change.role, None
                held.years, held.since = change.years, self.today
            case "downgrade":
                held.lower = (change.level, self.contract_end(held))
            case "to_belastingdienst" | "to_regular":
                held.type = change.kind.removeprefix("to_")
                held.years, held.since, held.lower = change.years, self.today, None
                if held.type == "regular":
                    self.belastingdienst.pop(held.organisation, None)
        for organisation, role in change.to.items():
            self.held.append(
                Held(linked(organisation), organisation, held.human, role, held.level, "active", held.years, held.since)
            )
        held.human.pending = None

    def midnight(self):
        """A day is over: what waited 30 days expires, what ends with it ends, a lower level begins."""
        over, self.today = self.today, self.today + DAY
        for held in self.held:
            if held.status == "waiting_activation" and held.activate_by == over:
                self.step(held, "thirty days")
            if held.usable and held.lower is not None and held.lower[1] == over:
                held.level, held.lower, held.years, held.since = held.lower[0], None, 1, self.today
        ending = [held for held in self.held if held.open and held.ends_on == over]
        alone = [held for held in ending if self.leaves_nobody(held, last=over)]
        for held in ending:
            if held in alone:
                held.ends_on = self.today  # SP-25: postponed
            else:
                self.end(held)


def _years_later(day, years):
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
