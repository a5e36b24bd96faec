"""What keys do in the open article: reading on, finding words."""
