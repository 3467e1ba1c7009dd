"""What billing does with the facts of identity: one charge for each thing that was agreed to (BI-11 to BI-21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chassis.ids import derived
from chassis.work import Work
from contracts.billing import Charged, Item, QuotationLine
from contracts.identity import (
    ActivationLetterReissued,
    AdditionAccepted,
    CredentialActivated,
    CredentialRequested,
    DeviceOrdered,
    MutationProcessed,
)
from contracts.values import local_date
from profiles.costs import addition_lines, device_lines, letter_lines
from profiles.model import Profile
from services.billing.fees import AgreedFees, Fee, agreed_fees, fee_charge, lines_of, listed_fees
from services.billing.handlers import NoPriceError
from services.billing.store import AGREED_FEES, CHARGES

Lines = tuple[QuotationLine, ...] | None


@dataclass(frozen=True, slots=True)
class Charging:
    """One method per fact."""

    profile: Profile

    async def on_requested(self, event: CredentialRequested, work: Work) -> None:
        """Keep what was agreed to: it is charged when the credential is taken into use (BI-12, BI-22)."""
        costs = event.costs or event.shared_costs
        if costs and event.paid_by is not None:
            agreed = AgreedFees(event.state.id, event.paid_by, agreed_fees(costs), event.first_id)
            await work.put(AGREED_FEES, agreed)

    async def on_activated(self, event: CredentialActivated, work: Work) -> None:
        """Charge the contract that begins, link fees and device included, as they were quoted (BI-11, BI-13, BI-16).

        Of a request for several organisations once, with the first credential that is taken into use.
        """
        agreed = await work.get(AGREED_FEES, event.state.id)
        if agreed is not None:
            await self._charge(agreed.fees, agreed.organisation_id, agreed.subject_id, work, fact=agreed.subject_id)
            await work.remove(AGREED_FEES, agreed.id)

    async def on_letter(self, event: ActivationLetterReissued, work: Work) -> None:
        """Charge a new activation letter where it costs something (BI-18)."""
        lines = letter_lines(self.profile, local_date(work.now))
        fees = _told(Item.ACTIVATION_LETTER, event.fee, lines)
        await self._charge(fees, event.state.organisation_id, event.state.id, work)

    async def on_device(self, event: DeviceOrdered, work: Work) -> None:
        """Charge a device that was not quoted with a credential (BI-16)."""
        lines = device_lines(self.profile, local_date(work.now))
        await self._charge(
            _told(Item.OTP_DEVICE, event.fee, lines), event.state.organisation_id, event.state.id, work
        )  # fmt: skip

    async def on_processed(self, event: MutationProcessed, work: Work) -> None:
        """Charge each line of a change that was processed now to who asked for it (BI-14, BI-19 to BI-21, SP-113)."""
        change = event.state
        for line in change.lines:
            if line.organisation_id in event.organisation_ids:
                fees, fact = _listed(lines_of(self.profile, change, line)), derived(work.id, line.credential_id)
                await self._charge(fees, change.organisation_id, line.credential_id, work, fact=fact)

    async def on_added(self, event: AdditionAccepted, work: Work) -> None:
        """Charge the link subscription of an added organisation to the one that added it (BI-15)."""
        on = local_date(event.state.submitted_at or work.now)
        lines = addition_lines(self.profile, event.state.years, on)
        await self._charge(_listed(lines), event.state.requested_from, event.state.id, work)

    @staticmethod
    async def _charge(
        fees: Iterable[Fee], organisation_id: UUID, subject_id: UUID, work: Work, fact: UUID | None = None
    ) -> None:
        """Charge each fee once for a fact, the event itself unless another is named: the id follows from its id."""
        for number, fee in enumerate(fees):
            id_ = derived(fact or work.id, "charge", number)
            if await work.get(CHARGES, id_) is None:
                charge = fee_charge(id_, organisation_id, subject_id, fee, local_date(work.now))
                await work.put(CHARGES, charge, Charged(state=charge.state()))


def _listed(lines: Lines) -> tuple[Fee, ...]:
    if lines is None:
        raise NoPriceError("no_price")
    return listed_fees(lines)


def _told(item: Item, amount: int | None, lines: Lines) -> tuple[Fee, ...]:
    """Return the fee that a fact names, with the VAT of the price list."""
    if amount is None:
        return ()
    if not lines:
        raise NoPriceError("no_price")
    return (Fee(item, amount, lines[0].vat_per_mille),)
