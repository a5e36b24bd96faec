"""Secrets and private files: what is never shown, and what only the user can read."""
