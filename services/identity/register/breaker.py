"""A circuit breaker: after some failures in a row nobody waits for a service that is down (S34)."""

from collections.abc import Callable
from time import monotonic
from typing import Final

FAILURES: Final = 5
PAUSE: Final = 30.0


class Breaker:
    """Opens after `failures` in a row for `pause` seconds; then one call at a time may try until one succeeds."""

    def __init__(self, failures: int = FAILURES, pause: float = PAUSE, clock: Callable[[], float] = monotonic) -> None:
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._failed = 0
        self._barred_until = 0.0

    def admits(self) -> bool:
        """Tell whether a call may be made now; a trial after the pause is given to one caller only."""
        if self._failed < self._limit:
            return True
        if self._clock() < self._barred_until:
            return False
        self._barred_until = self._clock() + self._pause
        return True

    def succeeded(self) -> None:
        """Note an answer: the circuit is closed and all may call."""
        self._failed = 0

    def failed(self) -> None:
        """Note a failure: it opens the circuit, or keeps it open, for a whole pause."""
        self._failed += 1
        self._barred_until = self._clock() + self._pause
