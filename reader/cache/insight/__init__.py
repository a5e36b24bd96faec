"""What several articles say together: stories, mood."""
