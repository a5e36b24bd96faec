"""Bytes from the web, within bounds."""
