"""What is the user's own: tags of articles, saved views, commands, exports."""
