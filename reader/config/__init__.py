"""The user's settings and subscriptions, and the paths of files."""
