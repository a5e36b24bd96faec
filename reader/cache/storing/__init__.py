"""Articles into the cache: what becomes of each, and where it is placed."""
