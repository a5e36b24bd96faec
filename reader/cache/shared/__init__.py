"""A shared archive as one user sees it: its articles, and the user's own marks beside them."""
