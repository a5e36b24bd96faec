"""The SQLite engine: one `cache.db`, one connection per thread."""
