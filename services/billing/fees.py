"""What is charged beside chain authorizations: credentials, upgrades, links, devices, letters (BI-11 to BI-21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from contracts.billing import Item, QuotationLine
from contracts.identity import AgreedCost, MutationKind, MutationLine, MutationState
from contracts.values import add_years, local_date
from profiles.costs import Wanted, conversion_lines, linked_lines, upgrade_lines
from profiles.model import Profile
from services.billing.domain import Charge, vat_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fee:
    """What one thing costs, in cents without VAT; `years` are paid at once (BI-11), None: it is paid once."""

    item: Item
    amount: int
    vat_per_mille: int
    years: int | None = None


@dataclass(frozen=True, slots=True)
class AgreedFees:
    """What was agreed to when a credential was asked for; the id is the credential's (BI-22)."""

    id: UUID
    organisation_id: UUID
    """Who pays."""

    fees: tuple[Fee, ...]
    first_id: UUID | None = None
    """The first credential of a request for several organisations: the costs are agreed to once, and so charged."""

    @property
    def subject_id(self) -> UUID:
        """The credential that the costs were told of."""
        return self.first_id or self.id


def agreed_fees(costs: Iterable[AgreedCost]) -> tuple[Fee, ...]:
    """Return the fees of a quotation's lines."""
    return tuple(Fee(Item(cost.item), cost.amount, cost.vat_per_mille, cost.years) for cost in costs)


def listed_fees(lines: Iterable[QuotationLine]) -> tuple[Fee, ...]:
    """Return the fees of lines of the price list."""
    return tuple(Fee(line.item, line.amount, line.vat_per_mille, line.years) for line in lines)


def lines_of(profile: Profile, change: MutationState, line: MutationLine) -> tuple[QuotationLine, ...] | None:
    """Return what a processed line of a change costs, by the prices of the day of its agreement (BI-22).

    The change itself costs its new term; a line at another organisation is a link (BI-14, BI-19, BI-21).
    """
    on = local_date(change.submitted_at)
    if line.credential_id != change.credential_id:
        return linked_lines(profile, 1, on)
    if change.years is None:
        return ()
    if change.kind is MutationKind.UPGRADE:
        return upgrade_lines(profile, Wanted(change.level, change.years, None), on)
    return conversion_lines(profile, change.type, change.level, change.years, on)


def fee_charge(id_: UUID, organisation_id: UUID, subject_id: UUID, fee: Fee, on: date) -> Charge:
    """Return the charge of a fee: of a term in full on its first day (BI-11, SP-106)."""
    until = on if fee.years is None else add_years(on, fee.years) - _DAY
    return Charge(
        id_, organisation_id, subject_id, fee.amount, vat_of(fee.amount, fee.vat_per_mille), on, until, fee.item
    )
