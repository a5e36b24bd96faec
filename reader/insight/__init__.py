"""What many articles say together: stories that several sources tell. Pure functions and values."""
