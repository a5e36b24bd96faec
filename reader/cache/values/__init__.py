"""Rows and records that the cache passes around. Values only, no SQL."""
