"""Open, migrate, check and rename the two SQLite files."""
