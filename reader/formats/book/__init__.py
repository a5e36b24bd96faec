"""Articles as a book to read elsewhere: one HTML page, or an EPUB. Touches no file."""
