"""Two employees give somebody another device: what the first has asked waits until the second asks the same (S25)."""

from dataclasses import dataclass

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import DispatchDevices, WithdrawDeviceReview
from contracts.message import Done, Refusal
from services.identity.domain.authority import DECIDERS, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.devices import Device, DeviceReview, decide_review, put_back, set_aside
from services.identity.store import DEVICE_REVIEWS, DEVICES, PERSONS
from services.identity.tools import Tools


@dataclass(frozen=True, slots=True)
class DeviceReviews:
    """Keeps what waits for a second employee."""

    tools: Tools

    async def awaited(self, given: DeviceReview, work: Work) -> bool | Refusal:
        """Say whether it waits for a second employee; False: it takes effect, and nothing waits any more (S9)."""
        store, four_eyes = self.tools.store(work), self.tools.profile.four_eyes.issuing_levels
        person, before = await work.get(PERSONS, given.person_id), await work.get(DEVICE_REVIEWS, given.id)
        waits = decide_review(before, given, await store.held_by(person), four_eyes)
        if isinstance(waits, Refusal):
            return waits
        if before is not None:
            await work.remove(DEVICE_REVIEWS, before.id)
        if waits is not None:
            await self._put_back(before, work)
            await self._keep(waits, work)
        return waits is not None

    async def withdraw(self, command: WithdrawDeviceReview, work: Work) -> Done | Refusal:
        """Take back what waits for a second employee."""
        if not is_staff(command.actor, DECIDERS):
            return NOT_ALLOWED
        before = await work.get(DEVICE_REVIEWS, command.review_id)
        if before is None:
            return UNKNOWN
        await work.remove(DEVICE_REVIEWS, before.id)
        await self._put_back(before, work)
        return Done()

    @staticmethod
    async def _keep(review: DeviceReview, work: Work) -> None:
        await work.put(DEVICE_REVIEWS, review)
        if device := await _taken(review, work):
            await work.put(DEVICES, set_aside(device))

    @staticmethod
    async def _put_back(review: DeviceReview | None, work: Work) -> None:
        if device := await _taken(review, work):
            await work.put(DEVICES, put_back(device))
            work.send(DispatchDevices(actor=SYSTEM))


async def _taken(review: DeviceReview | None, work: Work) -> Device | None:
    """Return the device that was taken from the stock for a review, where nobody has got it since."""
    if review is None or review.taken is None:
        return None
    device = await work.get(DEVICES, review.taken)
    return device if device is not None and device.person_id is None else None
