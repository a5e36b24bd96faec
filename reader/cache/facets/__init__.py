"""Sets of article ids by tag, category and state: read, counted, changed."""
