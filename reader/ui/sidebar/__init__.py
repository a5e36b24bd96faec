"""The list: groups and articles as rows that are counted, never collected."""
