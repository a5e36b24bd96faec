"""JSON of exports and of live services."""
