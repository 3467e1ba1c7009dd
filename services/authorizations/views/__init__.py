"""Queries: the catalogue, decisions, and what decisions know."""
