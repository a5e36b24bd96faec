"""Import articles from files, export them, and back up the data folder."""
