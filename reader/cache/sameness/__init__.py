"""Decide what counts as the same article. Pure functions, no database."""
