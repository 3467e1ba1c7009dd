"""Demo data, entered over HTTP by the same calls as a user's, and the main journey, each step shown as it happens."""

from stack.demo.journey import play
from stack.demo.load import load, logins
from stack.demo.people import otp

__all__ = ["load", "logins", "otp", "play"]
