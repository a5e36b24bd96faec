"""Fetch live sources, pause those that fail, and describe their state."""
