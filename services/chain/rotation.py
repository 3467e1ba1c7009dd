"""What chain keeps encrypted for its place, and so under a key that rotates (S37)."""

FIELDS = (("chain_authorizations", "fiscal_number"),)
"""Collections and fields that are encrypted for their place."""
