"""What a check has found: counts, and each counter-example."""

from collections import Counter
from dataclasses import dataclass, field

LOST, DOUBLED, DISORDER, GAP = "lost", "doubled", "out of order", "gap"
MAIL_LOST, MAIL_DOUBLED, MONEY, COPY = "mail lost", "mail doubled", "invoice line", "copy"
REFUSED_EFFECT, HALF, REST, STATE = "effect of a refusal", "half an effect", "left over", "state"
KINDS = (
    LOST, DOUBLED, DISORDER, GAP, MAIL_LOST, MAIL_DOUBLED, MONEY, COPY, REFUSED_EFFECT, HALF, REST, STATE,
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Violation:
    """A promise that was not kept: which kind, of what, and what is the case instead."""

    kind: str
    what: str
    text: str


@dataclass
class Report:
    """The outcome of one check."""

    commands: int = 0
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    stored: int = 0
    """Answered with 202."""

    events: int = 0
    mails: int = 0
    repeated_mails: int = 0
    """Sent again under the same Message-ID by a sender that was killed: allowed, and counted."""

    lines: int = 0
    """Invoice lines."""

    copies: int = 0
    violations: list[Violation] = field(default_factory=list)

    def add(self, kind: str, what: object, text: str) -> None:
        """Note a violation."""
        assert kind in KINDS, kind
        self.violations.append(Violation(kind, str(what), text))

    @property
    def counts(self) -> Counter[str]:
        """The number of violations of each kind."""
        return Counter(violation.kind for violation in self.violations)

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not self.violations

    def first(self) -> str:
        """Return the first counter-example of each kind, one a line."""
        firsts: dict[str, Violation] = {}
        for violation in self.violations:
            firsts.setdefault(violation.kind, violation)
        return "\n".join(f"{self.counts[kind]} x {kind}: {v.what}: {v.text}" for kind, v in firsts.items())
