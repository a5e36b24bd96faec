"""What is the user's own: tags of articles, and saved views."""
