"""What opens above the main screen: help, links, sources, tags."""
