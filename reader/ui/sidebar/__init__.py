"""The list: groups and articles as rows that are computed from counts, never stored."""
