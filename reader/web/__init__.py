"""Web addresses as text: their many spellings, and which are inside the local network."""
