"""The bars: tags and their digits, search, status, keys."""
