"""Markdown to lines of styled text, laid out as far as they are seen."""
