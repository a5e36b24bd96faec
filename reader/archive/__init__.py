"""Articles from files into the cache and back: import, export, backup."""
