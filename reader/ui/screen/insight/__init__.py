"""What several articles say together, on the main screen."""
