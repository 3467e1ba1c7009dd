"""The clock: publishes a tick every second. Owns nothing; a second clock does no harm."""
