"""Live sources: asking them, pausing them, and how they are doing."""
