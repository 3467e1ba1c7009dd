"""What the demo shows: every step as it happens, with what was seen."""

from time import monotonic


class NotHeldError(Exception):
    """A step of the journey did not go as the rules say."""


class Journal:
    """Prints the steps and counts what held."""

    def __init__(self, profile: str) -> None:
        self._begun = monotonic()
        self._held = 0
        print(f"\nThe main journey at {profile}")

    def step(self, text: str) -> None:
        """Begin a step."""
        print(f"\n{text}", flush=True)

    def saw(self, text: str) -> None:
        """Tell what was seen."""
        print(f"    {text}", flush=True)

    def held(self, what: str, found: object, wanted: object = True) -> None:  # noqa: FBT002 (what is mostly wanted)
        """Tell what was seen; raise NotHeldError when it is not what was wanted."""
        if found != wanted:
            raise NotHeldError(f"{what}: wanted {wanted!r}, found {found!r}")
        self._held += 1
        print(f"    ✓ {what}", flush=True)

    def close(self) -> None:
        """Tell the end."""
        print(f"\nAll held: {self._held} checks in {monotonic() - self._begun:.1f} s", flush=True)
