"""Boxes above the main screen: help, links, sources, tags."""
