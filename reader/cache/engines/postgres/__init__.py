"""The PostgreSQL engine: one archive that several machines read and write."""
