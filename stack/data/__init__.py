"""Data that a stack on one machine starts with, all of it fictive."""
