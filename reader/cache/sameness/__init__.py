"""What counts as the same article. Pure functions, no database."""
