"""Alerts after a sync: what is told of, as values for JSON, and the user's command."""
