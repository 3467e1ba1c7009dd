"""Handlers of identity's commands, by subject; each loads, decides and saves."""
