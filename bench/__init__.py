"""Measurements, each beside the bare loop of the same minutes that is its limit."""
