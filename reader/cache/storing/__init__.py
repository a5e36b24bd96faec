"""Store articles in the cache: decide on each, and place it."""
