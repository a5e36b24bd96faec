"""Storage engines, each an implementation of `reader.cache.engine`."""
