"""Suites of other projects, and small ones of our own, through the real program."""
