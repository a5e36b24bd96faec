"""The SQLite engine: one `cache.db`, a connection a thread."""
